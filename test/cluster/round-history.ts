/** Everything that one round is judged by. */
import type { Exchange } from './exchange.ts';
import type { PlaytimeStats } from '../../lib/contract/playtime.ts';
import type { EndReason } from '../../lib/ports/playtime-sink.ts';

/** A row of `playtime_sessions`; moments in ms since the Unix epoch. */
export interface StoredSession {
  readonly userId: string;
  readonly sessionId: string;
  readonly gameId: string;
  readonly deviceId: string;
  readonly clientSessionId: string | null;
  readonly startedAt: number;
  readonly lastBeatAt: number;
  readonly seq: number;
  readonly endedAt: number | null;
  readonly endReason: EndReason | null;
  readonly offline: boolean;
  readonly ms: number;
  readonly correctionMs: number;
  /** Credit and corrections together, by `YYYY-MM-DD`. */
  readonly msByDay: Readonly<Record<string, number>>;
}

/** One of the sums that PostgreSQL keeps. */
export interface StoredSum {
  readonly userId: string;
  readonly gameId: string;
  /** The day (`2026-03-01`), the month (its first day), or '' for a total. */
  readonly period: string;
  readonly ms: number;
}

export interface StoredReport {
  readonly userId: string;
  readonly deviceId: string;
  readonly clientSessionId: string;
  readonly creditedMs: number;
}

export interface StoredPlaytime {
  readonly sessions: readonly StoredSession[];
  readonly daily: readonly StoredSum[];
  readonly monthly: readonly StoredSum[];
  readonly totals: readonly StoredSum[];
  readonly reports: readonly StoredReport[];
  /** What the events on their way or on the bus say of playtime, each counted once. */
  readonly told: {
    /** What they add up to by game. */
    readonly added: readonly StoredSum[];
    /** The session of each event that tells of an end. */
    readonly ended: readonly string[];
  };
}

/** What the checkpoint store said of one shard at one moment. */
export interface EpochSample {
  readonly at: number;
  readonly shard: number;
  readonly epoch: number;
  /** Null when it is released. */
  readonly owner: string | null;
}

/** The settings that the service ran with, ms. */
export interface Rules {
  readonly maxGapMs: number;
  readonly sessionTimeoutMs: number;
  /** How long after it was sent a request may still be carried out. */
  readonly deadlineMs: number;
}

export interface RoundHistory {
  readonly rules: Rules;
  readonly exchanges: readonly Exchange[];
  /** PostgreSQL after everything had time to end and to be flushed. */
  readonly stored: StoredPlaytime;
  /** What the service answered then, by user. */
  readonly finalStats: ReadonlyMap<string, PlaytimeStats>;
  readonly epochs: readonly EpochSample[];
  /** What had not ended, or had not left the checkpoint store, when the time for it was over. */
  readonly leftovers: readonly string[];
  /** Processes that ended by themselves. */
  readonly crashes: readonly string[];
}

/** The promises, by the name under which their violation is reported. */
export const INVARIANTS = [
  'credit lost',
  'credit short',
  'credit beyond the clock',
  'reply went back',
  'repeat answered differently',
  'ended session changed',
  'session lost',
  'session unexplained',
  'refusal unexplained',
  'failure not in the catalogue',
  'sums differ',
  'events differ',
  'statistics behind',
  'statistics wrong',
  'offline counted twice',
  'offline overlaps',
  'correction lost',
  'epoch went back',
  'not closed',
  'process ended',
  'takeover too slow',
  'failed in a rolling restart',
] as const;
export type Invariant = (typeof INVARIANTS)[number];

export interface Violation {
  readonly invariant: Invariant;
  readonly what: string;
}

/** Clocks of one machine differ by nothing, but moments are rounded to milliseconds at several places. */
export const ROUNDING_MS = 3;

export const wholeSeconds = (ms: number): number => Math.floor(ms / 1_000);
