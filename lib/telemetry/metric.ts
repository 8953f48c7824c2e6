/**
 * How metrics are declared: once, in a group beside what counts them, with everything that the documentation, the dashboards
 * and the alert rules are checked against. `catalogue.ts` has all groups.
 *
 * Durations are kept in milliseconds and shown in seconds: see {@link exposedName}.
 */
import type { ServiceBroker } from 'moleculer';

export type Labels = Readonly<Record<string, string>>;

interface Declared {
  /** One sentence without a full stop: the HELP line and the documentation. */
  readonly help: string;
  readonly labels?: readonly string[];
}

export interface Counter extends Declared {
  readonly type: 'counter';
  /**
   * Series that are there from the start, at 0. One that begins to exist with its first count hides that count from
   * `increase()`: it sees no change. Without labels a counter always begins at 0.
   */
  readonly begins?: readonly Labels[];
}

export interface Gauge extends Declared {
  readonly type: 'gauge';
}

export interface Histogram extends Declared {
  readonly type: 'histogram';
  /** Upper bounds, whole numbers: see `http-metrics.ts`. */
  readonly buckets: readonly number[];
}

export type Metric = Counter | Gauge | Histogram;

/** Metrics by their names in code: parts with dots between them. */
export type MetricGroup = Readonly<Record<string, Metric>>;

const MILLISECONDS = /\.milliseconds$/;

/** Whether a metric's numbers are milliseconds in this process and seconds outside. */
export function isInMilliseconds(name: string): boolean {
  return MILLISECONDS.test(name);
}

/**
 * What a metric is called outside, in Prometheus's words (https://prometheus.io/docs/practices/naming/): base units, so
 * `library.engine.flush.lag.milliseconds` is `library_engine_flush_lag_seconds`.
 */
export function exposedName(name: string): string {
  return name.replace(MILLISECONDS, '.seconds').replace(/[.-]/g, '_');
}

/** Makes a group's metrics known to the broker; does nothing for those that are, or where the broker keeps none. */
export function registerMetrics({ metrics }: Pick<ServiceBroker, 'metrics'>, group: MetricGroup): void {
  if (!metrics.isEnabled()) return;
  for (const [name, metric] of Object.entries(group)) {
    if (metrics.hasMetric(name)) continue;
    const described = { name, description: metric.help, labelNames: [...(metric.labels ?? [])] };
    if (metric.type === 'histogram')
      metrics.register({ ...described, type: 'histogram', buckets: [...metric.buckets] });
    if (metric.type === 'gauge') metrics.register({ ...described, type: 'gauge' });
    if (metric.type !== 'counter') continue;
    metrics.register({ ...described, type: 'counter' });
    for (const labels of metric.begins ?? (metric.labels === undefined ? [{}] : [])) metrics.set(name, 0, labels);
  }
}
