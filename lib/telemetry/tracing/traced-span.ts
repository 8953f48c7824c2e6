import {
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  TraceFlags,
  trace,
  type Attributes,
  type Context,
  type Span,
  type Tracer,
} from '@opentelemetry/api';
import { ATTR_ERROR_TYPE } from '@opentelemetry/semantic-conventions';
import type { Traceparent } from '../trace.ts';

export interface SpanOptions {
  /** What part it plays; by default something inside this process. */
  readonly kind?: SpanKind;
  readonly attributes?: Attributes;
  /** When it began, ms since the Unix epoch; by default now. */
  readonly startedAt?: number;
}

/**
 * One step of a request whose way is told. Steps that are not told have no object at all, so whoever holds one knows that
 * it is worth its cost.
 *
 * Nothing that names a person belongs in names and attributes: no ids of users, no tokens, no addresses, no texts of errors
 * (which may quote them). Ids of games and shards may.
 */
export class TracedSpan {
  readonly #tracer: Tracer;
  readonly #span: Span;
  #context: Context | null = null;

  private constructor(tracer: Tracer, span: Span) {
    this.#tracer = tracer;
    this.#span = span;
  }

  /** @param parent where the request comes from; null: it begins here */
  static begin(tracer: Tracer, name: string, parent: Traceparent | null, options: SpanOptions = {}): TracedSpan {
    const from =
      parent === null
        ? ROOT_CONTEXT
        : trace.setSpanContext(ROOT_CONTEXT, {
            traceId: parent.id,
            spanId: parent.spanId,
            traceFlags: TraceFlags.SAMPLED,
            isRemote: true,
          });
    return new TracedSpan(tracer, started(tracer, name, options, from));
  }

  get traceId(): string {
    return this.#span.spanContext().traceId;
  }

  get spanId(): string {
    return this.#span.spanContext().spanId;
  }

  /** For whoever goes on with the request: W3C Trace Context, sampled. */
  get traceparent(): string {
    return `00-${this.traceId}-${this.spanId}-01`;
  }

  child(name: string, options: SpanOptions = {}): TracedSpan {
    this.#context ??= trace.setSpan(ROOT_CONTEXT, this.#span);
    return new TracedSpan(this.#tracer, started(this.#tracer, name, options, this.#context));
  }

  rename(name: string): void {
    this.#span.updateName(name);
  }

  set(attributes: Attributes): void {
    this.#span.setAttributes(attributes);
  }

  /** It went wrong, by a mistake of ours or because something was away; `type` says what in one word. */
  fail(type: string): void {
    this.#span.setAttribute(ATTR_ERROR_TYPE, type);
    this.#span.setStatus({ code: SpanStatusCode.ERROR });
  }

  /** As {@link fail} for what was thrown; a rule's refusal is an answer like any other, and only named. */
  failWith(error: unknown): void {
    const { type, code } = (error ?? {}) as { readonly type?: unknown; readonly code?: unknown };
    const name = errorType(error);
    if (typeof type === 'string' && typeof code === 'number' && code < 500) this.set({ [ATTR_ERROR_TYPE]: name });
    else this.fail(name);
  }

  /** @param at ms since the Unix epoch; by default now */
  end(at?: number): void {
    this.#span.end(at);
  }
}

function started(tracer: Tracer, name: string, options: SpanOptions, context: Context): Span {
  const { kind = SpanKind.INTERNAL, attributes = {}, startedAt } = options;
  return tracer.startSpan(
    name,
    { kind, attributes, ...(startedAt === undefined ? {} : { startTime: startedAt }) },
    context,
  );
}

/** What kind of error it is, in words that are the program's own: the code of the catalogue, of the database, or the class. */
export function errorType(error: unknown): string {
  const { type, code, name } = (error ?? {}) as Readonly<Record<'type' | 'code' | 'name', unknown>>;
  for (const word of [type, code, name]) if (typeof word === 'string' && word !== '') return word;
  return typeof error;
}
