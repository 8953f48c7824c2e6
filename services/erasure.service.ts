/** Erases users: at once when asked, and once more when what was under way then has settled. */
import type { ServiceSchema } from 'moleculer';
import { action, endpointAction } from './action.ts';
import { finishingChore } from './finishing-chore.ts';
import { userActor } from './user-actor-calls.ts';
import type { Engine } from '../actors/engine.ts';
import type * as contract from '../lib/contract/support.ts';
import type { Database } from '../lib/db/database.ts';
import { eraseUser, finishErasures, type Erasing } from '../lib/erasure/erase-user.ts';
import { rememberErasure } from '../lib/erasure/erased-users.ts';
import type { Clock } from '../lib/ports/clock.ts';

export interface ErasureDeps {
  readonly database: Pick<Database, 'db'>;
  readonly engine: Engine;
  readonly clock: Clock;
  readonly saves: Erasing['saves'];
  /** Time between two looks at what is to be finished, ms. */
  readonly intervalMs?: number;
}

/** Of one question to an actor; nobody waits for these. */
const ACTOR_PATIENCE_MS = 10_000;

export function erasureService({
  database: { db },
  engine,
  clock,
  saves,
  intervalMs = 60_000,
}: ErasureDeps): ServiceSchema {
  const erasing = (): Erasing => ({ db, saves, now: clock.now() });
  const finish = (): Promise<number> =>
    finishErasures(erasing(), (userId) => userActor(engine, userId, clock.now() + ACTOR_PATIENCE_MS));
  return {
    name: 'erasure',
    actions: {
      erase: endpointAction<typeof contract.eraseUser>(async ({ userId, deadline }) => {
        await rememberErasure(db, userId, clock.now());
        await eraseUser(erasing(), (id) => userActor(engine, id, deadline), userId);
        return undefined;
      }),
      /** The second pass over those who were erased long enough ago. */
      finish: action(finish),
    },
    ...finishingChore({ clock, what: 'erasures', finish, intervalMs }),
  };
}
