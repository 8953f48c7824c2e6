import { MetricReporters, MetricTypes } from 'moleculer';
import type { MetricRegistry, ServiceBroker } from 'moleculer';

interface HistogramItem {
  readonly labels: Record<string, unknown>;
  readonly sum: number;
}

const INFINITE_BUCKET = /^(\w+)_bucket(.*?),?le="\+Inf"\} (\d+)$/;

/**
 * Moleculer's Prometheus reporter without its own port: the gateway and the health service answer `/metrics`, so that a
 * node has one place to scrape. Histograms without quantiles get the `_sum` and `_count` that the reporter leaves out.
 */
export class PrometheusOnRequest extends MetricReporters.Prometheus {
  constructor() {
    super({ includes: ['library.**', 'moleculer.**', 'process.**', 'os.**'] });
  }

  override init(registry: MetricRegistry): void {
    MetricReporters.Base.prototype.init.call(this, registry);
    const { broker } = registry;
    Object.assign(this, { defaultLabels: { namespace: broker.namespace, nodeID: broker.nodeID } });
  }

  /** There is no server to stop. */
  override async stop(): Promise<void> {}

  override generatePrometheusResponse(): string {
    const sums = this.#sums();
    const lines: string[] = [];
    for (const line of super.generatePrometheusResponse().split('\n')) {
      lines.push(line);
      const [, name, labels, count] = INFINITE_BUCKET.exec(line) ?? [];
      const sum = name === undefined ? undefined : sums.get(`${name}${labels}`);
      if (sum !== undefined) lines.push(`${name}_sum${labels}} ${sum}`, `${name}_count${labels}} ${count}`);
    }
    return lines.join('\n');
  }

  /** Sums of the histograms that have buckets only, by name and labels without the closing brace. */
  #sums(): Map<string, number> {
    const sums = new Map<string, number>();
    for (const metric of this.registry.store.values()) {
      if (!(metric instanceof MetricTypes.Histogram) || metric.quantiles !== undefined) continue;
      const name = metric.name.replace(/[.-]/g, '_');
      for (const item of metric.snapshot() as readonly HistogramItem[])
        sums.set(`${name}${this.labelsToStr(item.labels, {}).slice(0, -1)}`, item.sum);
    }
    return sums;
  }
}

/** The `metrics` option of the broker. */
export function brokerMetrics() {
  return { enabled: true, reporter: [new PrometheusOnRequest()], collectProcessMetrics: true, collectInterval: 5 };
}

/** The metrics of this node as Prometheus text; empty where the broker keeps none. */
export function renderMetrics(broker: ServiceBroker): string {
  const reporters = (broker.metrics as MetricRegistry | undefined)?.reporter ?? [];
  const reporter = reporters.find((candidate) => candidate instanceof PrometheusOnRequest);
  return reporter === undefined ? '' : `${reporter.generatePrometheusResponse()}\n`;
}
