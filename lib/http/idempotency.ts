import type { Readable } from 'node:stream';
import { ERRORS, LibraryError } from '../errors.ts';
import type { Trace } from '../telemetry/trace.ts';
import { problemJson, problemOf } from './problem.ts';

/** What the gateway sends back. */
export interface Answer {
  readonly status: number;
  /** JSON text; empty with 204. */
  readonly body: string;
  /** The stored answer to an earlier request with the same key. */
  readonly replayed: boolean;
  /** What names this content, quoted; the answer to a matching `If-None-Match` has no body. */
  readonly etag?: string;
  /** The tag stands for a part of the content only: what the client has may be out of date all the same. */
  readonly alwaysSent?: boolean;
  /** In place of `body`: lines that are sent as they come. */
  readonly stream?: { readonly type: string; readonly lines: Readable };
}

/** One use of an `Idempotency-Key`: keys belong to the caller that sends them. */
export interface KeyUse {
  readonly userId: string;
  readonly key: string;
  /** Digest of what was asked; the same key with another request is refused. */
  readonly fingerprint: string;
}

export type Begun =
  | { readonly state: 'new' }
  | { readonly state: 'replay'; readonly status: number; readonly body: string }
  | { readonly state: 'in_progress' }
  | { readonly state: 'mismatch' };

/** Where the replies of keys are kept. Every method rejects when the store cannot be reached. */
export interface IdempotencyStore {
  begin(use: KeyUse): Promise<Begun>;
  finish(use: KeyUse, status: number, body: string): Promise<void>;
  /** The request failed in a way that says nothing about a repeat: the key may be used again. */
  abandon(use: KeyUse): Promise<void>;
}

/** Printable ASCII: the header is a structured string (draft-ietf-httpapi-idempotency-key-header), quoted or bare. */
const KEY = /^[\x20-\x7e]{1,255}$/;
const IN_USE_RETRY_MS = 1000;

/** @throws LibraryError VALIDATION_ERROR when the header is there and is not a key. */
export function idempotencyKey(header: string | string[] | undefined): string | null {
  if (header === undefined) return null;
  if (typeof header === 'string' && KEY.test(header)) return header;
  throw new LibraryError('VALIDATION_ERROR', 'Idempotency-Key: must be 1 to 255 printable ASCII characters', {
    errors: [{ field: 'Idempotency-Key', message: 'must be 1 to 255 printable ASCII characters' }],
  });
}

/**
 * Does the work once for a key, and answers its repeats with the first answer. A refusal by the rules is an answer too;
 * a failure (5xx) is not, and neither is a time-out: the repeat then does the work again, which every action allows.
 */
export async function answerOnce(
  store: IdempotencyStore,
  use: KeyUse,
  trace: Trace,
  work: () => Promise<Answer>,
): Promise<Answer> {
  const begun = await store.begin(use);
  if (begun.state === 'replay') return { status: begun.status, body: begun.body, replayed: true };
  if (begun.state === 'mismatch') {
    throw new LibraryError('IDEMPOTENCY_KEY_REUSED', 'The first request with this Idempotency-Key was another one');
  }
  if (begun.state === 'in_progress') {
    throw new LibraryError(
      'IDEMPOTENCY_KEY_IN_USE',
      'The first request with this Idempotency-Key has not been answered yet',
      {
        retryAfterMs: IN_USE_RETRY_MS,
      },
    );
  }
  let answer: Answer;
  try {
    answer = await work();
  } catch (error) {
    const problem = problemOf(error);
    const { status } = ERRORS[problem.code];
    if (status < 500 && status !== 429) await store.finish(use, status, problemJson(problem, trace));
    else await store.abandon(use);
    throw error;
  }
  await store.finish(use, answer.status, answer.body);
  return answer;
}
