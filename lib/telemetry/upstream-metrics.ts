import type { ServiceBroker } from 'moleculer';
import type { UpstreamEvents } from '../upstream/upstream.ts';
import { registerMetrics, type MetricGroup } from './metric.ts';

const CALLS = 'library.upstream.calls.total';
const OPEN = 'library.upstream.breaker.open';

export const UPSTREAM_METRICS = {
  [CALLS]: {
    type: 'counter',
    help: 'Tries of calls to other services of the platform, by what came of them',
    labels: ['service', 'outcome'],
  },
  [OPEN]: {
    type: 'gauge',
    help: '1 while a service of the platform is left alone because it failed too often',
    labels: ['service'],
  },
} as const satisfies MetricGroup;

/** Counts tries of calls to other services, and says in log and metrics when one is left alone. */
export function upstreamEvents({ metrics, logger }: ServiceBroker): (service: string) => UpstreamEvents {
  registerMetrics({ metrics }, UPSTREAM_METRICS);
  return (service) => {
    metrics.set(OPEN, 0, { service });
    return {
      tried: (outcome) => void metrics.increment(CALLS, { service, outcome }),
      broke(error) {
        metrics.set(OPEN, 1, { service });
        logger.warn({ msg: 'another service is left alone for a while', service, error: String(error) });
      },
      healed() {
        metrics.set(OPEN, 0, { service });
        logger.info({ msg: 'another service answers again', service });
      },
    };
  };
}
