import type { UserActor } from '../lib/playtime/user-actor.ts';

/** The actor of somebody who plays nothing. */
export const IDLE_ACTOR: Pick<UserActor, 'erase' | 'held' | 'revoke'> = {
  erase: () => Promise.resolve(),
  held: () => Promise.resolve([]),
  revoke: () => Promise.resolve(),
};
