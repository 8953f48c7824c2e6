import { sql, type Kysely, type Transaction } from 'kysely';
import { achievementOf, type Achievement } from './definition.ts';
import type { Schema } from '../db/schema.ts';
import type { AchievementDefinition } from '../db/schema/catalog.ts';
import { LibraryError } from '../errors.ts';

/** What a report meets. */
export interface Situation {
  readonly achievement: Achievement;
  /** When the user got the game, ms since the Unix epoch. */
  readonly acquiredAt: number;
  /** Since when the user has the achievement; null: not yet. */
  readonly unlockedAt: Date | null;
}

/** @throws LibraryError GAME_NOT_IN_LIBRARY, NOT_FOUND when the game has no such achievement */
export async function situationOf(
  db: Kysely<Schema>,
  userId: string,
  gameId: string,
  achievementId: string,
): Promise<Situation> {
  const { rows } = await sql<{
    acquired_at: Date;
    definition: AchievementDefinition | null;
    unlocked_at: Date | null;
  }>`
    SELECT l.acquired_at, u.unlocked_at, jsonb_path_query_first(
      g.achievements, '$[*] ? (@.achievement_id == $id)', jsonb_build_object('id', ${achievementId}::text)
    ) AS definition
    FROM user_libraries l
    LEFT JOIN catalog_games g ON g.game_id = l.game_id
    LEFT JOIN user_achievements u
      ON u.user_id = l.user_id AND u.game_id = l.game_id AND u.achievement_id = ${achievementId}
    WHERE l.user_id = ${userId} AND l.game_id = ${gameId} AND l.revoked_at IS NULL`.execute(db);
  const [row] = rows;
  if (row === undefined) throw notInLibrary(gameId);
  if (row.definition === null) throw new LibraryError('NOT_FOUND', 'The game has no such achievement');
  return {
    achievement: achievementOf(row.definition),
    acquiredAt: row.acquired_at.getTime(),
    unlockedAt: row.unlocked_at,
  };
}

/**
 * Keeps the game with the user until the transaction ends, so that what is counted stays right (N1).
 *
 * @throws LibraryError GAME_NOT_IN_LIBRARY when it was taken away meanwhile
 */
export async function holdGame(transaction: Transaction<Schema>, userId: string, gameId: string): Promise<void> {
  const row = await transaction
    .selectFrom('user_libraries')
    .select('game_id')
    .where('user_id', '=', userId)
    .where('game_id', '=', gameId)
    .where('revoked_at', 'is', null)
    .forShare()
    .executeTakeFirst();
  if (row === undefined) throw notInLibrary(gameId);
}

export function notInLibrary(gameId: string): LibraryError {
  return new LibraryError('GAME_NOT_IN_LIBRARY', 'The user has no access to this game', { game_id: gameId });
}
