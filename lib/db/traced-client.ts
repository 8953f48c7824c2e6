import { SpanKind } from '@opentelemetry/api';
import {
  ATTR_DB_OPERATION_NAME,
  ATTR_DB_QUERY_SUMMARY,
  ATTR_DB_QUERY_TEXT,
  ATTR_DB_SYSTEM_NAME,
  DB_SYSTEM_NAME_VALUE_POSTGRESQL,
} from '@opentelemetry/semantic-conventions';
import pg from 'pg';
import { currentSpan } from '../telemetry/tracing/current.ts';
import type { TracedSpan } from '../telemetry/tracing/traced-span.ts';

type Query = (...args: unknown[]) => unknown;
type Callback = (error: unknown, result: unknown) => void;

/** Of a statement's text; enough to know it by. */
const SHOWN_CHARACTERS = 500;
const TARGET = /\b(?:FROM|INTO|UPDATE|JOIN)\s+"?(\w+)/i;

/**
 * A connection whose statements are steps of the request that sends them, where its way is told; all others cost one look.
 * Texts hold no values of users (those are parameters), and parameters are not told.
 */
export class TracedClient extends pg.Client {
  // The types of `pg` have an overload for each way to call it; what a caller passes is passed on as it is.
  override query: typeof pg.Client.prototype.query = ((...args: unknown[]): unknown => {
    const send = super.query.bind(this) as Query;
    const parent = currentSpan();
    return parent === null ? send(...args) : sendTraced(send, args, parent);
  }) as typeof pg.Client.prototype.query;
}

function sendTraced(send: Query, args: unknown[], parent: TracedSpan): unknown {
  const { text, name } = statementOf(args[0]);
  const operation = (/\w+/.exec(text)?.[0] ?? 'QUERY').toUpperCase();
  const summary = name ?? [operation, TARGET.exec(text)?.[1]].filter(Boolean).join(' ');
  const span = parent.child(summary, {
    kind: SpanKind.CLIENT,
    attributes: {
      [ATTR_DB_SYSTEM_NAME]: DB_SYSTEM_NAME_VALUE_POSTGRESQL,
      [ATTR_DB_OPERATION_NAME]: operation,
      [ATTR_DB_QUERY_SUMMARY]: summary,
      [ATTR_DB_QUERY_TEXT]: text.slice(0, SHOWN_CHARACTERS),
    },
  });
  const ended = (error: unknown): void => {
    if (error !== null && error !== undefined) span.failWith(error);
    span.end();
  };
  const last = args.at(-1);
  if (typeof last === 'function') {
    const told: Callback = (error, result) => {
      ended(error);
      (last as Callback)(error, result);
    };
    return send(...args.slice(0, -1), told);
  }
  const sent = send(...args);
  if (sent instanceof Promise) sent.then(() => ended(null), ended);
  else span.end();
  return sent;
}

function statementOf(first: unknown): { readonly text: string; readonly name?: string | undefined } {
  if (typeof first === 'string') return { text: first };
  const { text, name } = (first ?? {}) as { readonly text?: unknown; readonly name?: unknown };
  return { text: typeof text === 'string' ? text : '', ...(typeof name === 'string' ? { name } : {}) };
}
