import type { BorrowedCopy, CopyInUseReply, RefusedReply } from '../../actors/messages.ts';
import type { UuidKey } from '../uuid.ts';
import type { Lender, UserActor } from './user-actor.ts';

/**
 * How long an owner's actor keeps a copy for a session that is about to start: from its answer until the session's own
 * actor has renewed the promise. What came to nothing passes by in this time: it is not given back, for a copy of the
 * start may still be on its way.
 */
export const FIRST_PROMISE_MS = 30_000;

export interface BorrowContext {
  /** The borrower's. */
  readonly actor: Pick<UserActor, 'held'>;
  readonly borrower: UuidKey;
  /** Everybody who lends the game to the borrower, in the order to ask. */
  readonly lenders: readonly UuidKey[];
  readonly lender: (owner: UuidKey) => Lender;
  /** Until when the first promise is to last, ms since the Unix epoch. */
  readonly until: number;
}

/**
 * Has a copy of the game promised to a session that is about to start: by the owner whose copy a running session of the
 * borrower plays, else by the first that is free.
 *
 * @returns the promise; or the refusal that ends soonest, when every copy is in use
 */
export async function borrowCopy(
  { actor, borrower, lenders, lender, until }: BorrowContext,
  gameId: UuidKey,
  sessionId: UuidKey,
): Promise<BorrowedCopy | CopyInUseReply | RefusedReply> {
  const current = lenders.length > 1 ? await currentLender(actor, gameId) : null;
  const asked = [...lenders].sort((a, b) => Number(b === current) - Number(a === current));
  let soonest: CopyInUseReply | null = null;
  for (const owner of asked) {
    const reply = await lender(owner).lend({ gameId, borrower, sessionId, until });
    if (reply.kind === 'loan') return { owner, until: reply.until, endsAt: reply.endsAt };
    if (reply.kind === 'refused') return reply;
    if (soonest === null || reply.until < soonest.until) soonest = reply;
  }
  if (soonest === null) throw new TypeError('a copy cannot be borrowed from nobody');
  return soonest;
}

async function currentLender(actor: Pick<UserActor, 'held'>, gameId: UuidKey): Promise<UuidKey | null> {
  const held = await actor.held();
  return held.find((session) => session.gameId === gameId && session.lender !== null)?.lender ?? null;
}
