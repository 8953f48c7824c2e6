import type { ServiceBroker } from 'moleculer';

const LOOKUPS = 'library.page.cache.lookups.total';

/** Counts how often a page that was asked for was ready: what {@link createUserPages} is given as `looked`. */
export function pageMetrics(broker: ServiceBroker): (found: boolean) => void {
  if (!broker.isMetricsEnabled()) return () => undefined;
  const { metrics } = broker;
  metrics.register({
    type: 'counter',
    name: LOOKUPS,
    description: 'Requests for cached pages, by whether the page was there',
    labelNames: ['found'],
  });
  return (found) => metrics.increment(LOOKUPS, { found: found ? 'yes' : 'no' });
}
