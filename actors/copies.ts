/**
 * Copies that are lent within a family. A copy (an owner's, of a game) is played by the owner or by one borrower. The
 * lock is a loan in the OWNER's actor; the borrower's session holds the promise that goes with it. Nobody asks two
 * actors at once: a promise is good until a moment that both know, and all messages between the two may be lost.
 *
 *   owner's actor       free ----------- lend ----------> lent <-- lend: the same session renews
 *                        ^                                 |
 *                        +--- return, or until + margin ---+
 *                             passed
 *
 *   borrower's session          start with a promise              until passed, or renewal refused
 *                        (none) -------------------> live ------------------------------------> ended, `reclaimed`
 *                                                    | ^
 *                              extend: until, endsAt +-+
 *
 *   the owner plays:     every loan of the game gets endsAt = max(now + grace, until); renewals reach no further.
 *   the owner is done:   endsAt is lifted.
 *
 * Invariants
 * - L1  A borrowed session is live only while its promise lasts: the first turn at or after `until` finds it ended at its
 *       last beat. So time is credited on a borrowed copy only within promises.
 * - L2  A promise is never taken back. The owner's actor keeps a loan for COPY_MARGIN longer than it promised (the two
 *       nodes' clocks differ), and `until` only rises. Only the borrower's actor gives one back before: of a session
 *       that it holds and that will never play the copy again, when that is committed. So a promise no session used
 *       (a refused start) just passes: a copy of that start may still be on its way.
 * - L3  While a loan of a game lasts, no other borrower gets one. Each session has a loan of its own: what one session
 *       gives back was not promised to another one of the same borrower.
 * - L4  The owner is never refused, and nobody begins to borrow what he plays. From the moment he starts, no promise
 *       reaches beyond max(grace, the longest promise): that bounds how long two play one copy, whatever is lost.
 * - L5  Moments, never durations, cross between actors: what comes late or twice asks for nothing that was not asked.
 * - L6  No loan lasts longer than a session time-out and two margins after it was last asked for: a loan without a
 *       player frees itself.
 */
import { borrowOf, copiesOf, NO_COPIES, type Borrow, type Loan } from './loan.ts';
import type { Extend, Lend, Return } from './messages.ts';
import { DONE, refused } from './replies.ts';
import { endedAtLastBeat, isLive, type Session, type Sessions, type UserState } from './session.ts';
import type { PlayRules, Turn } from './user-actor.ts';

/** Loans that one borrower may hold of one owner, for each game that he may play at once: starts that came to nothing pass by. */
const LOANS_PER_LIVE_GAME = 2;

/** Promises, or renews, a copy. */
export function lend(state: UserState, command: Lend, now: number, rules: PlayRules): Turn {
  const { gameId, borrower, sessionId } = command;
  const { loans, borrows } = state.copies;
  const ofGame = loans.filter((loan) => loan.gameId === gameId);
  const others = ofGame.filter((loan) => loan.borrower !== borrower);
  if (others.length > 0) {
    const until = Math.max(...others.map((loan) => loan.until)) + rules.copyMarginMs;
    return { state, reply: { kind: 'copy_in_use', by: 'member', until } }; // L3
  }
  const own = state.sessions.find((session) => isLive(session) && session.gameId === gameId);
  if (own && ofGame.length === 0) {
    return { state, reply: { kind: 'copy_in_use', by: 'owner', until: own.lastBeatAt + rules.sessionTimeoutMs } }; // L4
  }
  const known = ofGame.find((loan) => loan.sessionId === sessionId);
  const held = loans.filter((loan) => loan.borrower === borrower).length;
  if (!known && held >= LOANS_PER_LIVE_GAME * rules.maxLiveGames) return refused(state, 'too_many_sessions', null);

  // Who borrows already may start again while the owner's grace lasts, and no longer.
  const endsAt = known?.endsAt ?? Math.max(0, ...ofGame.map((loan) => loan.endsAt));
  const longest = now + rules.sessionTimeoutMs + rules.copyMarginMs; // L6; the borrower's clock may be ahead
  const asked = Math.min(command.until, longest, endsAt === 0 ? Infinity : endsAt); // L4
  const until = Math.max(asked, known?.until ?? 0); // L2
  const reply = { kind: 'loan', until, endsAt } as const;
  if (until === known?.until || until <= now) return { state, reply };
  const loan: Loan = { gameId, borrower, sessionId, until, endsAt };
  return { state: withLoans(state, [...loans.filter((other) => other !== known), loan], borrows), reply };
}

export function giveBack(state: UserState, command: Return): UserState {
  const { loans, borrows } = state.copies;
  const left = loans.filter((loan) => loan.sessionId !== command.sessionId);
  return left.length === loans.length ? state : withLoans(state, left, borrows);
}

/** Takes over what the owner's actor promises now. */
export function extend(state: UserState, command: Extend): Turn {
  const { sessions, copies } = state;
  const session = sessions.find((held) => held.id === command.sessionId);
  if (!session) return refused(state, 'session_unknown', null); // it may be about to start: L2
  const borrow = borrowOf(copies, session.id);
  if (borrow?.owner !== command.owner) return refused(state, 'copy_not_used', session);
  if (command.promise === null) {
    const left = sessions.map((held) => (held === session ? endedAtLastBeat(held, 'reclaimed') : held));
    return { state: { sessions: left, copies }, reply: DONE };
  }
  const until = Math.max(borrow.until, command.promise.until); // L2; answers may overtake each other
  const { endsAt } = command.promise;
  if (until === borrow.until && endsAt === borrow.endsAt) return { state, reply: DONE };
  const next: Borrow = { ...borrow, until, endsAt };
  const borrows = copies.borrows.map((other) => (other === borrow ? next : other));
  return { state: withLoans(state, copies.loans, borrows), reply: DONE };
}

/** Whether the session plays a copy that is not promised to it any more: L1. */
export function isReclaimed({ copies }: UserState, session: Session, now: number): boolean {
  if (copies === NO_COPIES) return false;
  const borrow = borrowOf(copies, session.id);
  return borrow !== undefined && now >= borrow.until;
}

/**
 * Puts loans and borrows right after anything that happened to the sessions: borrows go with their session, loans when
 * their time has passed, and the owner's own play sets or lifts the end of what he lends.
 */
export function settleCopies(state: UserState, now: number, rules: PlayRules): UserState {
  const { sessions, copies } = state;
  if (copies === NO_COPIES) return state;
  const borrows = copies.borrows.filter(({ sessionId }) => sessions.some((s) => s.id === sessionId && isLive(s)));
  const loans = copies.loans
    .filter((loan) => now < loan.until + rules.copyMarginMs) // L2
    .map((loan) => settleEnd(loan, sessions, now, rules));
  const same = borrows.length === copies.borrows.length && loans.length === copies.loans.length;
  if (same && loans.every((loan, at) => loan === copies.loans[at])) return state;
  return withLoans(state, loans, borrows);
}

/** L4 */
function settleEnd(loan: Loan, sessions: Sessions, now: number, rules: PlayRules): Loan {
  const ownerPlays = sessions.some((session) => isLive(session) && session.gameId === loan.gameId);
  if (ownerPlays === (loan.endsAt !== 0)) return loan;
  return { ...loan, endsAt: ownerPlays ? Math.max(now + rules.graceMs, loan.until) : 0 };
}

function withLoans({ sessions }: UserState, loans: readonly Loan[], borrows: readonly Borrow[]): UserState {
  return { sessions, copies: copiesOf(loans, borrows) };
}
