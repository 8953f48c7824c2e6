/** Tells wishers of discounts. Several nodes may run it: each game's wishers are told by one of them at a time. */
import type { Service, ServiceSchema } from 'moleculer';
import { action } from './action.ts';
import { chore, type Chore } from './chore.ts';
import type { Database } from '../lib/db/database.ts';
import type { Clock } from '../lib/ports/clock.ts';
import { announceDiscounts, type AnnounceReport } from '../lib/wishlist/announce-discounts.ts';

export interface DiscountsDeps {
  readonly database: Pick<Database, 'db'>;
  readonly clock: Clock;
  /** How often it looks for work while there is none, ms: one short query. */
  readonly pollMs?: number;
}

const DEFAULT_POLL_MS = 2_000;
/** After a failure; the work waits. */
const RETRY_MS = 10_000;
/** Wishers looked at in one run, which a stop waits for. */
const PER_RUN = 5_000;

export function discountsService({ database: { db }, clock, ...deps }: DiscountsDeps): ServiceSchema {
  const { pollMs = DEFAULT_POLL_MS } = deps;
  const run = (): Promise<AnnounceReport> => announceDiscounts(db, clock.now(), PER_RUN);
  let walking: Chore | null = null;

  return {
    name: 'discounts',
    actions: { run: action(() => run()) },
    started(this: Service) {
      const { logger } = this;
      walking = chore(
        clock,
        async () => {
          const report = await run();
          if (report.wishers > 0) logger.info({ msg: 'wishers told of discounts', ...report });
          return report.more ? 0 : pollMs;
        },
        // What was not done is still queued.
        (error) => logger.warn({ msg: 'wishers could not be told of discounts', error: String(error) }),
        RETRY_MS,
      );
      walking.start();
    },
    async stopped() {
      await walking?.stop();
    },
  };
}
