import { SpanKind, type Tracer } from '@opentelemetry/api';
import { readTraceparent, traceFrom, type Trace, type Traceparent } from '../trace.ts';
import { TracedSpan, type SpanOptions } from './traced-span.ts';

/** Who sent a request: a launcher on the internet, or a service of the platform. */
export type Sender = 'client' | 'service';

/** Gives requests their traces, and decides of which the way is told. */
export interface Traces {
  /** Of a request with this header. Its span is named when it is answered. */
  begin(traceparent: string | string[] | undefined, sender: Sender): Trace;
  /** Of a frame, which has no header; undefined: its way is not told. */
  frame(): Trace | undefined;
}

/** While tracing is off: ids only, and what callers say is passed on. */
export const NO_TRACES: Traces = { begin: (traceparent) => traceFrom(traceparent), frame: () => undefined };

export interface Sampling {
  /** Share of what is told where the caller does not decide it. */
  readonly ratio: number;
  /** Whose word counts. */
  readonly callers: 'services' | 'all' | 'none';
  /** 0 <= random() < 1 */
  readonly random: () => number;
}

/**
 * Whether a request's way is told. The word of a sender that is trusted counts both ways; anybody else's does not, for it
 * would cost us whatever he likes. Nor do we draw by the trace id as he names it: he could choose ids that are drawn.
 */
export function isTold({ ratio, callers, random }: Sampling, parent: Traceparent | null, sender: Sender): boolean {
  const isTrusted = callers === 'all' || (callers === 'services' && sender === 'service');
  return isTrusted && parent !== null ? parent.isSampled : random() < ratio;
}

export function createTraces(tracer: Tracer, sampling: Sampling): Traces {
  const told = (parent: Traceparent | null): Trace => {
    const span = TracedSpan.begin(tracer, 'request', parent, { kind: SpanKind.SERVER });
    return { id: span.traceId, traceparent: span.traceparent, span };
  };
  return {
    begin(traceparent, sender) {
      const parent = readTraceparent(traceparent);
      return isTold(sampling, parent, sender) ? told(parent) : traceFrom(traceparent, '00');
    },
    frame: () => (isTold(sampling, null, 'client') ? told(null) : undefined),
  };
}

/** The next step of a request that another process began; null when its way is not told. */
export function followed(
  tracer: Tracer,
  traceparent: unknown,
  name: string,
  options: SpanOptions = {},
): TracedSpan | null {
  const parent = readTraceparent(traceparent);
  return parent?.isSampled === true ? TracedSpan.begin(tracer, name, parent, options) : null;
}
