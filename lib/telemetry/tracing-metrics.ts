import type { ServiceBroker } from 'moleculer';
import { registerMetrics, type MetricGroup } from './metric.ts';
import type { SpanQueueEvents } from './tracing/span-queue.ts';

const EXPORTED = 'library.tracing.spans.exported.total';
const LOST = 'library.tracing.spans.lost.total';
/** A collector that is away fails every batch: one line says it. */
const WARN_EVERY_MS = 60_000;

export const TRACING_METRICS = {
  [EXPORTED]: { type: 'counter', help: 'Spans that the collector of traces took' },
  [LOST]: {
    type: 'counter',
    help: 'Spans that nobody will see: no room for them here, or the collector did not take them',
    labels: ['reason'],
    begins: [{ reason: 'queue_full' }, { reason: 'export_failed' }],
  },
} as const satisfies MetricGroup;

/** Counts what becomes of spans, and says in the log that some get lost. */
export function tracingEvents(broker: Pick<ServiceBroker, 'metrics' | 'logger'>): SpanQueueEvents {
  registerMetrics(broker, TRACING_METRICS);
  const { metrics, logger } = broker;
  let toldAt = -Infinity;
  return {
    exported: (spans) => void metrics.increment(EXPORTED, {}, spans),
    lost(spans, reason, error) {
      metrics.increment(LOST, { reason }, spans);
      if (performance.now() - toldAt < WARN_EVERY_MS) return;
      toldAt = performance.now();
      const said = error === undefined ? {} : { error: error.message };
      logger.warn({ msg: 'spans of traces are lost', spans, reason, ...said });
    },
  };
}
