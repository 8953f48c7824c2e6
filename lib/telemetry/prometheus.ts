import { MetricReporters, MetricTypes } from 'moleculer';
import type { MetricRegistry, ServiceBroker } from 'moleculer';
import { exposedName, isInMilliseconds, type Labels } from './metric.ts';

/**
 * Beside our own and the process's, what Moleculer counts that tells of faults. It knows more, of which its reporter would
 * show the command line, the network addresses and the account that the process runs under.
 */
const SHOWN = [
  'library.**',
  'process.**',
  'nodejs.**',
  'moleculer.request.total',
  'moleculer.request.active',
  'moleculer.request.error.total',
  'moleculer.request.time',
  'moleculer.registry.nodes.**',
  'moleculer.transporter.packets.**',
];

/** What of a metric of Moleculer's is needed to show it. */
interface AnyMetric {
  readonly name: string;
  readonly unit?: string | undefined;
}

interface Sample {
  readonly labels: Labels;
  readonly value: number | boolean | null;
}

interface HistogramSample {
  readonly labels: Labels;
  readonly sum: number;
  readonly count: number;
  readonly buckets: Readonly<Record<string, number>>;
}

/**
 * Moleculer's Prometheus reporter without its own port: the gateway and the health service answer `/metrics`, so that a
 * node has one place to scrape. The text is the exposition format 0.0.4
 * (https://prometheus.io/docs/instrumenting/exposition_formats/): histograms are histograms, with their sum and count and
 * without the quantiles, rates and extremes that Moleculer's own text mixes into them, and durations are seconds.
 */
export class PrometheusOnRequest extends MetricReporters.Prometheus {
  constructor() {
    super({ includes: SHOWN });
  }

  override init(registry: MetricRegistry): void {
    MetricReporters.Base.prototype.init.call(this, registry);
    Object.assign(this, { defaultLabels: { node_id: registry.broker.nodeID } });
  }

  /** There is no server to stop. */
  override async stop(): Promise<void> {}

  override generatePrometheusResponse(): string {
    const lines: string[] = [];
    for (const metric of this.registry.store.values()) {
      if (!this.matchMetricName(metric.name)) continue;
      const samples = metric.snapshot() as readonly unknown[];
      if (samples.length === 0) continue;
      const name = nameOf(metric);
      lines.push(`# HELP ${name} ${metric.description ?? metric.name}`, `# TYPE ${name} ${metric.type}`);
      if (metric instanceof MetricTypes.Histogram)
        this.#histogram(lines, metric, samples as readonly HistogramSample[]);
      else this.#values(lines, metric, samples as readonly Sample[]);
    }
    return lines.join('\n');
  }

  #values(lines: string[], metric: AnyMetric, samples: readonly Sample[]): void {
    const name = nameOf(metric);
    for (const { labels, value } of samples) {
      const shown = value === null ? 'NaN' : shownOf(metric, Number(value));
      lines.push(`${name}${this.labelsToStr(labels, {})} ${shown}`);
    }
  }

  #histogram(lines: string[], metric: AnyMetric, samples: readonly HistogramSample[]): void {
    const name = nameOf(metric);
    for (const { labels, sum, count, buckets } of samples) {
      for (const [bound, times] of Object.entries(buckets)) {
        const le = shownOf(metric, Number(bound));
        lines.push(`${name}_bucket${this.labelsToStr(labels, { le })} ${times}`);
      }
      lines.push(`${name}_bucket${this.labelsToStr(labels, { le: '+Inf' })} ${count}`);
      const all = this.labelsToStr(labels, {});
      lines.push(`${name}_sum${all} ${shownOf(metric, sum)}`, `${name}_count${all} ${count}`);
    }
  }
}

/** Moleculer's durations say their unit beside their name. */
const OF_MOLECULER = 'millisecond';

function nameOf({ name, unit }: AnyMetric): string {
  return unit === OF_MOLECULER ? `${exposedName(name)}_seconds` : exposedName(name);
}

function shownOf({ name, unit }: AnyMetric, value: number): number {
  return isInMilliseconds(name) || unit === OF_MOLECULER ? value / 1_000 : value;
}

/** The `metrics` option of the broker. What the process is about is in `process-metrics.ts`. */
export function brokerMetrics() {
  return { enabled: true, reporter: [new PrometheusOnRequest()], collectProcessMetrics: false };
}

/**
 * Takes the quantiles and rates off Moleculer's own metrics: it keeps and sorts every single duration of a minute for them,
 * and Prometheus computes both from what is left, over all nodes.
 */
export function withoutQuantiles(broker: ServiceBroker): void {
  for (const metric of broker.metrics.store.values()) Object.assign(metric, { quantiles: undefined, rate: undefined });
}

/** The metrics of this node as Prometheus text; empty where the broker keeps none. */
export function renderMetrics(broker: ServiceBroker): string {
  const reporters = (broker.metrics as MetricRegistry | undefined)?.reporter ?? [];
  const reporter = reporters.find((candidate) => candidate instanceof PrometheusOnRequest);
  return reporter === undefined ? '' : `${reporter.generatePrometheusResponse()}\n`;
}
