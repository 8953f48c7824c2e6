import type { CopyPromise } from './messages.ts';
import type { UuidKey } from '../lib/uuid.ts';

/** In the owner's actor: a copy promised to one session of a borrower. The rules are in `copies.ts`. */
export interface Loan extends CopyPromise {
  readonly gameId: UuidKey;
  readonly borrower: UuidKey;
  readonly sessionId: UuidKey;
}

/** In the borrower's actor: a live session that plays the copy of `owner`. */
export interface Borrow extends CopyPromise {
  readonly sessionId: UuidKey;
  readonly owner: UuidKey;
}

/** What a user lends and borrows. Treated as immutable; {@link NO_COPIES} whenever both lists are empty. */
export interface Copies {
  readonly loans: readonly Loan[];
  readonly borrows: readonly Borrow[];
}

export const NO_COPIES: Copies = Object.freeze({ loans: Object.freeze([]), borrows: Object.freeze([]) });

export function copiesOf(loans: readonly Loan[], borrows: readonly Borrow[]): Copies {
  return loans.length === 0 && borrows.length === 0 ? NO_COPIES : { loans, borrows };
}

/** The borrowed copy that the session plays, if any. */
export function borrowOf({ borrows }: Copies, sessionId: UuidKey): Borrow | undefined {
  return borrows.find((borrow) => borrow.sessionId === sessionId);
}
