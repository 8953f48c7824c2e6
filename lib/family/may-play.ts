import type { Kysely } from 'kysely';
import { lendersOf } from './lenders.ts';
import type { Schema } from '../db/schema.ts';
import { keyToUuid, type UuidKey } from '../uuid.ts';

/**
 * Whether a session may be live: `no_access` when the user does not have the game, `other_copy` when the user only
 * borrows it, and the session does not play the copy of somebody who lends it.
 *
 * @param lender whose copy the session plays; null: nobody's but the user's own
 */
export async function mayPlay(
  db: Kysely<Schema>,
  userId: string,
  gameId: string,
  lender: UuidKey | null,
): Promise<'yes' | 'no_access' | 'other_copy'> {
  const access = await db
    .selectFrom('user_libraries')
    .select('source')
    .where('user_id', '=', userId)
    .where('game_id', '=', gameId)
    .where('revoked_at', 'is', null)
    .executeTakeFirst();
  if (access === undefined) return 'no_access';
  if (access.source !== 'family') return 'yes';
  const isLent = lender !== null && (await lendersOf(db, userId, gameId)).includes(keyToUuid(lender));
  return isLent ? 'yes' : 'other_copy';
}
