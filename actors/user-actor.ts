/**
 * The user's actor as a pure state machine: (state, command, now) -> (state, reply). It never waits and never fails.
 *
 *                 start              end | timeout | superseded | revoked | reclaimed
 *   (no session) -------> live  --------------------------------------------------> ended --> forgotten
 *                          | ^
 *                heartbeat +-+ resume                        once PostgreSQL holds it and LINGER has passed
 *
 * What a user lends and borrows has its rules (L1-L6) in `copies.ts`, how a session begins is in `start.ts`.
 *
 * Invariants
 * - A1  Credit never exceeds the time the engine's clock saw pass: each beat credits at most the gap since the last one,
 *       and time never runs backwards for a user, not even when the next owner's clock is behind.
 * - A2  Every sequence number counts at most once; repeating the last command changes nothing and gets the same answer.
 * - A3  At most one live session per game, at most `maxLiveGames` live games.
 * - A4  Every change raises `rev`, so that the database can order the versions of a session.
 * - A5  An ended session never changes again.
 */
import { extend, giveBack, isReclaimed, lend, settleCopies } from './copies.ts';
import { addCredit, creditOf, totalCredit } from './credit.ts';
import { borrowOf } from './loan.ts';
import type { Command, End, Heartbeat, HeldSession, Rebase, Reply, Revoke } from './messages.ts';
import { answer, DONE, refused } from './replies.ts';
import {
  endedAt,
  endedAtLastBeat,
  isEmpty,
  isLive,
  NOTHING_HELD,
  viewOf,
  type Session,
  type Sessions,
  type UserState,
} from './session.ts';
import { baseOf, start } from './start.ts';
import type { EndReason } from '../lib/ports/playtime-sink.ts';

export interface PlayRules {
  /** A gap between two beats above this earns nothing. */
  readonly maxGapMs: number;
  /** A session without a beat for this long has ended at its last beat. */
  readonly sessionTimeoutMs: number;
  /** How many different games one user may play at once. */
  readonly maxLiveGames: number;
  /** How many sessions, live or ended a moment ago, an actor holds. */
  readonly maxHeldSessions: number;
  /** How long an ended session is remembered, so that late and repeated messages still meet it. */
  readonly lingerMs: number;
  /** How long a borrower may go on at least when the owner starts the game. */
  readonly graceMs: number;
  /** How much longer than promised a copy stays lent: what the clocks of two nodes may differ at most. */
  readonly copyMarginMs: number;
}

export interface Turn {
  /** The same object as before when nothing changed. */
  readonly state: UserState;
  readonly reply: Reply;
}

/** One turn. Sessions past their time end first, so that the rules do not hang on when a timer fires. */
export function turn(before: UserState, command: Command, clock: number, rules: PlayRules): Turn {
  const now = before.sessions.reduce((latest, session) => Math.max(latest, session.lastBeatAt), clock); // A1
  const { state, reply } = obey(expire(before, now, rules), command, now, rules);
  return { state: settleCopies(state, now, rules), reply };
}

function obey(state: UserState, command: Command, now: number, rules: PlayRules): Turn {
  switch (command.kind) {
    case 'start':
      return start(state, command, now, rules);
    case 'heartbeat':
    case 'end':
      return beat(state, command, now, rules);
    case 'revoke':
      return { state: withSessions(state, revoke(state.sessions, command)), reply: DONE };
    case 'rebase':
      return { state: withSessions(state, rebase(state.sessions, command)), reply: DONE };
    case 'held':
      return { state, reply: { kind: 'held', sessions: state.sessions.map((session) => heldView(state, session)) } };
    case 'erase':
      return { state: isEmpty(state) ? state : NOTHING_HELD, reply: DONE };
    case 'lend':
      return lend(state, command, now, rules);
    case 'return':
      return { state: giveBack(state, command), reply: DONE };
    case 'extend':
      return extend(state, command);
    case 'flush':
    case 'attend':
    case 'leave':
    case 'tell':
      return { state, reply: DONE };
  }
}

/** Ends the sessions whose time is over, at their last beat: their launcher has gone silent, or their copy is reclaimed. */
export function expire(state: UserState, now: number, rules: PlayRules): UserState {
  const over = (session: Session): EndReason | null => {
    if (!isLive(session)) return null;
    if (now - session.lastBeatAt >= rules.sessionTimeoutMs) return 'timeout';
    return isReclaimed(state, session, now) ? 'reclaimed' : null;
  };
  if (!state.sessions.some(over)) return settleCopies(state, now, rules);
  const sessions = state.sessions.map((session) => {
    const reason = over(session);
    return reason === null ? session : endedAtLastBeat(session, reason);
  });
  return settleCopies({ sessions, copies: state.copies }, now, rules);
}

/**
 * Whether an ended session has served its time: late and repeated messages have met it, and PostgreSQL has held it for
 * longer than a start may take from its look at the totals there to its turn.
 *
 * @param flushedAt when PostgreSQL confirmed the last of the user's ends
 */
export function mayForget(session: Session, flushedAt: number, now: number, rules: PlayRules): boolean {
  // All ends but the launcher's own lie back at the last beat, by up to a time-out.
  const noticedAt = session.endedAt + (session.endReason === 'ended' ? 0 : rules.sessionTimeoutMs);
  return session.flushedRev === session.rev && now - Math.max(noticedAt, flushedAt) >= rules.lingerMs;
}

/** When to look at the session again: when it may have timed out, or be forgotten. */
export function dueAt(session: Session, now: number, rules: PlayRules): number {
  return isLive(session) ? session.lastBeatAt + rules.sessionTimeoutMs : now + rules.lingerMs;
}

/** Drops the ended sessions that `may` allows; what they earned moves into the base of their game. */
export function forget(sessions: Sessions, may: (session: Session) => boolean): Sessions {
  const forgotten = sessions.filter((session) => !isLive(session) && may(session));
  if (forgotten.length === 0) return sessions;
  return sessions
    .filter((session) => !forgotten.includes(session))
    .map((session) => {
      const gone = forgotten.filter((f) => f.gameId === session.gameId);
      if (gone.length === 0) return session;
      return { ...session, baseMs: gone.reduce((sum, f) => sum + totalCredit(f.credit), session.baseMs) };
    });
}

function withSessions(state: UserState, sessions: Sessions): UserState {
  return sessions === state.sessions ? state : { sessions, copies: state.copies };
}

function heldView(state: UserState, session: Session): HeldSession {
  return {
    ...viewOf(state, session),
    clientSessionId: session.clientSessionId,
    lender: borrowOf(state.copies, session.id)?.owner ?? null,
  };
}

function beat(state: UserState, command: Heartbeat | End, now: number, rules: PlayRules): Turn {
  const session = state.sessions.find((held) => held.id === command.sessionId);
  if (!session) return refused(state, 'session_unknown', null);
  if (command.seq < session.seq) return answer(state, session, 'ignored');
  if (!isLive(session)) {
    // The last message again, or its reply crossed the end: A2. Anything newer is a launcher that must start anew: A5.
    return command.seq === session.seq ? answer(state, session, 'accepted') : refused(state, 'session_ended', session);
  }
  if (command.seq === session.seq && command.kind === 'heartbeat') return answer(state, session, 'accepted'); // A2

  const active = command.activeMs === null ? null : command.activeMs - session.activeMs;
  const ms = command.seq === session.seq ? 0 : creditOf(now - session.lastBeatAt, active, rules.maxGapMs);
  const beaten: Session = {
    ...session,
    lastBeatAt: now,
    seq: command.seq,
    activeMs: Math.max(session.activeMs, command.activeMs ?? session.activeMs),
    credit: addCredit(session.credit, session.startedAt, now, ms),
    rev: session.rev + 1,
  };
  const next = command.kind === 'end' ? endedAt(beaten, now, 'ended') : beaten;
  const sessions = state.sessions.map((held) => (held === session ? next : held));
  return answer({ sessions, copies: state.copies }, next, 'accepted');
}

function rebase(sessions: Sessions, command: Rebase): Sessions {
  const baseMs = baseOf(command, sessions, sessions);
  const concerned = (s: Session): boolean => s.gameId === command.gameId && s.baseMs !== baseMs;
  if (!sessions.some(concerned)) return sessions; // A2
  return sessions.map((session) => (concerned(session) ? { ...session, baseMs } : session));
}

function revoke(sessions: Sessions, command: Revoke): Sessions {
  const concerned = (s: Session): boolean => isLive(s) && s.gameId === command.gameId;
  if (!sessions.some(concerned)) return sessions;
  return sessions.map((session) => (concerned(session) ? endedAtLastBeat(session, 'revoked') : session));
}
