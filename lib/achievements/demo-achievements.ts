import type { Transaction } from 'kysely';
import type { Schema } from '../db/schema.ts';
import { DAY_MS } from '../playtime/days.ts';

/**
 * What the demo user achieved in games of the sample catalogue before the first start: the more, the longer a game is
 * owned. To be called when the games are granted, before they are counted.
 *
 * @param now ms since the Unix epoch
 */
export async function loadDemoAchievements(
  transaction: Transaction<Schema>,
  userId: string,
  gameIds: readonly string[],
  now: number,
): Promise<void> {
  const played = gameIds.filter((_gameId, number) => number % 4 !== 3);
  const unlocks = played.flatMap((gameId, number) => [
    { game_id: gameId, achievement_id: 'first_steps', at: now - number * DAY_MS, offline: false },
    ...(number % 3 === 0
      ? [{ game_id: gameId, achievement_id: 'feat', at: now - (number * DAY_MS) / 2, offline: number === 3 }]
      : []),
    ...(number % 5 === 1
      ? [{ game_id: gameId, achievement_id: 'secret', at: now - (number * DAY_MS) / 3, offline: false }]
      : []),
  ]);
  const progress = played.flatMap((gameId, number) => [
    { game_id: gameId, achievement_id: 'devoted', value: (number * 7) % 25 },
    { game_id: gameId, achievement_id: 'collector', value: number * 431 },
  ]);
  const at = new Date(now);
  if (unlocks.length === 0) return;
  await transaction
    .insertInto('user_achievements')
    .values(
      unlocks.map(({ at: reached, ...unlock }) => ({
        user_id: userId,
        ...unlock,
        unlocked_at: new Date(reached),
        recorded_at: at,
      })),
    )
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  await transaction
    .insertInto('user_achievement_progress')
    .values(progress.map((row) => ({ user_id: userId, ...row, updated_at: at })))
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}
