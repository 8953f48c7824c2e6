/**
 * The user's actor as a pure state machine: (state, command, now) -> (state, reply). It never waits and never fails.
 *
 *                 start                    end | timeout | superseded | revoked
 *   (no session) -------> live  --------------------------------------------------> ended --> forgotten
 *                          | ^
 *                heartbeat +-+ resume                        once PostgreSQL holds it and LINGER has passed
 *
 * Invariants
 * - A1  Credit never exceeds the time the engine's clock saw pass: each beat credits at most the gap since the last one,
 *       and time never runs backwards for a user, not even when the next owner's clock is behind.
 * - A2  Every sequence number counts at most once; repeating the last command changes nothing and gets the same answer.
 * - A3  At most one live session per game, at most `maxLiveGames` live games.
 * - A4  Every change raises `rev`, so that the database can order the versions of a session.
 * - A5  An ended session never changes again.
 */
import { addCredit, creditOf, totalCredit } from './credit.ts';
import type { Command, End, Heartbeat, HeldSession, Rebase, RefusedReply, Reply, Revoke, Start } from './messages.ts';
import { isLive, viewOf, type Session, type UserState } from './session.ts';
import type { EndReason } from '../lib/ports/playtime-sink.ts';
import type { UuidKey } from '../lib/uuid.ts';

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
}

export interface Turn {
  /** The same array as before when nothing changed. */
  readonly state: UserState;
  readonly reply: Reply;
}

const DONE: Reply = { kind: 'done' };

/** One turn. Sessions past their time-out end first, so that the rules do not hang on when a timer fires. */
export function turn(before: UserState, command: Command, clock: number, rules: PlayRules): Turn {
  const now = before.reduce((latest, session) => Math.max(latest, session.lastBeatAt), clock); // A1
  const state = expire(before, now, rules);
  switch (command.kind) {
    case 'start':
      return start(state, command, now, rules);
    case 'heartbeat':
    case 'end':
      return beat(state, command, now, rules);
    case 'revoke':
      return { state: revoke(state, command), reply: DONE };
    case 'rebase':
      return { state: rebase(state, command), reply: DONE };
    case 'held':
      return { state, reply: { kind: 'held', sessions: state.map((session) => heldView(state, session)) } };
    case 'erase':
      return { state: state.length === 0 ? state : [], reply: DONE };
    case 'flush':
    case 'attend':
    case 'leave':
    case 'tell':
      return { state, reply: DONE };
  }
}

/** Ends the sessions whose launcher has gone silent, at their last beat. */
export function expire(state: UserState, now: number, rules: PlayRules): UserState {
  const silent = (s: Session): boolean => isLive(s) && now - s.lastBeatAt >= rules.sessionTimeoutMs;
  if (!state.some(silent)) return state;
  return state.map((session) => (silent(session) ? ended(session, session.lastBeatAt, 'timeout') : session));
}

/** Whether an ended session has served its time: PostgreSQL holds it, and late and repeated messages have met it. */
export function mayForget(session: Session, now: number, rules: PlayRules): boolean {
  // All ends but the launcher's own lie back at the last beat, by up to a time-out.
  const noticedAt = session.endedAt + (session.endReason === 'ended' ? 0 : rules.sessionTimeoutMs);
  return session.flushedRev === session.rev && now - noticedAt >= rules.lingerMs;
}

/** Drops the ended sessions that `may` allows; what they earned moves into the base of their game. */
export function forget(state: UserState, may: (session: Session) => boolean): UserState {
  const forgotten = state.filter((session) => !isLive(session) && may(session));
  if (forgotten.length === 0) return state;
  return state
    .filter((session) => !forgotten.includes(session))
    .map((session) => {
      const gone = forgotten.filter((f) => f.gameId === session.gameId);
      if (gone.length === 0) return session;
      return { ...session, baseMs: gone.reduce((sum, f) => sum + totalCredit(f.credit), session.baseMs) };
    });
}

function ended(session: Session, at: number, reason: EndReason): Session {
  return { ...session, endedAt: at, endReason: reason, rev: session.rev + 1 }; // A4
}

function replace(state: UserState, next: Session): UserState {
  return state.map((session) => (session.id === next.id ? next : session));
}

function heldView(state: UserState, session: Session): HeldSession {
  return { ...viewOf(state, session), clientSessionId: session.clientSessionId };
}

function refused(state: UserState, reason: RefusedReply['reason'], session: Session | null): Turn {
  return { state, reply: { kind: 'refused', reason, session: session === null ? null : viewOf(state, session) } };
}

function answer(
  state: UserState,
  session: Session,
  outcome: 'started' | 'resumed' | 'accepted' | 'ignored',
  superseded: UuidKey | null = null,
): Turn {
  return { state, reply: { kind: 'session', session: viewOf(state, session), outcome, superseded } };
}

function start(state: UserState, command: Start, now: number, rules: PlayRules): Turn {
  const replayed = state.find((session) => session.id === command.sessionId);
  if (replayed) return answer(state, replayed, 'started'); // A2
  const current = state.find((session) => isLive(session) && session.gameId === command.gameId);
  if (current?.deviceId === command.deviceId) return resume(state, current, command, now);

  const games = new Set(state.filter(isLive).map((session) => session.gameId));
  if (!current && games.size >= rules.maxLiveGames) return refused(state, 'too_many_live_sessions', null); // A3
  const room = state.length < rules.maxHeldSessions ? state : forget(state, (s) => s.flushedRev === s.rev);
  if (room.length >= rules.maxHeldSessions) return refused(state, 'too_many_sessions', null);

  const rest = room.map((s) => (s.id === current?.id ? ended(s, s.lastBeatAt, 'superseded') : s)); // A3
  const session = open(command, baseOf(command, state, rest), now);
  return answer([...rest, session], session, 'started', current?.id ?? null);
}

/**
 * The game's total apart from the sessions that stay `kept`: what PostgreSQL said, without what it had counted of the
 * sessions `held` by then, and with all of those of them that are forgotten now.
 */
function baseOf(command: Start | Rebase, held: UserState, kept: UserState): number {
  const counted = new Map(command.counted);
  let baseMs = command.totalMs;
  for (const session of held) {
    if (session.gameId !== command.gameId) continue;
    baseMs -= counted.get(session.id) ?? 0;
    if (!kept.some((other) => other.id === session.id)) baseMs += totalCredit(session.credit);
  }
  return baseMs;
}

function open(command: Start, baseMs: number, now: number): Session {
  return {
    id: command.sessionId,
    gameId: command.gameId,
    deviceId: command.deviceId,
    clientSessionId: command.clientSessionId,
    startedAt: now,
    lastBeatAt: now,
    seq: 0,
    activeMs: 0,
    credit: 0,
    baseMs,
    rev: 1,
    endedAt: 0,
    endReason: null,
    flushedRev: 0,
  };
}

/**
 * The same device starts the same game again. The same launcher asking twice changes nothing; a launcher that came back
 * goes on counting from now: nobody vouches for the time in between.
 */
function resume(state: UserState, session: Session, command: Start, now: number): Turn {
  const repeated =
    command.clientSessionId === session.clientSessionId && (command.clientSessionId !== null || session.seq === 0);
  if (repeated) return answer(state, session, 'resumed'); // A2
  const next: Session = {
    ...session,
    clientSessionId: command.clientSessionId,
    lastBeatAt: now,
    seq: session.seq + 1, // so that beats of the launcher's former life are old ones
    activeMs: 0,
    rev: session.rev + 1,
  };
  return answer(replace(state, next), next, 'resumed');
}

function beat(state: UserState, command: Heartbeat | End, now: number, rules: PlayRules): Turn {
  const session = state.find((held) => held.id === command.sessionId);
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
  const next = command.kind === 'end' ? ended(beaten, now, 'ended') : beaten;
  const after = replace(state, next);
  return answer(after, next, 'accepted');
}

function rebase(state: UserState, command: Rebase): UserState {
  const baseMs = baseOf(command, state, state);
  const concerned = (s: Session): boolean => s.gameId === command.gameId && s.baseMs !== baseMs;
  if (!state.some(concerned)) return state; // A2
  return state.map((session) => (concerned(session) ? { ...session, baseMs } : session));
}

function revoke(state: UserState, command: Revoke): UserState {
  const concerned = (s: Session): boolean => isLive(s) && s.gameId === command.gameId;
  if (!state.some(concerned)) return state;
  return state.map((session) => (concerned(session) ? ended(session, session.lastBeatAt, 'revoked') : session));
}
