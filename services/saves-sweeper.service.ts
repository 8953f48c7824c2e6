/** The chores of cloud saves, on a timer. Several nodes may run it: each step is safe to run twice at once. */
import type { Service, ServiceSchema } from 'moleculer';
import { action } from './action.ts';
import { chore, type Chore } from './chore.ts';
import { failuresOfRound, savesTelemetry, type SavesTelemetry } from './saves-telemetry.ts';
import type { Config } from '../lib/config/config.ts';
import type { Database } from '../lib/db/database.ts';
import type { Clock } from '../lib/ports/clock.ts';
import type { SaveStore } from '../lib/ports/save-store.ts';
import { observeSaves } from '../lib/savegames/sweep/observe-saves.ts';
import { SWEEP_LIMITS } from '../lib/savegames/sweep/sweep-context.ts';
import { sweepSaves, type SweepReport } from '../lib/savegames/sweep/sweep.ts';

export interface SavesSweeperDeps {
  readonly database: Pick<Database, 'db'>;
  readonly store: SaveStore;
  readonly clock: Clock;
  readonly rules: Config['saves'];
  /** Time between two rounds, ms. */
  readonly intervalMs?: number;
}

export function savesSweeperService({
  database: { db },
  store,
  clock,
  rules,
  ...deps
}: SavesSweeperDeps): ServiceSchema {
  const { intervalMs = 60_000 } = deps;
  let telemetry: SavesTelemetry | null = null;
  let sweeping: Chore | null = null;

  async function sweep(logger: Service['logger']): Promise<SweepReport> {
    const { failed, tell } = failuresOfRound();
    const report = await sweepSaves({ db, store, now: clock.now(), rules, limits: SWEEP_LIMITS, failed });
    tell(logger);
    if (report.missing > 0) {
      logger.error({ msg: 'the store has lost files of cloud saves', files: report.missing });
    }
    telemetry?.swept(report);
    telemetry?.observed(await observeSaves(db, clock.now()));
    return report;
  }

  return {
    name: 'saves-sweeper',
    actions: {
      /** One round at once. */
      sweep: action((_: unknown, logger) => sweep(logger)),
    },
    started(this: Service) {
      const { broker, logger } = this;
      if (broker.isMetricsEnabled()) telemetry = savesTelemetry(broker);
      // A failure is met again at the next round: nothing of this is urgent.
      sweeping = chore(
        clock,
        async () => {
          await sweep(logger);
          return intervalMs;
        },
        (error) => logger.warn({ msg: 'cloud saves could not be swept', error: String(error) }),
        intervalMs,
      );
      sweeping.start();
    },
    async stopped() {
      await sweeping?.stop();
    },
  };
}
