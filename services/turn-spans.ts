import { SpanKind, type Attributes } from '@opentelemetry/api';
import {
  ATTR_DB_OPERATION_NAME,
  ATTR_DB_QUERY_SUMMARY,
  ATTR_DB_SYSTEM_NAME,
} from '@opentelemetry/semantic-conventions';
import type { TurnTracing, TracedTurn } from '../actors/turn-tracing.ts';
import type { TracedSpan } from '../lib/telemetry/tracing/traced-span.ts';
import { followed } from '../lib/telemetry/tracing/traces.ts';
import type { Tracing } from '../lib/telemetry/tracing/tracing.ts';

const STEPS = {
  redis: { [ATTR_DB_SYSTEM_NAME]: 'redis', [ATTR_DB_OPERATION_NAME]: 'EVALSHA' },
  postgres: { [ATTR_DB_SYSTEM_NAME]: 'postgresql', [ATTR_DB_OPERATION_NAME]: 'WITH' },
} as const satisfies Record<string, Attributes>;
const FLUSH = {
  [ATTR_DB_SYSTEM_NAME]: 'postgresql',
  [ATTR_DB_OPERATION_NAME]: 'WITH',
  [ATTR_DB_QUERY_SUMMARY]: 'playtime_flush',
};

/**
 * Commands on their way through an engine, as spans. A commit and a flush belong to many users at once, most of whose ways
 * are not told; each that is gets a span of its own for them, so that a trace is whole without the others.
 */
export function turnSpans({ tracer }: Tracing, store: keyof typeof STEPS): TurnTracing {
  return {
    turn(trace, command, shard) {
      const attributes = { 'library.command': command, 'library.shard': shard };
      const span = followed(tracer, trace, `turn ${command}`, { kind: SpanKind.SERVER, attributes });
      return span === null ? null : tracedTurn(span, STEPS[store]);
    },
  };
}

function tracedTurn(turn: TracedSpan, store: Attributes): TracedTurn {
  let commit: TracedSpan | null = null;
  return {
    committing() {
      commit = turn.child('checkpoint', { kind: SpanKind.CLIENT, attributes: store });
    },
    committed(applied) {
      if (applied !== true) commit?.fail(applied === null ? 'unknown_outcome' : 'fenced');
      commit?.end();
    },
    answered(answer) {
      turn.set({ 'library.answer': answer });
      if (answer === 'unavailable') turn.fail(answer);
      turn.end();
    },
    flushing() {
      const flush = turn.child('playtime_flush', { kind: SpanKind.CLIENT, attributes: FLUSH });
      return {
        trace: flush.traceparent,
        ended(error) {
          if (error !== undefined) flush.failWith(error);
          flush.end();
        },
      };
    },
  };
}
