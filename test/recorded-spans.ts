import { ExportResultCode } from '@opentelemetry/core';
import type { ReadableSpan } from '@opentelemetry/sdk-trace-base';
import { configFrom } from '../lib/config/load.ts';
import type { TracedSpan } from '../lib/telemetry/tracing/traced-span.ts';
import { openTracing, type Tracing } from '../lib/telemetry/tracing/tracing.ts';

export interface RecordedTracing {
  readonly tracing: Tracing;
  /** A request whose way is told. */
  request(): TracedSpan;
  /** Ends it. Everything that was told, in the order in which it ended. */
  spans(): Promise<readonly ReadableSpan[]>;
}

/** Tracing whose spans stay in this process. By default nothing is told but what is asked for. */
export function recordedTracing(env: Readonly<Record<string, string>> = {}): RecordedTracing {
  const recorded: ReadableSpan[] = [];
  const tracing = openTracing(
    configFrom('', { NODE_ID: 'test', TRACING_SAMPLE_RATIO: '0', TRACING_CALLERS: 'all', ...env }),
    { exported: () => undefined, lost: () => undefined },
    {
      export(spans, done) {
        recorded.push(...spans);
        done({ code: ExportResultCode.SUCCESS });
      },
      shutdown: () => Promise.resolve(),
    },
  );
  if (tracing === null) throw new Error('there is an exporter');
  return {
    tracing,
    request() {
      const { span } = tracing.traces.begin(TOLD, 'client');
      if (span === undefined) throw new Error('it was not drawn');
      return span;
    },
    async spans() {
      await tracing.close();
      return recorded;
    },
  };
}

export const TRACE_ID = '0af7651916cd43dd8448eb211c80319c';
export const CALLER_SPAN = 'b7ad6b7169203331';
/** What a caller says of a request whose way is told. */
export const TOLD = `00-${TRACE_ID}-${CALLER_SPAN}-01`;
export const NOT_TOLD = `00-${TRACE_ID}-${CALLER_SPAN}-00`;

/** `child < parent`, by names; the parent is empty when it is not among them. */
export function family(spans: readonly ReadableSpan[]): string[] {
  const names = new Map(spans.map((span) => [span.spanContext().spanId, span.name]));
  return spans.map(({ name, parentSpanContext }) => `${name} < ${names.get(parentSpanContext?.spanId ?? '') ?? ''}`);
}
