import type { Middleware, ServiceBroker } from 'moleculer';
import { traceMiddleware } from './trace-middleware.ts';
import type { Config } from '../lib/config/config.ts';
import { tracingEvents } from '../lib/telemetry/tracing-metrics.ts';
import type { SpanQueueEvents } from '../lib/telemetry/tracing/span-queue.ts';
import { openTracing, type Tracing } from '../lib/telemetry/tracing/tracing.ts';

export interface NodeTracing {
  /** Null: nobody tells of ways. */
  readonly tracing: Tracing | null;
  readonly middleware: Middleware;
  /** Counts in the broker's metrics from here on. Returns what sends the last spans and ends it. */
  readonly watch: (broker: ServiceBroker) => () => Promise<void>;
}

/** Begins before there is a broker: its calls and actions are wrapped when it is made. */
export function nodeTracing(config: Config): NodeTracing {
  let events: SpanQueueEvents | null = null;
  const tracing = openTracing(config, {
    exported: (spans) => events?.exported(spans),
    lost: (...told) => events?.lost(...told),
  });
  return {
    tracing,
    middleware: traceMiddleware(tracing),
    watch(broker) {
      events = tracingEvents(broker);
      return async () => tracing?.close();
    },
  };
}
