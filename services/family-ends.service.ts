/** Finishes the ends of family links that a process left behind when it died. */
import type { ServiceSchema } from 'moleculer';
import { action } from './action.ts';
import { finishingChore } from './finishing-chore.ts';
import { userActor } from './user-actor-calls.ts';
import type { Engine } from '../actors/engine.ts';
import type { Database } from '../lib/db/database.ts';
import { finishEndedLinks } from '../lib/family/end-link.ts';
import type { Clock } from '../lib/ports/clock.ts';

export interface FamilyEndsDeps {
  readonly database: Pick<Database, 'db'>;
  readonly engine: Engine;
  readonly clock: Clock;
  /** Time between two looks, ms. */
  readonly intervalMs?: number;
}

/** Of one question to an actor; nobody waits for these. */
const ACTOR_PATIENCE_MS = 10_000;

export function familyEndsService({
  database: { db },
  engine,
  clock,
  intervalMs = 60_000,
}: FamilyEndsDeps): ServiceSchema {
  const finish = (): Promise<number> =>
    finishEndedLinks(db, (userId) => userActor(engine, userId, clock.now() + ACTOR_PATIENCE_MS), clock.now());
  return {
    name: 'family-ends',
    actions: {
      /** At once, instead of within the interval. */
      finish: action(finish),
    },
    ...finishingChore({ clock, what: 'ends of family links', finish, intervalMs }),
  };
}
