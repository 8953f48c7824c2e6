import { ATTR_ERROR_TYPE } from '@opentelemetry/semantic-conventions';
import type { HttpMetrics } from '../telemetry/http-metrics.ts';
import type { Answer } from './idempotency.ts';
import { problemOf, respondProblem } from './problem.ts';
import { noneMatch } from './etag.ts';
import { EVENT_STREAM, respond, respondLines } from './respond.ts';
import { endHttpSpan } from './http-span.ts';
import type { Exchange } from './respond.ts';

/** Where failures of ours are written down. Moleculer's loggers are such. */
export interface FailureLog {
  error(details: Record<string, unknown>, message: string): void;
}

/** Ends exchanges: writes the answer, counts it, and logs what was our own mistake. */
export interface Reply {
  answer(exchange: Exchange, operation: string, answer: Answer): void;
  failure(exchange: Exchange, operation: string, error: unknown): void;
  /** Counts an answer that somebody else wrote. */
  sent(exchange: Exchange, operation: string, status: number): void;
}

const REPLAYED = ['Idempotency-Replayed', 'true'];

export function createReply(metrics: HttpMetrics, log: FailureLog): Reply {
  const count = (exchange: Exchange, operation: string, status: number) => {
    metrics.answered(operation, status, performance.now() - exchange.startedAt);
    endHttpSpan(exchange, operation, status);
  };
  return {
    answer(exchange, operation, { status, body, replayed, etag, alwaysSent = false, stream }) {
      const { req, res, trace } = exchange;
      if (stream !== undefined) {
        count(exchange, operation, status);
        if (exchange.headOnly === true && stream.type === EVENT_STREAM) {
          // It would have no end.
          stream.lines.destroy();
          return respond(res, status, trace, stream.type, '', ['Content-Type', stream.type]);
        }
        return respondLines(res, status, trace, stream.type, stream.lines, (error) =>
          log.error({ err: error, operation, trace_id: trace.id }, 'answer cut short'),
        );
      }
      const more = [...(replayed ? REPLAYED : []), ...(etag === undefined ? [] : ['ETag', etag])];
      const known = etag !== undefined && !alwaysSent && req.method === 'GET';
      if (known && noneMatch(req.headers['if-none-match'], etag)) {
        respond(res, 304, trace, 'application/json', '', more);
        return count(exchange, operation, 304);
      }
      // A stored refusal stays a problem document.
      respond(res, status, trace, status < 400 ? 'application/json' : 'application/problem+json', body, more);
      count(exchange, operation, status);
    },
    failure(exchange, operation, error) {
      const problem = problemOf(error);
      if (problem.unexpected) log.error({ err: error, operation, trace_id: exchange.trace.id }, 'request failed');
      metrics.refused(problem.code);
      exchange.trace.span?.set({ [ATTR_ERROR_TYPE]: problem.code });
      count(exchange, operation, respondProblem(exchange, problem));
    },
    sent: count,
  };
}
