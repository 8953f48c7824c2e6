/** The database's chores, on a timer. Several nodes may run it: each step is safe to run twice at once. */
import type { Service, ServiceSchema } from 'moleculer';
import { action } from './action.ts';
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
  let cancel: (() => void) | null = null;
  let running: Promise<void> = Promise.resolve();
  let stopped = false;

  /** A failure is logged and met again at the next run: nothing of this is urgent. */
  async function runAndRepeat(service: Service): Promise<void> {
    try {
      const report = await run();
      service.logger.info({ msg: 'database chores done', ...report });
    } catch (error) {
      service.logger.warn({ msg: 'database chores failed', error: String(error) });
    }
    if (stopped) return;
    cancel = clock.after(intervalMs, () => {
      running = runAndRepeat(service);
    });
  }

  return {
    name: 'maintenance',
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
