import type { Transaction } from 'kysely';
import { auditGrant, type AchievementContext, type Asked } from './achievement-audit.ts';
import { countUnlock } from './counters.ts';
import type { Schema } from '../db/schema.ts';
import type { NewEvent } from '../events/emit.ts';

/**
 * Gives the user the achievement, once: whoever inserts the row writes the grant down, counts it and tells of it. The
 * transaction holds the user's game. The counter comes last: its row is shared with other users.
 *
 * @param at when it was reached, ms since the Unix epoch
 * @returns the event to emit; null when the user has the achievement already.
 */
export async function recordUnlock(
  transaction: Transaction<Schema>,
  context: Omit<AchievementContext, 'db'>,
  asked: Asked,
  { at, offline }: { readonly at: number; readonly offline: boolean },
): Promise<NewEvent | null> {
  const { userId, now } = context;
  const key = { user_id: userId, game_id: asked.gameId, achievement_id: asked.achievementId };
  const inserted = await transaction
    .insertInto('user_achievements')
    .values({ ...key, unlocked_at: new Date(at), recorded_at: new Date(now), offline })
    .onConflict((conflict) => conflict.doNothing())
    .returning('achievement_id')
    .executeTakeFirst();
  if (inserted === undefined) return null;
  await auditGrant(transaction, context, asked);
  await countUnlock(transaction, userId, asked.gameId, asked.achievementId);
  return { type: 'library.achievement.unlocked', data: { ...key, unlocked_at: new Date(at).toISOString(), offline } };
}
