/**
 * Carries requests' traces over Moleculer: calls send the trace of the request that they belong to in their meta, and
 * actions run in its name. So log lines of an action say whose they are, and where a request's way is told, a call is a step
 * here and a step there.
 *
 * The engine's batches are nobody's: each envelope in them has a trace of its own (`lib/telemetry/tracing/turns.ts`).
 */
import { SpanKind } from '@opentelemetry/api';
import { ATTR_RPC_METHOD, ATTR_RPC_SYSTEM_NAME } from '@opentelemetry/semantic-conventions/incubating';
import type { ActionSchema, Context, Middleware } from 'moleculer';
import { readTraceparent } from '../lib/telemetry/trace.ts';
import { asWhole, currentScope, within } from '../lib/telemetry/tracing/current.ts';
import { TracedSpan, type SpanOptions } from '../lib/telemetry/tracing/traced-span.ts';
import type { Tracing } from '../lib/telemetry/tracing/tracing.ts';

const BATCHES = 'engine.deliver';

interface Meta {
  readonly traceparent?: unknown;
}

type Handler = (ctx: Context) => Promise<unknown>;
type Call = (action: string, params?: unknown, options?: { meta?: Meta }) => Promise<unknown>;

/** @param tracing null: ids for log lines are all there is */
export function traceMiddleware(tracing: Tracing | null): Middleware {
  const localAction = (next: Handler, { name = '' }: ActionSchema): Handler => {
    if (name === BATCHES) return next;
    return (ctx) => {
      const { traceparent } = ctx.meta as Meta;
      const parent = readTraceparent(traceparent);
      if (parent === null) return next(ctx);
      if (tracing !== null && parent.isSampled) {
        const span = TracedSpan.begin(tracing.tracer, name, parent, step(SpanKind.SERVER, name));
        return asWhole(span, () => next(ctx));
      }
      return within({ traceId: parent.id, traceparent: String(traceparent), span: null }, () => next(ctx));
    };
  };
  const call = (next: Call): Call => {
    return (action, params, options = {}) => {
      const scope = currentScope();
      if (scope === undefined) return next(action, params, options);
      if (scope.span === null) return next(action, params, carrying(options, scope.traceparent));
      const span = scope.span.child(action, step(SpanKind.CLIENT, action));
      return asWhole(span, () => next(action, params, carrying(options, span.traceparent)));
    };
  };
  // Moleculer's types bind handlers to their services and calls to the types of their answers; neither matters here.
  return { name: 'Trace', localAction, call } as unknown as Middleware;
}

function carrying<Options extends { meta?: Meta }>(options: Options, traceparent: string): Options {
  return { ...options, meta: { ...options.meta, traceparent } };
}

function step(kind: SpanKind, action: string): SpanOptions {
  return { kind, attributes: { [ATTR_RPC_SYSTEM_NAME]: 'moleculer', [ATTR_RPC_METHOD]: action } };
}
