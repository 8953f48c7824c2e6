import { ERRORS, LibraryError } from '../errors.ts';
import type { ErrorCode } from '../errors.ts';
import { rateLimitHeaders } from '../limits/refusal.ts';
import type { Trace } from '../telemetry/trace.ts';
import { respond } from './respond.ts';
import type { Exchange } from './respond.ts';

/** A refusal or failure, ready to be told to the client. */
export interface Problem {
  readonly code: ErrorCode;
  readonly detail: string;
  /** Further members of the document. */
  readonly members: Readonly<Record<string, unknown>>;
  readonly retryAfterMs: number | null;
  /** Not a refusal by any rule: a mistake of ours, to be logged. */
  readonly unexpected: boolean;
}

const DEFAULT_RETRY_MS = 1000;
/** Clients that were turned away together should not come back together. */
const RETRY_JITTER_MS = 2000;

/** Moleculer's ways of saying that nobody answered (moleculer/src/errors.js). */
const NOBODY_ANSWERED = new Set([
  'SERVICE_NOT_FOUND',
  'SERVICE_NOT_AVAILABLE',
  'REQUEST_TIMEOUT',
  'REQUEST_SKIPPED',
  'REQUEST_REJECTED',
  'QUEUE_FULL',
  'BAD_GATEWAY',
]);

/**
 * What an error means to the client. Errors of other nodes arrive as plain `Error`s with `type`, `code` and `data`, so
 * only those are looked at, never the class.
 */
export function problemOf(error: unknown): Problem {
  const { name, message, type, data, retryAfterMs } = membersOf(error);
  if (isErrorCode(type)) {
    const { retryAfterMs: after, ...members } = data;
    const wait = typeof after === 'number' ? after : null;
    return {
      code: type,
      detail: message,
      members,
      retryAfterMs: wait ?? retryOf(type),
      unexpected: type === 'INTERNAL',
    };
  }
  if (name === 'EngineUnavailable') {
    return unavailable('The session engine cannot answer right now', retryAfterMs ?? DEFAULT_RETRY_MS);
  }
  if (typeof type === 'string' && NOBODY_ANSWERED.has(type)) {
    return unavailable('A part of the service did not answer in time', DEFAULT_RETRY_MS);
  }
  return {
    code: 'INTERNAL',
    detail: 'Something went wrong on our side; the trace id finds it in our logs',
    members: {},
    retryAfterMs: null,
    unexpected: true,
  };
}

/** The problem as the JSON text of RFC 9457. */
export function problemJson(problem: Problem, trace: Trace): string {
  const { code, detail, members } = problem;
  const { status, title } = ERRORS[code];
  return JSON.stringify({ ...members, type: problemType(code), title, status, detail, code, trace_id: trace.id });
}

/** Resolves to the page that explains the error. */
export function problemType(code: ErrorCode): string {
  return `/docs/errors#${code.toLowerCase()}`;
}

/** Answers with the problem. Returns the status sent. */
export function respondProblem(
  { req, res, trace }: Exchange,
  problem: Problem,
  random: () => number = Math.random,
): number {
  const { status } = ERRORS[problem.code];
  const headers: string[] = [];
  if (problem.retryAfterMs !== null) {
    const ms = problem.retryAfterMs + (status === 503 ? random() * RETRY_JITTER_MS : 0);
    const seconds = Math.max(1, Math.ceil(ms / 1000));
    headers.push('Retry-After', String(seconds), ...rateLimitHeaders(problem.members['limit'], seconds));
  }
  if (status === 401) {
    // RFC 6750, section 3: no error code when the request carried no credentials at all.
    headers.push(
      'WWW-Authenticate',
      `Bearer realm="library"${req.headers.authorization === undefined ? '' : ', error="invalid_token"'}`,
    );
  }
  // The rest of the body is not worth reading: the connection ends with this answer.
  if (problem.code === 'PAYLOAD_TOO_LARGE' && !req.complete) res.shouldKeepAlive = false;
  if (problem.code === 'RANGE_NOT_SATISFIABLE') {
    headers.push('Content-Range', `bytes */${String(problem.members['size_bytes'])}`);
  }
  // RFC 9110, section 15.5.22, and RFC 6455, section 4.4.
  if (problem.code === 'UPGRADE_REQUIRED') headers.push('Upgrade', 'websocket', 'Sec-WebSocket-Version', '13');
  if (problem.code === 'METHOD_NOT_ALLOWED') headers.push('Allow', String(problem.members['allow']));
  respond(res, status, trace, 'application/problem+json', problemJson(problem, trace), headers);
  return status;
}

export function methodNotAllowed(allow: readonly string[]): LibraryError {
  return new LibraryError('METHOD_NOT_ALLOWED', `This path takes ${allow.join(', ')}`, { allow: allow.join(', ') });
}

function unavailable(detail: string, retryAfterMs: number): Problem {
  return { code: 'UNAVAILABLE', detail, members: {}, retryAfterMs, unexpected: false };
}

function retryOf(code: ErrorCode): number | null {
  const { status } = ERRORS[code];
  return status === 503 || status === 429 ? DEFAULT_RETRY_MS : null;
}

function isErrorCode(type: unknown): type is ErrorCode {
  return typeof type === 'string' && Object.hasOwn(ERRORS, type);
}

interface ErrorMembers {
  readonly name: unknown;
  readonly message: string;
  readonly type: unknown;
  readonly data: Record<string, unknown>;
  readonly retryAfterMs: number | null;
}

function membersOf(error: unknown): ErrorMembers {
  const members = (typeof error === 'object' && error !== null ? error : {}) as Partial<Record<string, unknown>>;
  const { name, message, type, data, retryAfterMs } = members;
  return {
    name,
    message: typeof message === 'string' ? message : '',
    type,
    data: typeof data === 'object' && data !== null && !Array.isArray(data) ? (data as Record<string, unknown>) : {},
    retryAfterMs: typeof retryAfterMs === 'number' ? retryAfterMs : null,
  };
}
