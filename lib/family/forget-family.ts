import type { Kysely } from 'kysely';
import { endLink, finishLink } from './end-link.ts';
import type { ActorOf } from './family-context.ts';
import type { Caller } from '../contract/endpoint.ts';
import type { Schema } from '../db/schema.ts';

/** In audit logs: the erasure, whoever asked for it. */
const ERASURE: Caller = { userId: '00000000-0000-0000-0000-000000000000', roles: ['service'] };

/**
 * Takes a user whose erasure is remembered out of every family: members lose what the user lent, and everybody
 * gets a word. Safe to repeat; what it leaves of the user's own tables the erasure empties.
 *
 * @param now ms since the Unix epoch
 * @throws LibraryError UNAVAILABLE
 */
export async function forgetFamily(db: Kysely<Schema>, actorOf: ActorOf, userId: string, now: number): Promise<void> {
  const links = await db
    .selectFrom('family_sharing_links')
    .select(['role', 'other_id'])
    .where('user_id', '=', userId)
    .orderBy('role')
    .orderBy('other_id')
    .execute();
  for (const { role, other_id } of links) {
    const pair = role === 'lends' ? { ownerId: userId, memberId: other_id } : { ownerId: other_id, memberId: userId };
    await endLink(db, { pair, by: ERASURE, now }, ['invited', 'active']);
    await finishLink(db, actorOf, pair);
  }
}
