import type { ServiceBroker } from 'moleculer';
import { registerMetrics, type MetricGroup } from './metric.ts';
import { LIMIT_NAMES, type LimitMetrics } from '../limits/limits.ts';

const REFUSED = 'library.limits.refused.total';

export const LIMIT_METRICS = {
  [REFUSED]: {
    type: 'counter',
    help: 'Requests, handshakes and calls refused because a caller or address had too many, by limit',
    labels: ['limit'],
    begins: LIMIT_NAMES.map((limit) => ({ limit })),
  },
} as const satisfies MetricGroup;

/** Counts what the limits of a gateway refuse. */
export function limitMetrics(broker: ServiceBroker): LimitMetrics {
  if (!broker.isMetricsEnabled()) return { refused() {} };
  registerMetrics(broker, LIMIT_METRICS);
  return { refused: (limit) => broker.metrics.increment(REFUSED, { limit }) };
}
