import { sql, type Transaction } from 'kysely';
import { auditedRefusal, type AchievementContext, type Asked } from './achievement-audit.ts';
import type { Achievement } from './definition.ts';
import { offlineMoment } from './offline-moment.ts';
import { recordUnlock } from './record-unlock.ts';
import { mustBePlaying, mustBeReportedBy, type Reporter } from './reporter.ts';
import { holdGame, situationOf } from './situation.ts';
import type { UnlockBody, UnlockReply } from '../contract/achievements.ts';
import { invalid } from '../contract/validation.ts';
import type { Schema } from '../db/schema.ts';
import { emit } from '../events/emit.ts';
import { LibraryError } from '../errors.ts';

/** As {@link unlock}, for services of the platform: any achievement, without a session. */
export async function unlockAsService(context: AchievementContext, body: UnlockBody): Promise<UnlockReply> {
  return unlock(context, { kind: 'service' }, body);
}

/**
 * Unlocks an achievement by a call. Players unlock so what has a target of 1: everything else shows its progress, and a
 * launcher that could skip it would make progress and its bound mean nothing.
 *
 * @throws LibraryError GAME_NOT_IN_LIBRARY, NOT_FOUND, VALIDATION_ERROR, ACHIEVEMENT_ALREADY_UNLOCKED,
 *   ACHIEVEMENT_SERVER_AUTHORITATIVE, ACHIEVEMENT_NEEDS_PROGRESS, ACHIEVEMENT_NEEDS_SESSION, ACHIEVEMENT_TIME_REFUSED,
 *   UNAVAILABLE
 */
export async function unlock(context: AchievementContext, reporter: Reporter, body: UnlockBody): Promise<UnlockReply> {
  const { db, userId, now } = context;
  const reportedAt = reportedMoment(body);
  const asked: Asked = {
    gameId: body.game_id.toLowerCase(),
    achievementId: body.achievement_id,
    details: reportedAt === null ? {} : { offline: true, unlocked_at: new Date(reportedAt).toISOString() },
  };
  return auditedRefusal(context, asked, async () => {
    const { achievement, acquiredAt, unlockedAt } = await situationOf(db, userId, asked.gameId, asked.achievementId);
    mustBeReportedBy(reporter, achievement);
    if (unlockedAt !== null) throw alreadyUnlocked(unlockedAt);
    if (reporter.kind === 'player' && achievement.target > 1) {
      throw new LibraryError('ACHIEVEMENT_NEEDS_PROGRESS', `It unlocks at a progress of ${achievement.target}`, {
        target: achievement.target,
      });
    }
    const at = reportedAt === null ? now : mustBePossible(reportedAt, acquiredAt, now);
    if (reportedAt === null) await mustBePlaying(context, reporter, asked.gameId);
    const moment = { at, offline: reportedAt !== null };
    await db.transaction().execute((transaction) => grant(transaction, context, asked, achievement, moment));
    return {
      game_id: asked.gameId,
      achievement_id: asked.achievementId,
      unlocked_at: new Date(at).toISOString(),
      offline: moment.offline,
    };
  });
}

/** Ms since the Unix epoch; null for an unlock that happens now, at the service's own time. */
function reportedMoment({ offline = false, unlocked_at }: UnlockBody): number | null {
  if (offline && unlocked_at === undefined) {
    throw invalid([{ field: 'unlocked_at', message: 'is required with offline' }]);
  }
  if (!offline && unlocked_at !== undefined) {
    throw invalid([{ field: 'unlocked_at', message: 'is for offline unlocks only' }]);
  }
  return unlocked_at === undefined ? null : Date.parse(unlocked_at);
}

function mustBePossible(reportedAt: number, acquiredAt: number, now: number): number {
  const moment = offlineMoment(reportedAt, acquiredAt, now);
  if (typeof moment === 'number') return moment;
  throw new LibraryError('ACHIEVEMENT_TIME_REFUSED', `unlocked_at is ${moment.replaceAll('_', ' ')}`, {
    reason: moment,
  });
}

async function grant(
  transaction: Transaction<Schema>,
  context: AchievementContext,
  asked: Asked,
  { target }: Achievement,
  moment: { readonly at: number; readonly offline: boolean },
): Promise<void> {
  const { userId, now } = context;
  await holdGame(transaction, userId, asked.gameId);
  // Reports under way wait here or come after: none may unlock it beside this.
  if (target > 1) await fillProgress(transaction, context, asked, target);
  const event = await recordUnlock(transaction, context, asked, moment);
  if (event === null) throw alreadyUnlocked(await storedMoment(transaction, userId, asked));
  await emit(transaction, now, [event]);
}

async function fillProgress(
  transaction: Transaction<Schema>,
  { userId, now }: AchievementContext,
  { gameId, achievementId }: Asked,
  target: number,
): Promise<void> {
  await sql`
    INSERT INTO user_achievement_progress AS p (user_id, game_id, achievement_id, value, updated_at)
    VALUES (${userId}, ${gameId}, ${achievementId}, ${target}, ${new Date(now)})
    ON CONFLICT (user_id, game_id, achievement_id)
      DO UPDATE SET value = GREATEST(p.value, excluded.value), updated_at = excluded.updated_at`.execute(transaction);
}

async function storedMoment(transaction: Transaction<Schema>, userId: string, asked: Asked): Promise<Date> {
  const row = await transaction
    .selectFrom('user_achievements')
    .select('unlocked_at')
    .where('user_id', '=', userId)
    .where('game_id', '=', asked.gameId)
    .where('achievement_id', '=', asked.achievementId)
    .executeTakeFirstOrThrow();
  return row.unlocked_at;
}

function alreadyUnlocked(at: Date): LibraryError {
  return new LibraryError('ACHIEVEMENT_ALREADY_UNLOCKED', 'The user has this achievement', {
    unlocked_at: at.toISOString(),
  });
}
