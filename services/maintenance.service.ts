/** The database's chores, on a timer. Several nodes may run it: each step is safe to run twice at once. */
import type { Service, ServiceSchema } from 'moleculer';
import { action } from './action.ts';
import { chore, type Chore } from './chore.ts';
import type { Database } from '../lib/db/database.ts';
import { maintain, type MaintenanceReport, type Retention } from '../lib/maintenance/database-chores.ts';
import type { Clock } from '../lib/ports/clock.ts';

export interface MaintenanceDeps {
  readonly database: Pick<Database, 'db'>;
  readonly clock: Clock;
  readonly retention?: Retention;
  /** Time between two runs, ms. */
  readonly intervalMs?: number;
}

const DEFAULT_RETENTION: Retention = { keepMonths: 24 };
const DEFAULT_INTERVAL_MS = 3_600_000;

export function maintenanceService({ database: { db }, clock, ...deps }: MaintenanceDeps): ServiceSchema {
  const { retention = DEFAULT_RETENTION, intervalMs = DEFAULT_INTERVAL_MS } = deps;
  const run = (): Promise<MaintenanceReport> => maintain(db, clock.now(), retention);
  let repeated: Chore | null = null;

  return {
    name: 'maintenance',
    actions: { run: action(() => run()) },
    started(this: Service) {
      const { logger } = this;
      // A failure is logged and met again at the next run: nothing of this is urgent.
      repeated = chore(
        clock,
        async () => {
          logger.info({ msg: 'database chores done', ...(await run()) });
          return intervalMs;
        },
        (error) => logger.warn({ msg: 'database chores failed', error: String(error) }),
        intervalMs,
      );
      repeated.start();
    },
    async stopped() {
      await repeated?.stop();
    },
  };
}
