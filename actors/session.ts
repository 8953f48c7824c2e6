import { creditByDay, dayOf, totalCredit, type Credit } from './credit.ts';
import { borrowOf, NO_COPIES, type Copies } from './loan.ts';
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

/** The live sessions of a user, and the ended ones not yet forgotten. Treated as immutable. */
export type Sessions = readonly Session[];

/**
 * All of a user's state. Treated as immutable. In memory it is this object only while somebody looks at it: a shard
 * keeps the sessions, and apart from them the copies of the few users who lend or borrow.
 */
export interface UserState {
  readonly sessions: Sessions;
  readonly copies: Copies;
}

/** Of a session that has just begun. */
export const FIRST_REV = 1;

export const NO_SESSIONS: Sessions = Object.freeze([]);
export const NOTHING_HELD: UserState = Object.freeze({ sessions: NO_SESSIONS, copies: NO_COPIES });

export function isEmpty({ sessions, copies }: UserState): boolean {
  return sessions.length === 0 && copies === NO_COPIES;
}

export function isLive(session: Session): boolean {
  return session.endReason === null;
}

/** Beginnings and ends are told to others by PostgreSQL's outbox, so they do not wait for the periodic flush. */
export function isNews(session: Session): boolean {
  return session.rev > session.flushedRev && (session.rev === FIRST_REV || !isLive(session));
}

export function countLive(sessions: Sessions): number {
  let live = 0;
  for (const session of sessions) if (session.endReason === null) live += 1;
  return live;
}

/** The game's total over all sessions as this actor knows it. */
export function gameTotal(sessions: Sessions, session: Session): number {
  let total = session.baseMs;
  for (const held of sessions) if (held.gameId === session.gameId) total += totalCredit(held.credit);
  return total;
}

export function viewOf({ sessions, copies }: UserState, session: Session): SessionView {
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
    totalMs: gameTotal(sessions, session),
    ended: session.endReason === null ? null : { at: session.endedAt, reason: session.endReason },
    endsAt: endOf(copies, session),
  };
}

/** When it ends at the latest, for the owner of the copy plays. */
function endOf(copies: Copies, session: Session): number | null {
  const endsAt = copies === NO_COPIES || !isLive(session) ? 0 : (borrowOf(copies, session.id)?.endsAt ?? 0);
  return endsAt === 0 ? null : endsAt;
}

export function endedAt(session: Session, at: number, reason: EndReason): Session {
  return { ...session, endedAt: at, endReason: reason, rev: session.rev + 1 }; // A4
}

export function endedAtLastBeat(session: Session, reason: EndReason): Session {
  return endedAt(session, session.lastBeatAt, reason);
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
