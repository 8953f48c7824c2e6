import type { ServiceBroker } from 'moleculer';

/** Counts what the gateway answers. */
export interface HttpMetrics {
  /**
   * One answered request.
   *
   * @param operation the endpoint's id, or `unmatched`; never a path, which would make a series of every user.
   * @param ms time from the request's head to the answer.
   */
  answered(operation: string, status: number, ms: number): void;
}

const DURATION = 'library.http.request.duration.milliseconds';
const STATUS_CLASSES = ['0xx', '1xx', '2xx', '3xx', '4xx', '5xx'];
/**
 * Whole milliseconds, though Prometheus prefers seconds: Moleculer keeps the counts in an object keyed by bound, and with
 * fractions as keys one observation costs 6 µs (each key is printed), with whole numbers a third of one.
 */
const BUCKETS_MS = [1, 2, 5, 10, 25, 50, 100, 200, 500, 1500, 4500];

/**
 * Registers the gateway's metrics. One histogram carries both the counts (its `_count`) and the latencies: each
 * further metric would cost a third of a microsecond in the hottest path.
 */
export function httpMetrics(broker: ServiceBroker): HttpMetrics {
  if (!broker.isMetricsEnabled()) return { answered() {} };
  const { metrics } = broker;
  metrics.register({
    type: 'histogram',
    name: DURATION,
    description: 'Answered requests by operation and status class',
    labelNames: ['operation', 'status'],
    buckets: BUCKETS_MS,
  });
  return {
    answered(operation, status, ms) {
      metrics.observe(DURATION, ms, {
        operation,
        status: STATUS_CLASSES[Math.floor(status / 100)] ?? 'unknown',
      });
    },
  };
}
