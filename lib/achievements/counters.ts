import { sql, type Transaction } from 'kysely';
import { slotOf } from './slots.ts';
import type { Schema } from '../db/schema.ts';

/**
 * Exact counters of who owns a game, and of how many of those have an achievement, moved in the transaction of what they
 * count. An unlock counts while its user owns the game: a revocation takes the user off both counters, and a new grant
 * puts them back, so that no rarity is ever above 100 %. Whoever borrows the game is no owner: neither the user nor what
 * the user achieves is counted before the game is the user's own.
 *
 * - N1  Whoever moves a counter holds the user's row of the game in `user_libraries`: locked by its change (grant,
 *       revocation, erasure), or FOR SHARE (unlock). So an unlock is counted exactly once, by itself or by the grant.
 * - N2  Rows are taken in one order: of owners by game, then of achievements by game and id. A user has one slot, so
 *       the transactions of two users wait for each other in one direction only.
 */

export interface OwnerChange {
  readonly userId: string;
  readonly gameId: string;
  /** 1: the user owns the game from now on; -1: no longer. */
  readonly change: 1 | -1;
}

/**
 * Counts a user in or out as an owner of the game, with all that the user achieved in it. To be called once for each
 * change of whether the user owns the game (a row of `user_libraries` that is neither revoked nor of the source `family`),
 * in its transaction and after it, several games in ascending order of their
 * ids; before `emit`, and late: the rows are shared with many others.
 */
export async function countOwner(transaction: Transaction<Schema>, owner: OwnerChange): Promise<void> {
  const { userId, gameId, change } = owner;
  const slot = slotOf(userId);
  await sql`
    INSERT INTO game_owner_stats AS s (game_id, slot, owners) VALUES (${gameId}, ${slot}, ${change})
    ON CONFLICT (game_id, slot) DO UPDATE SET owners = s.owners + excluded.owners`.execute(transaction);
  await sql`
    INSERT INTO achievement_stats AS s (game_id, achievement_id, slot, unlocked)
    SELECT game_id, achievement_id, ${slot}, ${change}::bigint FROM user_achievements
    WHERE user_id = ${userId} AND game_id = ${gameId} ORDER BY achievement_id
    ON CONFLICT (game_id, achievement_id, slot) DO UPDATE SET unlocked = s.unlocked + excluded.unlocked`.execute(
    transaction,
  );
}

/**
 * Counts an unlock by a user whose row of the game in `user_libraries` the transaction holds; not of somebody who borrows
 * the game.
 */
export async function countUnlock(
  transaction: Transaction<Schema>,
  userId: string,
  gameId: string,
  achievementId: string,
): Promise<void> {
  await sql`
    INSERT INTO achievement_stats AS s (game_id, achievement_id, slot, unlocked)
    SELECT game_id, ${achievementId}, ${slotOf(userId)}::smallint, 1 FROM user_libraries
    WHERE user_id = ${userId} AND game_id = ${gameId} AND source <> 'family'
    ON CONFLICT (game_id, achievement_id, slot) DO UPDATE SET unlocked = s.unlocked + excluded.unlocked`.execute(
    transaction,
  );
}
