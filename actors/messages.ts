/**
 * What can be asked of a user's actor, and what it answers. Every message is plain data: it crosses nodes as CBOR.
 * All times are milliseconds since the Unix epoch on the engine's clock; all durations milliseconds.
 */
import type { News } from '../lib/ports/news.ts';
import type { EndReason } from '../lib/ports/playtime-sink.ts';
import type { UuidKey } from '../lib/uuid.ts';

export type Command =
  Start | Heartbeat | End | Held | Flush | Revoke | Rebase | Erase | Lend | Return | Extend | Attend | Leave | Tell;

const KNOWN: Readonly<Record<Command['kind'], true>> = {
  start: true,
  heartbeat: true,
  end: true,
  held: true,
  flush: true,
  revoke: true,
  rebase: true,
  erase: true,
  lend: true,
  return: true,
  extend: true,
  attend: true,
  leave: true,
  tell: true,
};

/** Whether this release knows the command: a newer one may ask for more. */
export function isKnown(kind: string): kind is Command['kind'] {
  return Object.hasOwn(KNOWN, kind);
}

/** What PostgreSQL holds of one game of the user, all of it from the same database snapshot. */
export interface StoredTotal {
  /** The game's total, read before the command was sent ... */
  readonly totalMs: number;
  /** ... and what that total holds of each recent session, as [session id, ms]. */
  readonly counted: readonly (readonly [UuidKey, number])[];
}

/** Opens a session, resumes the one of the same device and game, or takes the game over from another device. */
export interface Start extends StoredTotal {
  readonly kind: 'start';
  /** The id the session gets if it is a new one. */
  readonly sessionId: UuidKey;
  readonly gameId: UuidKey;
  readonly deviceId: UuidKey;
  readonly clientSessionId: string | null;
  /** The owner's copy that is played, promised to this session id; absent: the user's own. */
  readonly borrow?: BorrowedCopy;
}

/** What an owner's actor promises about a copy of a game, see `copies.ts`. */
export interface CopyPromise {
  /** The copy is the borrower's alone until then. */
  readonly until: number;
  /** The promise is not renewed beyond this moment, for the owner plays; 0: nobody waits. */
  readonly endsAt: number;
}

export interface BorrowedCopy extends CopyPromise {
  readonly owner: UuidKey;
}

export interface Heartbeat {
  readonly kind: 'heartbeat';
  readonly sessionId: UuidKey;
  /** Rises with every beat of the session; the first is 1. */
  readonly seq: number;
  /** Time the game was in the foreground since the session's start or last resume, by the launcher's own count. */
  readonly activeMs: number | null;
}

export interface End {
  readonly kind: 'end';
  readonly sessionId: UuidKey;
  readonly seq: number;
  readonly activeMs: number | null;
}

/** Reads every session the actor holds: live ones, and ended ones that may not have reached PostgreSQL yet. */
export interface Held {
  readonly kind: 'held';
}

/** Answered when PostgreSQL holds everything the actor knew when it was asked. */
export interface Flush {
  readonly kind: 'flush';
}

/** Ends the live sessions of a game that the user no longer has access to. */
export interface Revoke {
  readonly kind: 'revoke';
  readonly gameId: UuidKey;
}

/**
 * PostgreSQL's total of a game changed by other means than this actor's sessions (a correction, offline play). It tells
 * the total and not the change: a start that is under way at the same time may have read the change already.
 */
export interface Rebase extends StoredTotal {
  readonly kind: 'rebase';
  readonly gameId: UuidKey;
}

/**
 * Forgets the user at once: sessions, live or not, that PostgreSQL may not have yet. Answered when nothing of them is
 * left in memory, in the checkpoint store or on its way to PostgreSQL.
 */
export interface Erase {
  readonly kind: 'erase';
}

/**
 * To the owner's actor: promise the borrower's session the copy of a game, or renew the promise. Names a moment and no
 * duration, so that a late or repeated one asks for nothing more.
 */
export interface Lend {
  readonly kind: 'lend';
  readonly gameId: UuidKey;
  readonly borrower: UuidKey;
  /** The session that plays, or is about to: each has a loan of its own. */
  readonly sessionId: UuidKey;
  /** At most a session time-out from now, whatever is asked for. */
  readonly until: number;
}

/** To the owner's actor: the session has ended for good, its loan is not needed any more. */
export interface Return {
  readonly kind: 'return';
  readonly sessionId: UuidKey;
}

/** To the borrower's actor: what the owner's actor promises now; null: nothing any more. */
export interface Extend {
  readonly kind: 'extend';
  readonly sessionId: UuidKey;
  readonly owner: UuidKey;
  readonly promise: CopyPromise | null;
}

/** A gateway node holds sockets of the user. Said again before the lease ends; soft state, see `audience.ts`. */
export interface Attend {
  readonly kind: 'attend';
  readonly gateway: string;
  readonly leaseMs: number;
}

/** The last of the user's sockets at this gateway node is gone. */
export interface Leave {
  readonly kind: 'leave';
  readonly gateway: string;
}

/** News for the user's sockets. Answered when they are on their way to the gateways that attend, and to no others. */
export interface Tell {
  readonly kind: 'tell';
  readonly news: readonly News[];
}

export type Reply = SessionReply | HeldReply | DoneReply | RefusedReply | LoanReply | CopyInUseReply;

/** Answers start, heartbeat and end. */
export interface SessionReply {
  readonly kind: 'session';
  readonly session: SessionView;
  /**
   * `started` a new session; `resumed` the running one; `accepted` this beat or end (a repeat of the last one too);
   * `ignored` a beat or end older than the last one: nothing changed.
   */
  readonly outcome: 'started' | 'resumed' | 'accepted' | 'ignored';
  /** The session of the same game on another device that this start ended, if any. */
  readonly superseded: UuidKey | null;
}

export interface SessionView {
  readonly sessionId: UuidKey;
  readonly gameId: UuidKey;
  readonly deviceId: UuidKey;
  readonly startedAt: number;
  readonly lastBeatAt: number;
  readonly seq: number;
  readonly creditedMs: number;
  /** The credit by consecutive UTC day from `firstDay` (days since the Unix epoch) on. */
  readonly firstDay: number;
  readonly msByDay: readonly number[];
  /** Total of the game over all sessions, this one included. */
  readonly totalMs: number;
  readonly ended: { readonly at: number; readonly reason: EndReason } | null;
  /** When it ends at the latest, for it plays a borrowed copy whose owner plays himself; null: nobody waits. */
  readonly endsAt: number | null;
}

export interface HeldReply {
  readonly kind: 'held';
  readonly sessions: readonly HeldSession[];
}

/** Beside what every reply shows, what only the history needs. */
export interface HeldSession extends SessionView {
  readonly clientSessionId: string | null;
  /** Whose copy is played; null: the user's own, or the session has ended. */
  readonly lender: UuidKey | null;
}

export interface DoneReply {
  readonly kind: 'done';
}

/** A refusal by the rules: final, nothing changed. */
export interface RefusedReply {
  readonly kind: 'refused';
  readonly reason:
    | 'session_unknown'
    | 'session_ended'
    | 'too_many_live_sessions'
    | 'too_many_sessions'
    /** The copy to be played is not promised any more: ask the owner's actor again. */
    | 'promise_passed'
    /** Answers an extend: the session is held here, and will never play that copy again. */
    | 'copy_not_used';
  /** The session in question, where the actor still holds it. */
  readonly session: SessionView | null;
}

/** Answers a lend: the copy is the session's until then. */
export interface LoanReply extends CopyPromise {
  readonly kind: 'loan';
}

/** Answers a lend: the owner, or another member, plays. Nothing changed. */
export interface CopyInUseReply {
  readonly kind: 'copy_in_use';
  readonly by: 'owner' | 'member';
  /** If whoever plays is not heard of again, the copy is free by then. */
  readonly until: number;
}
