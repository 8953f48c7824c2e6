/**
 * What a user's actor owes others: after its state changed, derived from the difference alone, so that it does not
 * matter what caused it; and when somebody looks, for promises that were not renewed. Errands are sent once the change is committed (S4) and may be lost: promises end by themselves,
 * and a renewal tells both sides anew.
 */
import { borrowOf, NO_COPIES, type Borrow, type Loan } from './loan.ts';
import type { Extend, Lend, Return } from './messages.ts';
import { type Session, type UserState } from './session.ts';
import type { PlayRules } from './user-actor.ts';
import type { News } from '../lib/ports/news.ts';
import { keyToUuid, type UuidKey } from '../lib/uuid.ts';

export type Errand =
  /** To the owner of a borrowed copy; the answer to a lend goes to the borrower's actor. */
  | { readonly to: UuidKey; readonly command: Lend | Return }
  /** To a borrower. */
  | { readonly to: UuidKey; readonly command: Extend }
  /** To the user's own sockets. */
  | { readonly to: null; readonly news: News };

/** What follows from a change. */
export function errandsOf(
  user: UuidKey,
  before: UserState,
  after: UserState,
  now: number,
  rules: PlayRules,
): readonly Errand[] {
  if (before.copies === NO_COPIES && after.copies === NO_COPIES) return [];
  const errands: Errand[] = [];
  for (const borrow of after.copies.borrows) {
    const session = sessionOf(after, borrow.sessionId);
    if (session === undefined) continue;
    const changed = sessionOf(before, session.id)?.rev !== session.rev;
    if (changed) errands.push(renewal(user, borrow, session, rules));
    const known = borrowOf(before.copies, session.id);
    if (known && known.endsAt !== borrow.endsAt) errands.push({ to: null, news: warning(session, borrow, now) });
  }
  for (const { sessionId, owner } of before.copies.borrows) {
    // Only what is held here still: L2.
    const given = borrowOf(after.copies, sessionId) === undefined && sessionOf(after, sessionId) !== undefined;
    if (given) errands.push({ to: owner, command: { kind: 'return', sessionId } });
  }
  for (const loan of after.copies.loans) {
    const known = before.copies.loans.find(({ sessionId }) => sessionId === loan.sessionId);
    if (known && known.endsAt !== loan.endsAt) errands.push({ to: loan.borrower, command: extension(user, loan) });
  }
  return errands;
}

/**
 * Promises to ask for again, for they were not renewed in time. At a look only, never in answer to a message: two
 * actors whose clocks disagree would else keep each other busy.
 */
export function overdueRenewals(user: UuidKey, state: UserState, now: number, rules: PlayRules): readonly Errand[] {
  return state.copies.borrows.flatMap((borrow) => {
    const session = sessionOf(state, borrow.sessionId);
    return session && isShort(borrow, session, now, rules) ? [renewal(user, borrow, session, rules)] : [];
  });
}

function sessionOf({ sessions }: UserState, id: UuidKey): Session | undefined {
  return sessions.find((session) => session.id === id);
}

/** No promise needs to reach further than the session can live without a beat. */
function wanted(session: Session, rules: PlayRules): number {
  return session.lastBeatAt + rules.sessionTimeoutMs;
}

/** Whether a renewal got lost, and there is something to be had by it. */
function isShort({ until, endsAt }: Borrow, session: Session, now: number, rules: PlayRules): boolean {
  const most = endsAt === 0 ? wanted(session, rules) : Math.min(endsAt, wanted(session, rules));
  return until < most && until - now < rules.sessionTimeoutMs / 2;
}

function renewal(borrower: UuidKey, { owner }: Borrow, session: Session, rules: PlayRules): Errand {
  const { gameId, id: sessionId } = session;
  return { to: owner, command: { kind: 'lend', gameId, borrower, sessionId, until: wanted(session, rules) } };
}

function extension(owner: UuidKey, { sessionId, until, endsAt }: Loan): Extend {
  return { kind: 'extend', sessionId, owner, promise: { until, endsAt } };
}

function warning({ gameId, id }: Session, { endsAt }: Borrow, now: number): News {
  const data = {
    game_id: keyToUuid(gameId),
    session_id: keyToUuid(id),
    ends_at: endsAt === 0 ? null : new Date(endsAt).toISOString(),
    reason: 'owner_plays',
  };
  return { number: null, at: now, event: 'playtime.warning', data };
}

/** Whether the user is to be looked at soon: promises pass sooner than the wheel comes round. */
export function isDue(state: UserState, now: number, rules: PlayRules): boolean {
  const { loans, borrows } = state.copies;
  if (loans.some((loan) => now >= loan.until + rules.copyMarginMs)) return true;
  return borrows.some((borrow) => {
    const session = sessionOf(state, borrow.sessionId);
    return session !== undefined && (now >= borrow.until || isShort(borrow, session, now, rules));
  });
}
