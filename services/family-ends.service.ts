/** Finishes the ends of family links that a process left behind when it died. */
import type { Service, ServiceSchema } from 'moleculer';
import { action } from './action.ts';
import { chore, type Chore } from './chore.ts';
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
  let finishing: Chore | null = null;
  return {
    name: 'family-ends',
    actions: {
      /** At once, instead of within the interval. */
      finish: action(finish),
    },
    started(this: Service) {
      const { logger } = this;
      finishing = chore(
        clock,
        async () => {
          const finished = await finish();
          if (finished > 0) logger.info({ msg: 'ends of family links finished', links: finished });
          return intervalMs;
        },
        (error) => logger.warn({ msg: 'ends of family links could not be finished', error: String(error) }),
        intervalMs,
      );
      finishing.start();
    },
    async stopped() {
      await finishing?.stop();
    },
  };
}
