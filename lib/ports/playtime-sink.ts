import type { UuidKey } from '../uuid.ts';

/** Why a session ended. Checkpoints hold the position in this list: new ones go to its end. */
export const END_REASONS = ['ended', 'timeout', 'superseded', 'revoked', 'reclaimed'] as const;
export type EndReason = (typeof END_REASONS)[number];

/**
 * The state of one play session as it is written behind to PostgreSQL: absolute values under a revision, so that
 * writing a row again, late, or out of order never counts anything twice.
 */
export interface SessionRow {
  readonly sessionId: UuidKey;
  readonly userId: UuidKey;
  readonly gameId: UuidKey;
  readonly deviceId: UuidKey;
  /** The launcher's own id of the session, at most 64 characters; null when it gave none. */
  readonly clientSessionId: string | null;
  /** Milliseconds since the Unix epoch. */
  readonly startedAt: number;
  /** The last heartbeat (or the start), ms since the Unix epoch. */
  readonly lastBeatAt: number;
  /** The last sequence number applied. */
  readonly seq: number;
  /** Null while the session is live. */
  readonly ended: { readonly at: number; readonly reason: EndReason } | null;
  /** Rises by at least one with every change of the session. */
  readonly rev: number;
  /** The UTC day (days since the Unix epoch) that `msByDay[0]` belongs to. */
  readonly firstDay: number;
  /** Credited milliseconds of each consecutive UTC day from `firstDay` on; their sum is the session's credit. */
  readonly msByDay: readonly number[];
}

/** The durable home of playtime: session rows, and totals derived from their change in the same transaction. */
export interface PlaytimeSink {
  /**
   * Writes the rows; at most one row per session in a call. Resolves when they are committed. Rejects when none is
   * (or the outcome is unknown); writing the same rows again is always safe.
   *
   * @param traces by user: the trace (W3C Trace Context) that what is told of the change goes back to; absent when none is
   */
  flush(rows: readonly SessionRow[], traces?: ReadonlyMap<UuidKey, string>): Promise<void>;
}
