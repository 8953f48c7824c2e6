import type { Reply, RefusedReply } from './messages.ts';
import { viewOf, type Session, type UserState } from './session.ts';
import type { Turn } from './user-actor.ts';
import type { UuidKey } from '../lib/uuid.ts';

export const DONE: Reply = { kind: 'done' };

export function refused(state: UserState, reason: RefusedReply['reason'], session: Session | null): Turn {
  return { state, reply: { kind: 'refused', reason, session: session === null ? null : viewOf(state, session) } };
}

export function answer(
  state: UserState,
  session: Session,
  outcome: 'started' | 'resumed' | 'accepted' | 'ignored',
  superseded: UuidKey | null = null,
): Turn {
  return { state, reply: { kind: 'session', session: viewOf(state, session), outcome, superseded } };
}
