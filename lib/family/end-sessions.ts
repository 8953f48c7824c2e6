import type { Kysely } from 'kysely';
import type { ActorOf } from './family-context.ts';
import type { Schema } from '../db/schema.ts';
import type { UserActor } from '../playtime/user-actor.ts';
import { keyToUuid, mustUuidKey } from '../uuid.ts';

/**
 * Ends the user's live sessions of games that the user has no access to any more. It looks at what is, and not at what was
 * changed: so a call that failed half-way is finished by its repeat.
 *
 * A session that begins meanwhile looks at the access once more after it began (`start-session.ts`).
 *
 * @throws LibraryError UNAVAILABLE
 */
export async function endSessionsWithoutAccess(
  db: Kysely<Schema>,
  actor: Pick<UserActor, 'held' | 'revoke'>,
  userId: string,
): Promise<void> {
  const live = (await actor.held()).filter(({ ended }) => ended === null);
  const played = [...new Set(live.map(({ gameId }) => keyToUuid(gameId)))];
  if (played.length === 0) return;
  const rows = await db
    .selectFrom('user_libraries')
    .select('game_id')
    .where('user_id', '=', userId)
    .where('game_id', 'in', played)
    .where('revoked_at', 'is', null)
    .execute();
  const accessible = new Set(rows.map(({ game_id }) => game_id));
  for (const gameId of played) if (!accessible.has(gameId)) await actor.revoke(mustUuidKey(gameId));
}

/** The same for everybody whom the owner lends to, after the owner lost a game or ceased to share it. */
export async function endBorrowedSessions(db: Kysely<Schema>, actorOf: ActorOf, ownerId: string): Promise<void> {
  const members = await db
    .selectFrom('family_sharing_links')
    .select('other_id')
    .where('user_id', '=', ownerId)
    .where('role', '=', 'lends')
    .where('status', '=', 'active')
    .execute();
  for (const { other_id } of members) await endSessionsWithoutAccess(db, actorOf(other_id), other_id);
}
