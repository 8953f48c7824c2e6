/**
 * Which request the code that runs belongs to, wherever it is: for log lines, and for steps that nobody can hand a span to.
 *
 * What many requests share (batches, loops, timers) must run {@link outside} of all of them: it would else bear the name of
 * whoever came first for as long as it lives.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import type { Trace } from '../trace.ts';
import type { SpanOptions, TracedSpan } from './traced-span.ts';

export interface Scope {
  readonly traceId: string;
  /** To be sent on with calls of other services. */
  readonly traceparent: string;
  /** Null: the request's way is not told. */
  readonly span: TracedSpan | null;
}

const scopes = new AsyncLocalStorage<Scope | undefined>();

export function currentScope(): Scope | undefined {
  return scopes.getStore();
}

/** The step that runs, of a request whose way is told; null for nearly all. */
export function currentSpan(): TracedSpan | null {
  return scopes.getStore()?.span ?? null;
}

/** Runs the work, and all that it begins, in the name of the request. */
export function within<Result>(scope: Scope, work: () => Result): Result {
  return scopes.run(scope, work);
}

/** Runs the work as a part of the step. */
export function below<Result>(span: TracedSpan, work: () => Result): Result {
  return scopes.run({ traceId: span.traceId, traceparent: span.traceparent, span }, work);
}

/** Runs the work for the request, as a part of its span where its way is told. */
export function inTrace<Result>(trace: Trace | undefined, work: () => Result): Result {
  return trace?.span === undefined ? work() : below(trace.span, work);
}

/** Runs the work in nobody's name. */
export function outside<Result>(work: () => Result): Result {
  return scopes.run(undefined, work);
}

/** Runs the work as a part of the step, which ends with it. */
export async function asWhole<Result>(span: TracedSpan, work: () => Promise<Result>): Promise<Result> {
  try {
    return await below(span, work);
  } catch (error) {
    span.failWith(error);
    throw error;
  } finally {
    span.end();
  }
}

/** Runs the work as a step of its own, where the request's way is told. */
export function asStep<Result>(name: string, options: SpanOptions, work: () => Promise<Result>): Promise<Result> {
  const parent = currentSpan();
  return parent === null ? work() : asWhole(parent.child(name, options), work);
}
