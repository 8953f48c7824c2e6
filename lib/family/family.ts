import type { Kysely } from 'kysely';
import type { Accounts } from './family-context.ts';
import { shownLink } from './links.ts';
import { MAX_INVITATIONS, MAX_MEMBERS, MAX_OWNERS, type Family } from '../contract/family.ts';
import type { Schema } from '../db/schema.ts';

/** Both sides of the user's family, the oldest links first; names as far as Account tells them in time. */
export async function familyOf(db: Kysely<Schema>, userId: string, { accounts, deadline }: Accounts): Promise<Family> {
  const links = await db
    .selectFrom('family_sharing_links')
    .select(['role', 'other_id', 'status', 'invited_at', 'accepted_at'])
    .where('user_id', '=', userId)
    .where('status', '<>', 'ended')
    .orderBy('invited_at')
    .orderBy('other_id')
    .execute();
  const { excluded } = await db
    .selectFrom('family_exclusions')
    .select(({ fn }) => fn.countAll<number>().as('excluded'))
    .where('user_id', '=', userId)
    .executeTakeFirstOrThrow();
  const names =
    links.length === 0 ? null : await accounts.known([...new Set(links.map((link) => link.other_id))], deadline);
  const side = (role: 'lends' | 'borrows') =>
    links
      .filter((link) => link.role === role)
      .map((link) => shownLink(link.other_id, names?.get(link.other_id)?.displayName ?? null, link));
  return {
    members: side('lends'),
    owners: side('borrows'),
    excluded_games: Number(excluded),
    limits: { members: MAX_MEMBERS, owners: MAX_OWNERS, invitations: MAX_INVITATIONS },
  };
}
