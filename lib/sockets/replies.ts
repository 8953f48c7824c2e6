import { ERRORS, LibraryError } from '../errors.ts';
import type { Ref } from '../contract/frames.ts';
import { problemJson, problemOf } from '../http/problem.ts';
import type { FailureLog } from '../http/reply.ts';
import { traceFrom, type Trace } from '../telemetry/trace.ts';

export const REPLY_OK = '{}';

/** Clients that were turned away together should not come back together. */
const RETRY_JITTER_MS = 2000;

/** The frame that answers a launcher's. `body` is JSON. */
export function reply(ref: Ref | null, status: number, body: string): string {
  return `{"type":"reply","ref":${typeof ref === 'number' ? ref : JSON.stringify(ref)},"status":${status},"body":${body}}`;
}

/** The frame that refuses one, in the words of REST. What was a mistake of ours is logged. */
export function problemReply(
  ref: Ref | null,
  error: unknown,
  log: FailureLog,
  random: () => number,
  trace: Trace = traceFrom(undefined),
): { readonly text: string; readonly status: number } {
  const problem = problemOf(error);
  const { status } = ERRORS[problem.code];
  if (problem.unexpected) log.error({ err: error, trace_id: trace.id }, 'frame failed');
  const { retryAfterMs } = problem;
  const text = reply(ref, status, problemJson(problem, trace));
  if (retryAfterMs === null) return { text, status };
  // REST says so in a header.
  const wait = Math.ceil(retryAfterMs + (status === 503 ? random() * RETRY_JITTER_MS : 0));
  return { text: `${text.slice(0, -1)},"retry_after_ms":${wait}}`, status };
}

export function tooManyFrames(): LibraryError {
  return new LibraryError('RATE_LIMITED', 'This socket sends too many frames');
}

export function unknownId(): LibraryError {
  return new LibraryError('VALIDATION_ERROR', 'last_id: is no id of an event', {
    errors: [{ field: 'last_id', message: 'is no id of an event' }],
  });
}
