import { readFileSync } from 'node:fs';
import type { Tracer } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { AlwaysOnSampler, BasicTracerProvider, type SpanExporter } from '@opentelemetry/sdk-trace-base';
import { ATTR_SERVICE_NAME, ATTR_SERVICE_VERSION } from '@opentelemetry/semantic-conventions';
import { ATTR_SERVICE_INSTANCE_ID } from '@opentelemetry/semantic-conventions/incubating';
import type { Config } from '../../config/config.ts';
import { RELEASE } from '../../release.ts';
import { MIN_VERSION } from '../../tls/min-version.ts';
import { readTraceparent } from '../trace.ts';
import { SpanQueue, type SpanQueueEvents, type SpanQueueOptions } from './span-queue.ts';
import { TracedSpan, type SpanOptions } from './traced-span.ts';
import { createTraces, isTold, type Sampling, type Traces } from './traces.ts';

/** This process's part in tracing. */
export interface Tracing {
  readonly tracer: Tracer;
  readonly traces: Traces;
  /** A step that a message of another service asks for; null when its way is not told. */
  consume(traceparent: string | null, name: string, options: SpanOptions): TracedSpan | null;
  /** Sends what waits, within a short time. */
  close(): Promise<void>;
}

/** A burst of some seconds with every request told. */
const QUEUE: SpanQueueOptions = { capacity: 16_384, batch: 1_024, gatherMs: 1_000, exportMs: 10_000 };
const EXPORT_TIMEOUT_MS = 5_000;
/** A process that stops does not wait longer for a collector that is away. */
const CLOSE_MS = 2_000;

/**
 * Begins to tell the ways of requests to the collector of the configuration.
 *
 * @param events what becomes of spans; a collector that is away disturbs nobody else
 * @throws Error when the file of the collector's certificates cannot be read
 */
export function openTracing(
  { node, tracing }: Pick<Config, 'node' | 'tracing'>,
  events: SpanQueueEvents,
  exporter: SpanExporter | null = tracing.otlpEndpoint === null ? null : otlpExporter(tracing, tracing.otlpEndpoint),
): Tracing | null {
  if (exporter === null) return null;
  const provider = new BasicTracerProvider({
    // What is told is decided before there is a span at all (`traces.ts`).
    sampler: new AlwaysOnSampler(),
    resource: resourceFromAttributes({
      [ATTR_SERVICE_NAME]: 'library-service',
      [ATTR_SERVICE_VERSION]: RELEASE,
      [ATTR_SERVICE_INSTANCE_ID]: node.id,
      'library.node.roles': [...node.roles],
    }),
    spanProcessors: [new SpanQueue(exporter, QUEUE, events)],
  });
  const tracer = provider.getTracer('library-service');
  const sampling: Sampling = { ratio: tracing.sampleRatio, callers: tracing.callers, random: Math.random };
  return {
    tracer,
    traces: createTraces(tracer, sampling),
    consume(traceparent, name, options) {
      const parent = readTraceparent(traceparent);
      return isTold(sampling, parent, 'service') ? TracedSpan.begin(tracer, name, parent, options) : null;
    },
    async close() {
      let timer: NodeJS.Timeout | undefined;
      const enough = new Promise<void>((resolve) => (timer = setTimeout(resolve, CLOSE_MS)));
      await Promise.race([provider.shutdown(), enough]);
      clearTimeout(timer);
    },
  };
}

function otlpExporter({ otlpHeaders, tlsCaFile }: Config['tracing'], endpoint: string): SpanExporter {
  const ca = tlsCaFile === null ? {} : { ca: readFileSync(tlsCaFile) };
  return new OTLPTraceExporter({
    url: `${endpoint.replace(/\/+$/, '')}/v1/traces`,
    timeoutMillis: EXPORT_TIMEOUT_MS,
    headers: headersOf(otlpHeaders),
    httpAgentOptions: { keepAlive: true, minVersion: MIN_VERSION, rejectUnauthorized: true, ...ca },
  });
}

function headersOf(text: string | null): Record<string, string> {
  const pairs = text === null ? [] : text.split(',');
  return Object.fromEntries(
    pairs.map((pair) => {
      const at = pair.indexOf('=');
      return [pair.slice(0, at), pair.slice(at + 1)];
    }),
  );
}
