import { s3Code, s3Failure } from './s3-failure.ts';

/** A store that is gone is found out within 3 s, tried twice. */
export const CONNECT_LIMIT_MS = 1000;
export const ATTEMPT_LIMIT_MS = 1150;
const ANSWER_LIMIT_MS = 2600;

/** How the SDK is to send something. */
export interface Sending {
  readonly abortSignal: AbortSignal;
  readonly requestTimeout: number;
}

type Send<Answer> = (sending: Sending) => Promise<Answer>;

/**
 * The answer of S3 to one operation (`HeadObject`).
 *
 * @throws SaveStoreUnavailable when there is none within the limit, or a refusal
 */
export async function ask<Answer>(operation: string, send: Send<Answer>, limitMs?: number): Promise<Answer> {
  try {
    return await limited(send, limitMs);
  } catch (error) {
    throw s3Failure(operation, error);
  }
}

/** As {@link ask}; null when S3 refuses with one of these codes, which say that something is not there. */
export async function askUnless<Answer>(
  codes: readonly string[],
  operation: string,
  send: Send<Answer>,
  limitMs?: number,
): Promise<Answer | null> {
  try {
    return await limited(send, limitMs);
  } catch (error) {
    if (codes.includes(s3Code(error) ?? '')) return null;
    throw s3Failure(operation, error);
  }
}

/** The SDK heeds the signal while it sends, but not while it looks for credentials or pauses. */
function limited<Answer>(send: Send<Answer>, limitMs?: number): Promise<Answer> {
  const controller = new AbortController();
  return new Promise((resolve, reject) => {
    // Cancelled as soon as there is an answer, which AbortSignal.timeout() cannot be.
    const timer = setTimeout(() => {
      const late = new DOMException('no answer in time', 'TimeoutError');
      controller.abort(late);
      reject(late);
    }, limitMs ?? ANSWER_LIMIT_MS);
    void send({ abortSignal: controller.signal, requestTimeout: limitMs ?? ATTEMPT_LIMIT_MS })
      .then(resolve, reject)
      .finally(() => clearTimeout(timer));
  });
}
