import { sql, type Transaction } from 'kysely';
import { slotOf } from './slots.ts';
import type { Schema } from '../db/schema.ts';

/** Who stands in the audit log in place of somebody who is erased. */
const NOBODY = '00000000-0000-0000-0000-000000000000';

/** In the order in which purchases take them. Unlocks under way hold these rows; later ones find them gone (N1). */
export async function holdLibrary(transaction: Transaction<Schema>, userId: string): Promise<void> {
  await sql`SELECT FROM user_libraries WHERE user_id = ${userId} ORDER BY game_id FOR UPDATE`.execute(transaction);
}

/**
 * Takes an erased user off every counter, and deletes all that is known of the user's achievements, audit log included.
 *
 * It deletes the user's library, too: what is counted off must be exactly what goes, also when a grant or an unlock of
 * the user is under way meanwhile. So each statement counts what itself deleted, and achievements go with the game that
 * they were counted with. To be called before anything else deletes from `user_libraries`; safe to repeat.
 */
export async function forgetAchievements(transaction: Transaction<Schema>, userId: string): Promise<void> {
  const slot = slotOf(userId);
  await holdLibrary(transaction, userId);
  const library = await transaction
    .deleteFrom('user_libraries')
    .where('user_id', '=', userId)
    .returning(['game_id', 'revoked_at', 'source'])
    .execute();
  const games = library.map(({ game_id }) => game_id);
  const owned = library
    .filter(({ revoked_at, source }) => revoked_at === null && source !== 'family')
    .map(({ game_id }) => game_id);
  await sql`
    INSERT INTO game_owner_stats AS s (game_id, slot, owners)
    SELECT game_id, ${slot}, -1 FROM unnest(${owned}::uuid[]) AS owned (game_id) ORDER BY game_id
    ON CONFLICT (game_id, slot) DO UPDATE SET owners = s.owners + excluded.owners`.execute(transaction);
  await sql`
    WITH forgotten AS (
      DELETE FROM user_achievements WHERE user_id = ${userId} AND game_id = ANY(${games}::uuid[])
      RETURNING game_id, achievement_id
    )
    INSERT INTO achievement_stats AS s (game_id, achievement_id, slot, unlocked)
    SELECT game_id, achievement_id, ${slot}, -1 FROM forgotten
    WHERE game_id = ANY(${owned}::uuid[]) ORDER BY game_id, achievement_id
    ON CONFLICT (game_id, achievement_id, slot) DO UPDATE SET unlocked = s.unlocked + excluded.unlocked`.execute(
    transaction,
  );
  await transaction.deleteFrom('user_achievement_progress').where('user_id', '=', userId).execute();
  await transaction.deleteFrom('achievement_audit_log').where('user_id', '=', userId).execute();
  // What the user did to others' data, as one of the platform's staff, stays without the name.
  await transaction
    .updateTable('achievement_audit_log')
    .set({ actor_id: NOBODY })
    .where('actor_id', '=', userId)
    .whereRef('actor_id', '<>', 'user_id')
    .execute();
}
