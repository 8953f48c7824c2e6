import type { PlayedSession, PlayHistory, Unlock } from '../../../../lib/anticheat/play-history.ts';

export const HOUR = 3_600_000;
export const DAY = 24 * HOUR;
/** A Monday, midnight UTC. */
export const MONDAY = Date.UTC(2026, 2, 2);
const NOW = MONDAY + 7 * DAY;

export function history(known: Partial<PlayHistory> = {}): PlayHistory {
  return { now: NOW, from: NOW - 15 * DAY, sessions: [], days: [], unlocks: [], refusals: [], devices: [], ...known };
}

/** A session of so many hours, from so many hours after Monday on, without a pause. */
export function session(from: number, hours: number, more: Partial<PlayedSession> = {}): PlayedSession {
  const [startedAt, endedAt] = [MONDAY + from * HOUR, MONDAY + (from + hours) * HOUR];
  return {
    sessionId: `s${from}`,
    gameId: 'game',
    startedAt,
    endedAt,
    beats: Math.ceil(hours * 60),
    creditedMs: endedAt - startedAt,
    offline: false,
    ...more,
  };
}

export function unlock(achievementId: string, unlockedAt: number, more: Partial<Unlock> = {}): Unlock {
  return {
    gameId: 'game',
    achievementId,
    unlockedAt,
    offline: false,
    authority: 'client',
    shortestMinutes: null,
    playedMs: 10 * HOUR,
    ...more,
  };
}
