import { sql, type Transaction } from 'kysely';
import { auditedRefusal, type AchievementContext, type Asked } from './achievement-audit.ts';
import type { Achievement } from './definition.ts';
import { recordUnlock } from './record-unlock.ts';
import { mustBePlaying, mustBeReportedBy, type Reporter } from './reporter.ts';
import { advance, type Advance, type Progress, type Report } from './rules.ts';
import { holdGame, situationOf } from './situation.ts';
import type { ProgressBody, ProgressReply } from '../contract/achievements.ts';
import { invalid } from '../contract/validation.ts';
import type { Schema } from '../db/schema.ts';
import type { NewEvent } from '../events/emit.ts';
import { emit } from '../events/emit.ts';
import { LibraryError } from '../errors.ts';

/**
 * Raises the user's progress towards an achievement; reaching the target unlocks it in the same transaction.
 *
 * @throws LibraryError GAME_NOT_IN_LIBRARY, NOT_FOUND, VALIDATION_ERROR for a report of the wrong kind,
 *   ACHIEVEMENT_SERVER_AUTHORITATIVE, ACHIEVEMENT_NEEDS_SESSION, ACHIEVEMENT_CHANGE_TOO_LARGE,
 *   ACHIEVEMENT_PROGRESS_TOO_FAST, UNAVAILABLE
 */
export async function reportProgress(
  context: AchievementContext,
  reporter: Reporter,
  body: ProgressBody,
): Promise<ProgressReply> {
  const report = reportOf(body);
  const asked = { gameId: body.game_id.toLowerCase(), achievementId: body.achievement_id, details: report };
  return auditedRefusal(context, asked, async () => {
    const { db, userId } = context;
    const { achievement, unlockedAt } = await situationOf(db, userId, asked.gameId, asked.achievementId);
    mustBeReportedBy(reporter, achievement);
    mustFit(report, achievement);
    if (unlockedAt !== null) return reply(asked, achievement, { progress: achievement.target, unlockedAt });
    await mustBePlaying(context, reporter, asked.gameId);
    return db.transaction().execute((transaction) => raise(transaction, context, asked, achievement, report));
  });
}

/** The contract lets exactly one of the two through. */
function reportOf({ value, increment }: ProgressBody): Report {
  return increment === undefined ? { value: value ?? 0 } : { increment };
}

function mustFit(report: Report, { progress }: Achievement): void {
  const [given, wanted] = 'value' in report ? ['value', 'max'] : ['increment', 'increment'];
  if (progress === wanted) return;
  throw invalid([{ field: given, message: `this achievement takes ${progress === 'max' ? 'value' : 'increment'}` }]);
}

async function raise(
  transaction: Transaction<Schema>,
  context: AchievementContext,
  asked: Asked,
  achievement: Achievement,
  report: Report,
): Promise<ProgressReply> {
  const { userId, now } = context;
  await holdGame(transaction, userId, asked.gameId);
  const before = await lockProgress(transaction, context, asked);
  const advanced = mustBeWithinBound(advance(before, report, achievement, now), achievement);
  const risen = advanced.outcome === 'risen';
  const after = risen ? advanced.progress : before;
  const events: NewEvent[] = [];
  if (risen) {
    await writeProgress(transaction, context, asked, after);
    events.push({
      type: 'library.achievement.progress',
      data: {
        user_id: userId,
        game_id: asked.gameId,
        achievement_id: asked.achievementId,
        value: after.value,
        target: achievement.target,
      },
    });
  }
  const unlocked = advanced.reached
    ? await recordUnlock(transaction, context, asked, { at: now, offline: false })
    : null;
  if (unlocked !== null) events.push(unlocked);
  // A service may have unlocked it since it was looked up.
  const unlockedAt = unlocked === null ? await storedUnlock(transaction, userId, asked) : new Date(now);
  await emit(transaction, now, events);
  const progress = unlockedAt === null ? after.value : achievement.target;
  return reply(asked, achievement, { progress, unlockedAt, risen, newly: unlocked !== null });
}

/** The row as the last committed report left it; from here to the commit, reports of other devices wait. */
async function lockProgress(
  transaction: Transaction<Schema>,
  { userId, now }: AchievementContext,
  { gameId, achievementId }: Asked,
): Promise<Progress> {
  const { rows } = await sql<{ value: number; recent_rises: number[] }>`
    INSERT INTO user_achievement_progress AS p (user_id, game_id, achievement_id, value, updated_at)
    VALUES (${userId}, ${gameId}, ${achievementId}, 0, ${new Date(now)})
    ON CONFLICT (user_id, game_id, achievement_id) DO UPDATE SET value = p.value
    RETURNING value, recent_rises`.execute(transaction);
  const [row] = rows;
  if (row === undefined) throw new TypeError('an upsert returned no row');
  return { value: row.value, recentRises: row.recent_rises };
}

async function writeProgress(
  transaction: Transaction<Schema>,
  { userId, now }: AchievementContext,
  { gameId, achievementId }: Asked,
  { value, recentRises }: Progress,
): Promise<void> {
  await transaction
    .updateTable('user_achievement_progress')
    .set({ value, recent_rises: sql`${[...recentRises]}::bigint[]`, updated_at: new Date(now) })
    .where('user_id', '=', userId)
    .where('game_id', '=', gameId)
    .where('achievement_id', '=', achievementId)
    .execute();
}

async function storedUnlock(
  transaction: Transaction<Schema>,
  userId: string,
  { gameId, achievementId }: Asked,
): Promise<Date | null> {
  const row = await transaction
    .selectFrom('user_achievements')
    .select('unlocked_at')
    .where('user_id', '=', userId)
    .where('game_id', '=', gameId)
    .where('achievement_id', '=', achievementId)
    .executeTakeFirst();
  return row?.unlocked_at ?? null;
}

type Taken = Extract<Advance, { outcome: 'risen' | 'unchanged' }>;

function mustBeWithinBound(advanced: Advance, { maxChangePerMinute }: Achievement): Taken {
  if (advanced.outcome === 'risen' || advanced.outcome === 'unchanged') return advanced;
  const data = { rise: advanced.rise, max_change_per_minute: maxChangePerMinute };
  const bound = `The progress may rise by ${maxChangePerMinute} a minute`;
  if (advanced.outcome === 'too_large') {
    throw new LibraryError('ACHIEVEMENT_CHANGE_TOO_LARGE', `${bound}, not by ${advanced.rise} at once`, data);
  }
  throw new LibraryError(
    'ACHIEVEMENT_PROGRESS_TOO_FAST',
    `${bound}; ${advanced.rise} more do not fit into this one yet`,
    {
      ...data,
      retryAfterMs: advanced.retryAfterMs,
    },
  );
}

interface Reached {
  readonly progress: number;
  readonly unlockedAt: Date | null;
  readonly risen?: boolean;
  readonly newly?: boolean;
}

function reply({ gameId, achievementId }: Asked, { target }: Achievement, reached: Reached): ProgressReply {
  const { progress, unlockedAt, risen = false, newly = false } = reached;
  return {
    game_id: gameId,
    achievement_id: achievementId,
    outcome: risen ? 'risen' : 'unchanged',
    progress,
    target,
    newly_unlocked: newly,
    unlocked_at: unlockedAt?.toISOString() ?? null,
  };
}
