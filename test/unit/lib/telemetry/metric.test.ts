import { afterEach, describe, expect, it } from '@jest/globals';
import { ServiceBroker } from 'moleculer';
import { exposedName, registerMetrics, type MetricGroup } from '../../../../lib/telemetry/metric.ts';
import { brokerMetrics, renderMetrics } from '../../../../lib/telemetry/prometheus.ts';

const GROUP = {
  'library.test.plain.total': { type: 'counter', help: 'Without labels' },
  'library.test.known.total': { type: 'counter', help: 'With labels', labels: ['how'], begins: [{ how: 'well' }] },
  'library.test.open.total': { type: 'counter', help: 'With labels that nobody knows before', labels: ['how'] },
  'library.test.lag.milliseconds': { type: 'gauge', help: 'A duration' },
  'library.test.duration.milliseconds': { type: 'histogram', help: 'Durations', buckets: [10, 2_000] },
} as const satisfies MetricGroup;

describe('a group of metrics', () => {
  let broker: ServiceBroker;
  afterEach(() => broker.stop());
  const started = (): ServiceBroker =>
    (broker = new ServiceBroker({ logger: false, nodeID: 'n', metrics: brokerMetrics() } as object));
  const shown = (): string[] =>
    renderMetrics(broker)
      .split('\n')
      .filter((line) => line.startsWith('library_'));

  it('shows counters from the start at 0 where their labels are known, so that the first count is a change', () => {
    registerMetrics(started(), GROUP);
    expect(shown()).toEqual([
      'library_test_plain_total{node_id="n"} 0',
      'library_test_known_total{node_id="n",how="well"} 0',
    ]);
  });

  it('shows durations in seconds, also the bounds of histograms', () => {
    registerMetrics(started(), GROUP);
    broker.metrics.set('library.test.lag.milliseconds', 1_500);
    broker.metrics.observe('library.test.duration.milliseconds', 250);
    expect(shown().slice(2)).toEqual([
      'library_test_lag_seconds{node_id="n"} 1.5',
      'library_test_duration_seconds_bucket{node_id="n",le="0.01"} 0',
      'library_test_duration_seconds_bucket{node_id="n",le="2"} 1',
      'library_test_duration_seconds_bucket{node_id="n",le="+Inf"} 1',
      'library_test_duration_seconds_sum{node_id="n"} 0.25',
      'library_test_duration_seconds_count{node_id="n"} 1',
    ]);
  });

  it('keeps its counts when it is registered again', () => {
    registerMetrics(started(), GROUP);
    broker.metrics.increment('library.test.plain.total');
    registerMetrics(broker, GROUP);
    expect(shown()[0]).toBe('library_test_plain_total{node_id="n"} 1');
  });
});

it('a metric is called outside as Prometheus calls things', () => {
  expect(exposedName('library.engine.flush.lag.milliseconds')).toBe('library_engine_flush_lag_seconds');
  expect(exposedName('nodejs.heap.size.used.bytes')).toBe('nodejs_heap_size_used_bytes');
});
