import { Metadata, status as Status, type StatusObject } from '@grpc/grpc-js';
import { DETAILS_TRAILER, encodeDetails } from './error-details.ts';
import { ERRORS, type ErrorCode } from '../errors.ts';
import { problemOf, type Problem } from '../http/problem.ts';
import type { Trace } from '../telemetry/trace.ts';

/** What each HTTP status of the catalogue means to gRPC (https://grpc.io/docs/guides/status-codes/). */
const OF_STATUS: Readonly<Record<number, Status>> = {
  400: Status.INVALID_ARGUMENT,
  401: Status.UNAUTHENTICATED,
  403: Status.PERMISSION_DENIED,
  404: Status.NOT_FOUND,
  405: Status.UNIMPLEMENTED,
  408: Status.DEADLINE_EXCEEDED,
  409: Status.FAILED_PRECONDITION,
  410: Status.NOT_FOUND,
  411: Status.INVALID_ARGUMENT,
  412: Status.ABORTED,
  413: Status.RESOURCE_EXHAUSTED,
  415: Status.INVALID_ARGUMENT,
  416: Status.OUT_OF_RANGE,
  422: Status.INVALID_ARGUMENT,
  426: Status.FAILED_PRECONDITION,
  428: Status.FAILED_PRECONDITION,
  429: Status.RESOURCE_EXHAUSTED,
  431: Status.RESOURCE_EXHAUSTED,
  500: Status.INTERNAL,
  503: Status.UNAVAILABLE,
};

/** Where gRPC tells apart what HTTP does not. */
const OF_CODE: Partial<Record<ErrorCode, Status>> = {
  INVALID_SESSION_OPERATION: Status.FAILED_PRECONDITION,
  QUOTA_EXCEEDED: Status.RESOURCE_EXHAUSTED,
  ACHIEVEMENT_ALREADY_UNLOCKED: Status.ALREADY_EXISTS,
  GAME_ALREADY_OWNED: Status.ALREADY_EXISTS,
  ALREADY_IN_WISHLIST: Status.ALREADY_EXISTS,
  IDEMPOTENCY_KEY_IN_USE: Status.ABORTED,
  SAVEGAME_LOST: Status.DATA_LOSS,
};

/** The status of an error of the catalogue. */
export function statusOf(code: ErrorCode): Status {
  return OF_CODE[code] ?? OF_STATUS[ERRORS[code].status] ?? Status.UNKNOWN;
}

/** The call's time ran out before its answer was there. What it asked for may have been done. */
export class DeadlineExceeded extends Error {
  constructor() {
    super('The deadline has passed');
    this.name = 'DeadlineExceeded';
  }
}

/** What a failed call ends with, and what there is to know about it. */
export interface Refusal {
  readonly response: StatusObject;
  /** A mistake of ours, to be logged. */
  readonly unexpected: boolean;
}

const LONGEST_METADATA = 1000;

export function refusalOf(error: unknown, trace: Trace): Refusal {
  if (error instanceof DeadlineExceeded) {
    const details = { reason: 'DEADLINE_EXCEEDED', metadata: {}, violations: [], retryAfterMs: null };
    return refused(Status.DEADLINE_EXCEEDED, error.message, details, trace, false);
  }
  const problem = problemOf(error);
  const code = statusOf(problem.code);
  const details = {
    reason: problem.code,
    metadata: textsOf(problem),
    violations: violationsOf(problem),
    retryAfterMs: problem.retryAfterMs,
  };
  return refused(code, problem.detail, details, trace, problem.unexpected);
}

function refused(
  code: Status,
  message: string,
  details: Parameters<typeof encodeDetails>[2],
  trace: Trace,
  unexpected: boolean,
): Refusal {
  const metadata = new Metadata();
  metadata.set('x-trace-id', trace.id);
  const told = { ...details, metadata: { ...details.metadata, trace_id: trace.id } };
  metadata.set(DETAILS_TRAILER, encodeDetails(code, message, told));
  return { response: { code, details: message, metadata }, unexpected };
}

/** Trailers travel as header fields: what is long stays behind. */
function textsOf({ members }: Problem): Record<string, string> {
  const texts: Record<string, string> = {};
  for (const [name, value] of Object.entries(members)) {
    const text = typeof value === 'string' ? value : JSON.stringify(value);
    if (name !== 'errors' && text.length <= LONGEST_METADATA) texts[name] = text;
  }
  return texts;
}

function violationsOf({ members }: Problem): readonly { readonly field: string; readonly message: string }[] {
  const { errors } = members;
  return Array.isArray(errors) ? (errors as { field: string; message: string }[]) : [];
}
