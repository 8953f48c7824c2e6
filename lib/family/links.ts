import { sql, type Transaction } from 'kysely';
import { audit } from '../audit.ts';
import type { FamilyLink } from '../contract/family.ts';
import type { Caller } from '../contract/endpoint.ts';
import type { Schema } from '../db/schema.ts';
import type { NewEvent } from '../events/emit.ts';

/** The two sides of a link, which may or may not be there. */
export interface Pair {
  /** Who lends. */
  readonly ownerId: string;
  /** Who borrows. */
  readonly memberId: string;
}

export interface LinkState {
  readonly status: 'invited' | 'active' | 'ended';
  readonly invited_at: Date;
  readonly accepted_at: Date | null;
  readonly ended_at: Date | null;
}

/** As both sides have it; undefined when there is none. The transaction holds its lock. */
export async function linkOf(
  transaction: Transaction<Schema>,
  { ownerId, memberId }: Pair,
): Promise<LinkState | undefined> {
  return transaction
    .selectFrom('family_sharing_links')
    .select(['status', 'invited_at', 'accepted_at', 'ended_at'])
    .where('user_id', '=', ownerId)
    .where('role', '=', 'lends')
    .where('other_id', '=', memberId)
    .executeTakeFirst();
}

/** Writes both sides. */
export async function putLink(
  transaction: Transaction<Schema>,
  { ownerId, memberId }: Pair,
  state: LinkState,
): Promise<void> {
  await transaction
    .insertInto('family_sharing_links')
    .values([
      { user_id: ownerId, role: 'lends', other_id: memberId, ...state },
      { user_id: memberId, role: 'borrows', other_id: ownerId, ...state },
    ])
    .onConflict((conflict) => conflict.columns(['user_id', 'role', 'other_id']).doUpdateSet({ ...state }))
    .execute();
}

/** Removes both sides. */
export async function dropLink(transaction: Transaction<Schema>, { ownerId, memberId }: Pair): Promise<void> {
  await sql`
    DELETE FROM family_sharing_links
    WHERE (user_id, role, other_id) IN (
      (${ownerId}::uuid, 'lends', ${memberId}::uuid), (${memberId}::uuid, 'borrows', ${ownerId}::uuid)
    )`.execute(transaction);
}

/** How many links of the user have one of these states. */
export async function countLinks(
  transaction: Transaction<Schema>,
  userId: string,
  role: 'lends' | 'borrows',
  statuses: readonly LinkState['status'][],
): Promise<number> {
  const { count } = await transaction
    .selectFrom('family_sharing_links')
    .select(({ fn }) => fn.countAll<number>().as('count'))
    .where('user_id', '=', userId)
    .where('role', '=', role)
    .where('status', 'in', statuses)
    .executeTakeFirstOrThrow();
  return Number(count);
}

export interface LinkChange {
  readonly pair: Pair;
  readonly link: 'invited' | 'accepted' | 'invitation_closed' | 'ended';
  readonly by: Caller;
  /** Ms since the Unix epoch. */
  readonly now: number;
}

/** Who stands in a log in place of somebody who is erased. */
const NOBODY = '00000000-0000-0000-0000-000000000000';

/**
 * Writes the change down in the audit logs of both sides.
 *
 * @param erased who of the two is being erased: nothing is written of them any more
 * @returns what is to be emitted for both at the transaction's end
 */
export async function noteLink(
  transaction: Transaction<Schema>,
  { pair: { ownerId, memberId }, link, by, now }: LinkChange,
  erased: readonly string[] = [],
): Promise<readonly NewEvent[]> {
  const sides = [
    { userId: ownerId, role: 'lends', otherId: memberId },
    { userId: memberId, role: 'borrows', otherId: ownerId },
  ] as const;
  const named = (userId: string): string => (erased.includes(userId) ? NOBODY : userId);
  const caller = { ...by, userId: named(by.userId) };
  const events: NewEvent[] = [];
  for (const { userId, role, otherId } of sides) {
    if (erased.includes(userId)) continue;
    const details = { role, other_id: named(otherId) };
    await audit(transaction, now, { action: `family.${link}`, caller, userId, gameId: null, details });
    events.push({
      type: 'library.family.updated',
      // Without the other's id: nobody could take it out of what was told when the other is erased.
      data: { user_id: userId, role, link },
    });
  }
  return events;
}

/** A link as the API shows it. */
export function shownLink(userId: string, displayName: string | null, state: Omit<LinkState, 'ended_at'>): FamilyLink {
  return {
    user_id: userId,
    display_name: displayName,
    status: state.status === 'active' ? 'active' : 'invited',
    invited_at: state.invited_at.toISOString(),
    accepted_at: state.accepted_at?.toISOString() ?? null,
  };
}
