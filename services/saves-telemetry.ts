/** What nodes tell of cloud saves: those that serve them, and those that sweep. */
import type { Service, ServiceBroker } from 'moleculer';
import type { ConfirmUploadReply } from '../lib/contract/savegame-transfers.ts';
import { LibraryError } from '../lib/errors.ts';
import { ImplausibleAudit } from '../lib/savegames/sweep/implausible-audit.ts';
import type { SavesObserved } from '../lib/savegames/sweep/observe-saves.ts';
import type { SweepReport } from '../lib/savegames/sweep/sweep.ts';
import { registerMetrics } from '../lib/telemetry/metric.ts';
import { SAVE_METRICS, SWEEP_METRICS } from '../lib/telemetry/save-metrics.ts';

const EXPIRED = 'library.saves.uploads.expired.total';
const REMOVED = 'library.saves.removed.total';
const ORPHANS = 'library.saves.orphans.total';
const FAILURES = 'library.saves.sweep.failures.total';
const GARBAGE = 'library.saves.garbage.objects';
const GARBAGE_AGE = 'library.saves.garbage.age.milliseconds';
const MISSING = 'library.saves.missing.objects';

export interface SavesTelemetry {
  swept(report: SweepReport): void;
  observed(figures: SavesObserved): void;
}

export function savesTelemetry(broker: ServiceBroker): SavesTelemetry {
  registerMetrics(broker, SWEEP_METRICS);
  const { metrics } = broker;
  return {
    swept({ uploadsExpired, removed, orphans, failures }) {
      const counted = { [EXPIRED]: uploadsExpired, [REMOVED]: removed, [ORPHANS]: orphans, [FAILURES]: failures };
      for (const [name, times] of Object.entries(counted)) metrics.increment(name, undefined, times);
    },
    observed({ garbage, garbageAgeMs, missing }) {
      const figures = { [GARBAGE]: garbage, [GARBAGE_AGE]: garbageAgeMs, [MISSING]: missing };
      for (const [name, value] of Object.entries(figures)) metrics.set(name, value);
    },
  };
}

const CONFIRMED = 'library.saves.confirmed.total';

/** Passes a confirmation on as it is. */
export type Confirming = (confirming: Promise<ConfirmUploadReply>) => Promise<ConfirmUploadReply>;

/** Counts what confirmations come to: `head`; `side` for one that is kept beside it; or the code of their refusal. */
export function confirmationsCounted(broker: ServiceBroker): Confirming {
  registerMetrics(broker, SAVE_METRICS);
  const count = (became: string): void => void broker.metrics.increment(CONFIRMED, { became });
  return async (confirming) => {
    try {
      const reply = await confirming;
      count(reply.version.state === 'head' ? 'head' : 'side');
      return reply;
    } catch (error) {
      // A save that lost is confirmed all the same.
      if (error instanceof LibraryError) count(error.type === 'SAVEGAME_CONFLICT' ? 'side' : error.type);
      throw error;
    }
  };
}

/** Collects a round's failures, and tells of each chore once: a store that is away fails every step. */
export function failuresOfRound(): {
  readonly failed: (name: string, error: unknown) => void;
  readonly tell: (logger: Service['logger']) => void;
} {
  const chores = new Map<string, { times: number; readonly first: unknown }>();
  const implausible: ImplausibleAudit[] = [];
  return {
    failed(name, error) {
      const known = chores.get(name);
      if (error instanceof ImplausibleAudit) implausible.push(error);
      else if (known === undefined) chores.set(name, { times: 1, first: error });
      else known.times += 1;
    },
    tell(logger) {
      for (const { message } of implausible) {
        logger.error({ msg: 'the store of saves does not fit the database', error: message });
      }
      for (const [name, { times, first }] of chores) {
        logger.warn({ msg: 'a chore of cloud saves could not be done', chore: name, times, error: String(first) });
      }
    },
  };
}
