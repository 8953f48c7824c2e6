import { creditByDay, dayOf, totalCredit, type Credit } from './credit.ts';
import type { SessionView } from './messages.ts';
import type { EndReason, SessionRow } from '../lib/ports/playtime-sink.ts';
import type { UuidKey } from '../lib/uuid.ts';

/**
 * One play session in an actor's memory. Immutable but for `flushedRev`, which is no part of its state: it only
 * remembers what PostgreSQL is known to hold, is not checkpointed, and starts at 0 wherever a session is loaded.
 */
export interface Session {
  readonly id: UuidKey;
  readonly gameId: UuidKey;
  readonly deviceId: UuidKey;
  readonly clientSessionId: string | null;
  readonly startedAt: number;
  /** The last beat, start or resume; credit is counted from here. */
  readonly lastBeatAt: number;
  readonly seq: number;
  /** The launcher's own count of active time at the last beat. */
  readonly activeMs: number;
  readonly credit: Credit;
  /** The game's total apart from the sessions of this game that the actor holds. */
  readonly baseMs: number;
  /** Rises with every change. */
  readonly rev: number;
  /** When it ended, 0 while it is live. */
  readonly endedAt: number;
  readonly endReason: EndReason | null;
  flushedRev: number;
}

/** All of a user's state: the live sessions, and the ended ones not yet forgotten. Treated as immutable. */
export type UserState = readonly Session[];

export const NO_SESSIONS: UserState = Object.freeze([]);

export function isLive(session: Session): boolean {
  return session.endReason === null;
}

export function countLive(state: UserState): number {
  let live = 0;
  for (const session of state) if (session.endReason === null) live += 1;
  return live;
}

/** The game's total over all sessions as this actor knows it. */
export function gameTotal(state: UserState, session: Session): number {
  let total = session.baseMs;
  for (const held of state) if (held.gameId === session.gameId) total += totalCredit(held.credit);
  return total;
}

export function viewOf(state: UserState, session: Session): SessionView {
  return {
    sessionId: session.id,
    gameId: session.gameId,
    deviceId: session.deviceId,
    startedAt: session.startedAt,
    lastBeatAt: session.lastBeatAt,
    seq: session.seq,
    creditedMs: totalCredit(session.credit),
    firstDay: dayOf(session.startedAt),
    msByDay: creditByDay(session.credit),
    totalMs: gameTotal(state, session),
    ended: session.endReason === null ? null : { at: session.endedAt, reason: session.endReason },
  };
}

export function rowOf(user: UuidKey, session: Session): SessionRow {
  return {
    sessionId: session.id,
    userId: user,
    gameId: session.gameId,
    deviceId: session.deviceId,
    clientSessionId: session.clientSessionId,
    startedAt: session.startedAt,
    lastBeatAt: session.lastBeatAt,
    seq: session.seq,
    ended: session.endReason === null ? null : { at: session.endedAt, reason: session.endReason },
    rev: session.rev,
    firstDay: dayOf(session.startedAt),
    msByDay: creditByDay(session.credit),
  };
}
