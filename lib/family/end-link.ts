/**
 * The end of a link, in three steps, each safe to repeat:
 *
 *   active --> ended, and what was lent is gone (one transaction) --> live sessions end --> no link
 *
 * Whoever finds a link that is `ended` finishes it: a repeat of the call, an erasure, or the job that looks for those
 * whose process died (`finishEndedLinks`).
 */
import type { Kysely } from 'kysely';
import { endSessionsWithoutAccess } from './end-sessions.ts';
import type { ActorOf, FamilyContext } from './family-context.ts';
import { lockLink } from './family-locks.ts';
import { dropLink, linkOf, noteLink, putLink, type LinkChange, type Pair } from './links.ts';
import { settleBorrowed } from './settle-borrowed.ts';
import type { Schema } from '../db/schema.ts';
import { isErased } from '../erasure/erased-users.ts';
import { LibraryError } from '../errors.ts';
import { emit } from '../events/emit.ts';

/** A call under way finishes its link in less. */
const UNFINISHED_AFTER_MS = 60_000;

/**
 * Ends what the two share: the owner removes the member, or the member leaves.
 *
 * @throws LibraryError NOT_FOUND when they share nothing, UNAVAILABLE
 */
export async function endMembership(context: FamilyContext, actorOf: ActorOf, pair: Pair): Promise<void> {
  const { db, caller, now } = context;
  const ended = pair.ownerId !== pair.memberId && (await endLink(db, { pair, by: caller, now }, ['active']));
  if (!ended) throw new LibraryError('NOT_FOUND', 'There is no such member of the family');
  await finishLink(db, actorOf, pair);
}

/**
 * The first step. Of somebody who is being erased nothing is written or told any more.
 *
 * @returns false when there is no link of these states, nor one that is to be finished
 */
export async function endLink(
  db: Kysely<Schema>,
  { pair, by, now }: Omit<LinkChange, 'link'>,
  statuses: readonly ('invited' | 'active')[],
): Promise<boolean> {
  const { ownerId, memberId } = pair;
  return db.transaction().execute(async (transaction) => {
    await lockLink(transaction, ownerId, memberId);
    const link = await linkOf(transaction, pair);
    if (link === undefined) return false;
    if (link.status === 'ended') return true;
    if (!statuses.includes(link.status)) return false;
    await putLink(transaction, pair, { ...link, status: 'ended', ended_at: new Date(now) });
    const erased: string[] = [];
    for (const userId of [ownerId, memberId]) if (await isErased(transaction, userId)) erased.push(userId);
    const change = {
      pair,
      by,
      now,
      link: link.status === 'active' ? ('ended' as const) : ('invitation_closed' as const),
    };
    const told = await noteLink(transaction, change, erased);
    const settled = erased.includes(memberId) ? [] : await settleBorrowed(transaction, [memberId], null, now);
    await emit(transaction, now, [...told, ...settled]);
    return true;
  });
}

/** The steps after it. */
export async function finishLink(db: Kysely<Schema>, actorOf: ActorOf, pair: Pair): Promise<void> {
  await endSessionsWithoutAccess(db, actorOf(pair.memberId), pair.memberId);
  await db.transaction().execute(async (transaction) => {
    await lockLink(transaction, pair.ownerId, pair.memberId);
    // They may have found together again meanwhile.
    if ((await linkOf(transaction, pair))?.status === 'ended') await dropLink(transaction, pair);
  });
}

/**
 * Finishes what those left behind who died in between. Returns how many links it finished.
 *
 * @param now ms since the Unix epoch
 * @throws AggregateError when some failed; the others are finished all the same
 */
export async function finishEndedLinks(
  db: Kysely<Schema>,
  actorOf: ActorOf,
  now: number,
  limit = 100,
): Promise<number> {
  const left = await db
    .selectFrom('family_sharing_links')
    .select(['user_id as ownerId', 'other_id as memberId'])
    .where('status', '=', 'ended')
    .where('role', '=', 'lends')
    .where('ended_at', '<', new Date(now - UNFINISHED_AFTER_MS))
    .orderBy('ended_at')
    .limit(limit)
    .execute();
  const failures: unknown[] = [];
  for (const pair of left) {
    try {
      await finishLink(db, actorOf, pair);
    } catch (error) {
      failures.push(error);
    }
  }
  if (failures.length > 0) throw new AggregateError(failures, `${failures.length} family links are still unfinished`);
  return left.length;
}
