import type { ServiceBroker } from 'moleculer';
import { registerMetrics, type MetricGroup } from './metric.ts';

/** Counts what the gateway answers. */
export interface HttpMetrics {
  /**
   * One answered request.
   *
   * @param operation the endpoint's id, or `unmatched`; never a path, which would make a series of every user.
   * @param ms time from the request's head to the answer.
   */
  answered(operation: string, status: number, ms: number): void;
  /** One of them that was a problem, with its code of the catalogue. */
  refused(code: string): void;
}

const DURATION = 'library.http.request.duration.milliseconds';
const REFUSED = 'library.http.refusals.total';
const STATUS_CLASSES = ['0xx', '1xx', '2xx', '3xx', '4xx', '5xx'];
/**
 * Whole milliseconds, though Prometheus prefers seconds (they become those when they are shown): Moleculer keeps the counts in
 * an object keyed by bound, and with fractions as keys one observation costs 6 µs (each key is printed), with whole numbers a
 * third of one.
 */
export const REQUEST_BUCKETS_MS = [1, 2, 5, 10, 25, 50, 100, 200, 500, 1500, 4500] as const;

export const HTTP_METRICS = {
  [DURATION]: {
    type: 'histogram',
    help: 'Answered requests by operation and class of status',
    labels: ['operation', 'status'],
    buckets: REQUEST_BUCKETS_MS,
  },
  [REFUSED]: { type: 'counter', help: 'Problems that were answered, by code of the error catalogue', labels: ['code'] },
} as const satisfies MetricGroup;

/**
 * Registers the gateway's metrics. One histogram carries both the counts (its `_count`) and the latencies: each
 * further metric would cost a third of a microsecond in the hottest path.
 */
export function httpMetrics(broker: ServiceBroker): HttpMetrics {
  if (!broker.isMetricsEnabled()) return { answered() {}, refused() {} };
  registerMetrics(broker, HTTP_METRICS);
  const { metrics } = broker;
  return {
    answered(operation, status, ms) {
      metrics.observe(DURATION, ms, { operation, status: statusClass(status) });
    },
    refused: (code) => void metrics.increment(REFUSED, { code }),
  };
}

/** `404` is `4xx`. */
export function statusClass(status: number): string {
  return STATUS_CLASSES[Math.floor(status / 100)] ?? 'unknown';
}
