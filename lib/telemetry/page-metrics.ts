import type { ServiceBroker } from 'moleculer';
import { registerMetrics, type MetricGroup } from './metric.ts';

const LOOKUPS = 'library.page.cache.lookups.total';

export const PAGE_METRICS = {
  [LOOKUPS]: {
    type: 'counter',
    help: 'Requests for cached pages, by whether the page was there',
    labels: ['found'],
    begins: [{ found: 'yes' }, { found: 'no' }],
  },
} as const satisfies MetricGroup;

/** Counts how often a page that was asked for was ready: what {@link createUserPages} is given as `looked`. */
export function pageMetrics(broker: ServiceBroker): (found: boolean) => void {
  if (!broker.isMetricsEnabled()) return () => undefined;
  registerMetrics(broker, PAGE_METRICS);
  return (found) => broker.metrics.increment(LOOKUPS, { found: found ? 'yes' : 'no' });
}
