import type { ServiceBroker } from 'moleculer';
import type { DatabaseObserver, PoolStats } from '../db/database.ts';
import { isDatabaseUnavailable } from '../db/unavailable.ts';
import type { Clock } from '../ports/clock.ts';
import { registerMetrics, type MetricGroup } from './metric.ts';

const QUERIES = 'library.database.query.duration.milliseconds';
const CONNECTIONS = 'library.database.connections';
const WAITING = 'library.database.waiting';
const LOST = 'library.database.connections.lost.total';
const OBSERVE_MS = 5_000;

/** A node has several pools, so that what must be quick does not wait behind what may take its time. */
export const DATABASE_METRICS = {
  [QUERIES]: {
    type: 'histogram',
    help: 'Statements by pool and outcome: ok, error, or unavailable for those that may succeed when tried again',
    labels: ['pool', 'outcome'],
    buckets: [1, 2, 5, 10, 25, 50, 100, 250, 1_000, 5_000],
  },
  [CONNECTIONS]: { type: 'gauge', help: 'Connections to the database by state', labels: ['pool', 'state'] },
  [WAITING]: { type: 'gauge', help: 'Requests that wait for a connection', labels: ['pool'] },
  [LOST]: { type: 'counter', help: 'Connections to the database that broke', labels: ['pool'] },
} as const satisfies MetricGroup;

/** Watches the pools of a node. */
export interface DatabaseMetrics {
  /** For the pool of this name: {@link openDatabase}'s second and third parameters. */
  of(pool: string): { readonly connectionLost: (error: Error) => void; readonly observer: DatabaseObserver };
  /** Ends the looking at pools. */
  stop(): void;
}

/** @param lost told of each broken connection, for the log */
export function databaseMetrics(
  broker: Pick<ServiceBroker, 'metrics'>,
  clock: Clock,
  lost: (pool: string, error: Error) => void,
): DatabaseMetrics {
  registerMetrics(broker, DATABASE_METRICS);
  const { metrics } = broker;
  const pools = new Map<string, () => PoolStats>();
  let cancel = (): void => undefined;
  const observe = (): void => {
    for (const [pool, stats] of pools) {
      const { inUse, idle, waiting } = stats();
      metrics.set(CONNECTIONS, inUse, { pool, state: 'in_use' });
      metrics.set(CONNECTIONS, idle, { pool, state: 'idle' });
      metrics.set(WAITING, waiting, { pool });
    }
    cancel = clock.after(OBSERVE_MS, observe);
  };
  observe();
  return {
    of(pool) {
      metrics.increment(LOST, { pool }, 0);
      return {
        connectionLost(error) {
          metrics.increment(LOST, { pool });
          lost(pool, error);
        },
        observer: {
          opened: (stats) => void pools.set(pool, stats),
          answered: (ms, error) => metrics.observe(QUERIES, ms, { pool, outcome: outcomeOf(error) }),
        },
      };
    },
    stop: () => cancel(),
  };
}

function outcomeOf(error: unknown): string {
  if (error === null) return 'ok';
  return isDatabaseUnavailable(error) ? 'unavailable' : 'error';
}
