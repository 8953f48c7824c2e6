/** What is implausible about achievements. What services of the platform grant is theirs to judge. */
import type { Finding } from './finding.ts';
import type { PlayHistory, Unlock } from './play-history.ts';
import { THRESHOLDS as T } from './thresholds.ts';
import type { ErrorCode } from '../errors.ts';

const MINUTE_MS = 60_000;
/** Achievements that evidence names. */
const NAMED = 20;

const isReported = ({ authority }: Unlock): boolean => authority === 'client';
const names = (unlocks: readonly Unlock[]): readonly string[] =>
  unlocks.slice(0, NAMED).map(({ achievementId }) => achievementId);

function byGame(unlocks: readonly Unlock[]): readonly (readonly [string, readonly Unlock[]])[] {
  return [...Map.groupBy(unlocks, ({ gameId }) => gameId)];
}

export function unlockBursts({ unlocks }: PlayHistory): readonly Finding[] {
  return byGame(unlocks.filter(isReported)).flatMap(([gameId, ofGame]) => {
    const burst = largestBurst(ofGame);
    if (burst.length < T.burstUnlocks) return [];
    const at = new Date(burst[0]?.unlockedAt ?? 0).toISOString();
    return [
      {
        rule: 'unlock_burst',
        severity: 'medium',
        subject: `game ${gameId}, ${at.slice(0, 10)}`,
        gameId,
        evidence: { at, unlocks: burst.length, achievements: names(burst) },
      } as const,
    ];
  });
}

/** The most unlocks that lie within `burstMs`. */
function largestBurst(unlocks: readonly Unlock[]): readonly Unlock[] {
  const sorted = unlocks.toSorted((a, b) => a.unlockedAt - b.unlockedAt);
  let [from, bestFrom, bestTo] = [0, 0, 0];
  sorted.forEach(({ unlockedAt }, to) => {
    while (unlockedAt - (sorted[from]?.unlockedAt ?? unlockedAt) > T.burstMs) from += 1;
    if (to + 1 - from > bestTo - bestFrom) [bestFrom, bestTo] = [from, to + 1];
  });
  return sorted.slice(bestFrom, bestTo);
}

export function unlocksWithoutPlay({ unlocks }: PlayHistory): readonly Finding[] {
  const unplayed = unlocks.filter((unlock) => isReported(unlock) && unlock.playedMs < T.unplayedMs);
  return byGame(unplayed).flatMap(([gameId, ofGame]) => {
    if (ofGame.length < T.unplayedUnlocks) return [];
    return [
      {
        rule: 'unlock_without_play',
        severity: 'high',
        subject: `game ${gameId}`,
        gameId,
        evidence: {
          unlocks: ofGame.length,
          played_seconds: Math.floor((ofGame[0]?.playedMs ?? 0) / 1_000),
          achievements: names(ofGame),
        },
      } as const,
    ];
  });
}

/** All the play there ever was is less than the unlock alone takes, or hardly more. */
export function unlocksAtFullPace({ unlocks }: PlayHistory): readonly Finding[] {
  return unlocks.flatMap((unlock) => {
    const { gameId, achievementId, shortestMinutes, playedMs } = unlock;
    if (!isReported(unlock) || shortestMinutes === null || shortestMinutes < T.shortestPaceMinutes) return [];
    if (playedMs > shortestMinutes * MINUTE_MS * T.paceSlack) return [];
    return [
      {
        rule: 'unlock_at_full_pace',
        severity: playedMs < shortestMinutes * MINUTE_MS ? 'high' : 'medium',
        subject: `game ${gameId}, ${achievementId}`,
        gameId,
        evidence: {
          achievement: achievementId,
          played_seconds: Math.floor(playedMs / 1_000),
          takes_seconds: Math.floor(shortestMinutes * 60),
        },
      } as const,
    ];
  });
}

export function progressTooFast(history: PlayHistory): readonly Finding[] {
  return refusedOften(history, 'progress_too_fast', ['ACHIEVEMENT_PROGRESS_TOO_FAST', 'ACHIEVEMENT_CHANGE_TOO_LARGE']);
}

export function unlockTimesRefused(history: PlayHistory): readonly Finding[] {
  return refusedOften(history, 'unlock_times_refused', ['ACHIEVEMENT_TIME_REFUSED']);
}

const REFUSALS_OF_A_DAY = { progress_too_fast: T.refusedRises, unlock_times_refused: T.refusedTimes } as const;

function refusedOften(
  { refusals }: PlayHistory,
  rule: keyof typeof REFUSALS_OF_A_DAY,
  reasons: readonly ErrorCode[],
): readonly Finding[] {
  const counted = refusals.filter(({ reason }) => reasons.includes(reason));
  return Array.from(Map.groupBy(counted, ({ day }) => day)).flatMap(([day, ofDay]) => {
    const refused = ofDay.reduce((sum, { count }) => sum + count, 0);
    if (refused < REFUSALS_OF_A_DAY[rule]) return [];
    return [{ rule, severity: 'medium', subject: day, gameId: null, evidence: { day, refused } } as const];
  });
}
