import { createHash } from 'node:crypto';
import type { Endpoint, PreparedReply, Request } from '../contract/endpoint.ts';
import { ERRORS, LibraryError, type ErrorCode } from '../errors.ts';
import { answerOnce, idempotencyKey, type IdempotencyStore } from '../http/idempotency.ts';
import type { Trace } from '../telemetry/trace.ts';

export interface Outcome {
  /** The body of the endpoint's response. */
  readonly body: unknown;
  /** The stored outcome of an earlier call with the same key. */
  readonly replayed: boolean;
}

/**
 * Does a command once for its key, and answers repeats with the first outcome, refusals included: what
 * `Idempotency-Key` does in REST, in the same store. Empty: no key.
 *
 * @throws LibraryError what the command throws, IDEMPOTENCY_KEY_IN_USE, IDEMPOTENCY_KEY_REUSED, VALIDATION_ERROR
 */
export async function once(
  store: IdempotencyStore,
  endpoint: Endpoint,
  request: Request,
  given: string,
  trace: Trace,
  work: () => Promise<unknown>,
): Promise<Outcome> {
  if (given === '') return { body: bodyOf(endpoint, await work()), replayed: false };
  const key = mustBeKey(given);
  const fingerprint = createHash('sha256')
    .update(`grpc ${endpoint.id} ${JSON.stringify([request.params, request.query, request.body])}`)
    .digest('hex');
  const use = { userId: request.caller.userId, key, fingerprint };
  const { status, body, replayed } = await answerOnce(store, use, trace, async () => ({
    status: endpoint.status,
    body: JSON.stringify(bodyOf(endpoint, await work())) ?? '',
    replayed: false,
  }));
  if (status >= 400) throw storedRefusal(body);
  return { body: body === '' ? undefined : (JSON.parse(body) as unknown), replayed };
}

function mustBeKey(given: string): string {
  try {
    return idempotencyKey(given) ?? given;
  } catch {
    const message = 'must be 1 to 255 printable ASCII characters';
    throw new LibraryError('VALIDATION_ERROR', `idempotency_key: ${message}`, {
      errors: [{ field: 'idempotency_key', message }],
    });
  }
}

function bodyOf({ prepared }: Endpoint, reply: unknown): unknown {
  return prepared === true ? (JSON.parse((reply as PreparedReply).json) as unknown) : reply;
}

/** Members of every problem document, beside those of the error itself. */
const COMMON = ['type', 'title', 'status', 'detail', 'code', 'trace_id'];

/** The problem document of the first call, as the error it was. */
function storedRefusal(text: string): Error {
  const problem = JSON.parse(text) as { readonly code: ErrorCode; readonly detail: string };
  const { code, detail } = problem;
  if (!Object.hasOwn(ERRORS, code)) return new TypeError(`the stored refusal has the unknown code ${code}`);
  const data = Object.fromEntries(Object.entries(problem).filter(([member]) => !COMMON.includes(member)));
  return new LibraryError(code, detail, data);
}
