import type { ErrorCode } from '../errors.ts';

/** What the rules know of a user. All times are ms since the Unix epoch, all durations ms. */
export interface PlayHistory {
  readonly now: number;
  /** Nothing before this moment is in it. */
  readonly from: number;
  /** In the order of their starts. */
  readonly sessions: readonly PlayedSession[];
  /** Credit by UTC day and game, corrections included. */
  readonly days: readonly PlayedDay[];
  readonly unlocks: readonly Unlock[];
  /** What the user reported of achievements and was refused, by UTC day. */
  readonly refusals: readonly { readonly day: string; readonly reason: ErrorCode; readonly count: number }[];
  /** How many users were seen on each of the user's devices, counted up to some number. */
  readonly devices: readonly { readonly deviceId: string; readonly users: number }[];
}

export interface PlayedSession {
  readonly sessionId: string;
  readonly gameId: string;
  readonly startedAt: number;
  /** The end, or the last beat. */
  readonly endedAt: number;
  readonly beats: number;
  readonly creditedMs: number;
  /** Reported afterwards. */
  readonly offline: boolean;
}

export interface PlayedDay {
  /** `2026-03-01` */
  readonly day: string;
  readonly gameId: string;
  readonly ms: number;
}

export interface Unlock {
  readonly gameId: string;
  readonly achievementId: string;
  readonly unlockedAt: number;
  readonly offline: boolean;
  /** Who may report it. */
  readonly authority: 'client' | 'server';
  /** The shortest that it takes at the pace the achievement allows; null: it has no bound. */
  readonly shortestMinutes: number | null;
  /** All the time the game was ever played: at least what was played before the unlock. */
  readonly playedMs: number;
}
