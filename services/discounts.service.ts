/** Tells wishers of discounts. Several nodes may run it: each game's wishers are told by one of them at a time. */
import type { Service, ServiceSchema } from 'moleculer';
import { action } from './action.ts';
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
/** Wishers looked at before the loop looks around: whether it is to stop. */
const PER_RUN = 5_000;

export function discountsService({ database: { db }, clock, ...deps }: DiscountsDeps): ServiceSchema {
  const { pollMs = DEFAULT_POLL_MS } = deps;
  const run = (): Promise<AnnounceReport> => announceDiscounts(db, clock.now(), PER_RUN);
  let cancel: (() => void) | null = null;
  let running: Promise<void> = Promise.resolve();
  let stopped = false;

  async function runAndRepeat(service: Service): Promise<void> {
    const waitMs = await workOff(service);
    if (stopped) return;
    cancel = clock.after(waitMs, () => {
      running = runAndRepeat(service);
    });
  }

  /** Returns how long to wait for more. A failure is logged: what was not done is still queued. */
  async function workOff({ logger }: Service): Promise<number> {
    try {
      for (let more = true; more && !stopped;) {
        const report = await run();
        if (report.wishers > 0) logger.info({ msg: 'wishers told of discounts', ...report });
        more = report.more;
      }
      return pollMs;
    } catch (error) {
      logger.warn({ msg: 'wishers could not be told of discounts', error: String(error) });
      return RETRY_MS;
    }
  }

  return {
    name: 'discounts',
    actions: { run: action(() => run()) },
    started(this: Service) {
      stopped = false;
      running = runAndRepeat(this);
    },
    async stopped() {
      stopped = true;
      cancel?.();
      await running;
    },
  };
}
