/** What is implausible about play time. */
import type { Finding } from './finding.ts';
import type { PlayedSession, PlayHistory } from './play-history.ts';
import { THRESHOLDS as T } from './thresholds.ts';

const DAY_MS = 86_400_000;
const WEEK_DAYS = 7;
/** The Unix epoch was a Thursday. */
const MONDAY_OFFSET_DAYS = 3;

/** `2026-03-02`: the Monday of the UTC week. */
function weekOf(at: number): string {
  const day = Math.floor(at / DAY_MS);
  return dayName((day - ((day + MONDAY_OFFSET_DAYS) % WEEK_DAYS)) * DAY_MS);
}

function dayName(at: number): string {
  return new Date(at).toISOString().slice(0, 10);
}

const seconds = (ms: number): number => Math.floor(ms / 1_000);

/** Sessions by the week of their start; weeks that are not looked back on as a whole are left out. */
function byWeek({ sessions, from }: PlayHistory): ReadonlyMap<string, readonly PlayedSession[]> {
  return Map.groupBy(
    sessions.filter(({ startedAt }) => Date.parse(weekOf(startedAt)) >= from),
    ({ startedAt }) => weekOf(startedAt),
  );
}

export function longDays({ days }: PlayHistory): readonly Finding[] {
  return Array.from(Map.groupBy(days, ({ day }) => day)).flatMap(([day, played]) => {
    const ms = played.reduce((sum, game) => sum + game.ms, 0);
    if (ms <= T.longDayMs) return [];
    return [
      {
        rule: 'long_day',
        severity: ms > T.wholeDayMs ? 'high' : 'medium',
        subject: day,
        gameId: null,
        evidence: { day, credited_seconds: seconds(ms), games: played.length },
      } as const,
    ];
  });
}

/** Time of each UTC day during which at least two games were played. */
export function parallelMsByDay(sessions: readonly PlayedSession[]): ReadonlyMap<string, number> {
  const turns = sessions.flatMap(({ gameId, startedAt, endedAt }) => [
    { at: startedAt, gameId, change: 1 },
    { at: endedAt, gameId, change: -1 },
  ]);
  turns.sort((a, b) => a.at - b.at);
  const playing = new Map<string, number>();
  const byDay = new Map<string, number>();
  let last = 0;
  for (const { at, gameId, change } of turns) {
    if (playing.size > 1) addByDay(byDay, last, at);
    last = at;
    const count = (playing.get(gameId) ?? 0) + change;
    if (count === 0) playing.delete(gameId);
    else playing.set(gameId, count);
  }
  return byDay;
}

function addByDay(byDay: Map<string, number>, from: number, to: number): void {
  for (let start = from; start < to;) {
    const end = Math.min(to, (Math.floor(start / DAY_MS) + 1) * DAY_MS);
    byDay.set(dayName(start), (byDay.get(dayName(start)) ?? 0) + end - start);
    start = end;
  }
}

export function parallelGames(history: PlayHistory): readonly Finding[] {
  return Array.from(byWeek(history)).flatMap(([week, sessions]) => {
    const days = [...parallelMsByDay(sessions)].filter(([, ms]) => ms >= T.parallelMs);
    if (days.length < T.parallelDays) return [];
    return [
      {
        rule: 'parallel_games',
        severity: 'medium',
        subject: `week ${week}`,
        gameId: null,
        evidence: { week, days: days.map(([day, ms]) => `${day}: ${seconds(ms)} s`) },
      } as const,
    ];
  });
}

export function offlineFillsGaps(history: PlayHistory): readonly Finding[] {
  return Array.from(byWeek(history)).flatMap(([week, sessions]) =>
    Array.from(Map.groupBy(sessions, ({ gameId }) => gameId)).flatMap(([gameId, ofGame]) => {
      const near = (a: number, b: number): boolean => Math.abs(a - b) <= T.seamMs;
      const filling = ofGame.filter(
        (session, at) =>
          session.offline &&
          near(ofGame[at - 1]?.endedAt ?? -Infinity, session.startedAt) &&
          near(ofGame[at + 1]?.startedAt ?? Infinity, session.endedAt),
      );
      const ms = filling.reduce((sum, { creditedMs }) => sum + creditedMs, 0);
      if (filling.length < T.filledGaps || ms < T.filledMs) return [];
      return [
        {
          rule: 'offline_fills_gaps',
          severity: 'medium',
          subject: `week ${week}, game ${gameId}`,
          gameId,
          evidence: { week, sessions: filling.length, credited_seconds: seconds(ms) },
        } as const,
      ];
    }),
  );
}

export function neverIdle(history: PlayHistory): readonly Finding[] {
  return Array.from(byWeek(history)).flatMap(([week, sessions]) => {
    const long = sessions.filter(
      ({ offline, startedAt, endedAt }) => !offline && endedAt - startedAt >= T.longSessionMs,
    );
    const ms = long.reduce((sum, { creditedMs }) => sum + creditedMs, 0);
    const pauses = long.some(
      ({ startedAt, endedAt, creditedMs }) => endedAt - startedAt - creditedMs > (endedAt - startedAt) * T.idleShare,
    );
    if (ms < T.neverIdleMs || pauses) return [];
    const longest = Math.max(...long.map(({ startedAt, endedAt }) => endedAt - startedAt));
    return [
      {
        rule: 'never_idle',
        severity: 'low',
        subject: `week ${week}`,
        gameId: null,
        evidence: {
          week,
          sessions: long.length,
          credited_seconds: seconds(ms),
          longest_session_seconds: seconds(longest),
        },
      } as const,
    ];
  });
}

export function clockwork(history: PlayHistory): readonly Finding[] {
  return Array.from(byWeek(history)).flatMap(([week, sessions]) => {
    const lengths = sessions
      .filter(({ offline }) => !offline)
      .map(({ startedAt, endedAt }) => endedAt - startedAt)
      .filter((length) => length >= T.clockworkSessionMs);
    // Not some that happen to be alike: all that are long enough to say something.
    const [shortest, longest] = [Math.min(...lengths), Math.max(...lengths)];
    if (lengths.length < T.clockworkSessions || longest - shortest > T.clockworkSpreadMs) return [];
    return [
      {
        rule: 'clockwork',
        severity: 'medium',
        subject: `week ${week}`,
        gameId: null,
        evidence: { week, sessions: lengths.length, shortest_ms: shortest, longest_ms: longest },
      } as const,
    ];
  });
}
