import type {
  CopyInUseReply,
  HeldSession,
  Lend,
  LoanReply,
  RefusedReply,
  SessionReply,
  Start,
  StoredTotal,
} from '../../actors/messages.ts';
import type { UuidKey } from '../uuid.ts';

/**
 * The actor of one user, as the rules around it need it. Every method throws LibraryError UNAVAILABLE when the engine
 * does not answer in time; whether it did what was asked is then unknown, and asking again is safe.
 */
export interface UserActor {
  start(command: Omit<Start, 'kind'>): Promise<SessionReply | RefusedReply>;
  /** Every session it holds: live ones, and ended ones that may not have reached PostgreSQL yet. */
  held(): Promise<readonly HeldSession[]>;
  /** Resolves when PostgreSQL holds everything the actor knew when it was asked. */
  flush(): Promise<void>;
  /** Ends the live sessions of a game. */
  revoke(gameId: UuidKey): Promise<void>;
  /** Forgets the user: resolves when nothing is left in memory, in the checkpoint store or on its way to PostgreSQL. */
  erase(): Promise<void>;
  /** The game's total changed in PostgreSQL by other means than the actor's sessions. */
  rebase(gameId: UuidKey, stored: StoredTotal): Promise<void>;
}

/** The actor of a user whose copy another wants to play. Throws as {@link UserActor} does. */
export interface Lender {
  lend(command: Omit<Lend, 'kind'>): Promise<LoanReply | CopyInUseReply | RefusedReply>;
}
