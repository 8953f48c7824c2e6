/** How a session begins: opened, resumed, or taken over from another device. A part of the actor's turn. */
import { totalCredit } from './credit.ts';
import { borrowOf, copiesOf, type Copies } from './loan.ts';
import type { Rebase, Start } from './messages.ts';
import { answer, refused } from './replies.ts';
import { endedAtLastBeat, FIRST_REV, isLive, type Session, type Sessions, type UserState } from './session.ts';
import { forget, type PlayRules, type Turn } from './user-actor.ts';
import type { UuidKey } from '../lib/uuid.ts';

export function start(state: UserState, command: Start, now: number, rules: PlayRules): Turn {
  const { sessions, copies } = state;
  const replayed = sessions.find((session) => session.id === command.sessionId);
  if (replayed) return answer(state, replayed, 'started'); // A2
  const current = sessions.find((session) => isLive(session) && session.gameId === command.gameId);
  if (current?.deviceId === command.deviceId && playsTheSameCopy(copies, current, command)) {
    return resume(state, current, command, now);
  }
  if (command.borrow && now >= command.borrow.until) return refused(state, 'promise_passed', null); // L1

  const games = new Set(sessions.filter(isLive).map((session) => session.gameId));
  if (!current && games.size >= rules.maxLiveGames) return refused(state, 'too_many_live_sessions', null); // A3
  const room = sessions.length < rules.maxHeldSessions ? sessions : forget(sessions, (s) => s.flushedRev === s.rev);
  if (room.length >= rules.maxHeldSessions) return refused(state, 'too_many_sessions', null);

  const rest = room.map((s) => (s.id === current?.id ? endedAtLastBeat(s, 'superseded') : s)); // A3
  const session = open(command, baseOf(command, sessions, rest), now);
  const opened = { sessions: [...rest, session], copies: withBorrow(copies, command) };
  return answer(opened, session, 'started', current?.id ?? null);
}

/**
 * A session goes on with the copy that it began with, or with the user's own from now on. With another one it begins
 * anew: a promise is for one session.
 */
function playsTheSameCopy(copies: Copies, session: Session, { borrow }: Start): boolean {
  return borrow === undefined || borrow.owner === borrowOf(copies, session.id)?.owner;
}

function withBorrow(copies: Copies, { sessionId, borrow }: Start): Copies {
  if (borrow === undefined) return copies;
  const { owner, until, endsAt } = borrow;
  return copiesOf(copies.loans, [...copies.borrows, { sessionId, owner, until, endsAt }]);
}

/**
 * The game's total apart from the sessions that stay `kept`: what PostgreSQL said, without what it had counted of the
 * sessions `held` by then, and with all of those of them that are forgotten now.
 */
export function baseOf(command: Start | Rebase, held: Sessions, kept: Sessions): number {
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
    rev: FIRST_REV,
    endedAt: 0,
    endReason: null,
    flushedRev: 0,
  };
}

/**
 * The same device starts the same game again. The same launcher asking twice changes nothing; a launcher that came back
 * goes on counting from now: nobody vouches for the time in between.
 */
function resume(before: UserState, session: Session, command: Start, now: number): Turn {
  const state = command.borrow === undefined ? withoutBorrow(before, session.id) : before;
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
  const sessions = state.sessions.map((held) => (held === session ? next : held));
  return answer({ sessions, copies: state.copies }, next, 'resumed');
}

function withoutBorrow(state: UserState, sessionId: UuidKey): UserState {
  const { loans, borrows } = state.copies;
  const left = borrows.filter((borrow) => borrow.sessionId !== sessionId);
  return left.length === borrows.length ? state : { sessions: state.sessions, copies: copiesOf(loans, left) };
}
