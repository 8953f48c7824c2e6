import { LibraryError } from '../errors.ts';

/** What a caller had too much of: `amount` within `windowSeconds`. */
export interface Allowance {
  readonly name: string;
  readonly amount: number;
  readonly windowSeconds: number;
}

/** @param waitMs until there is room again */
export function tooMuch(allowance: Allowance, waitMs: number, detail: string): LibraryError {
  const { name, amount, windowSeconds } = allowance;
  const limit = { name, quota: amount, window_seconds: windowSeconds };
  return new LibraryError('RATE_LIMITED', detail, { retryAfterMs: Math.ceil(waitMs), limit });
}

/**
 * Says in headers what the member `limit` of the problem says, in the words of draft-ietf-httpapi-ratelimit-headers-10;
 * none when it is another limit that was met.
 */
export function rateLimitHeaders(limit: unknown, retryAfterSeconds: number): string[] {
  if (typeof limit !== 'object' || limit === null) return [];
  const { name, quota, window_seconds: window } = limit as { name: string; quota: number; window_seconds: number };
  return ['RateLimit-Policy', `"${name}";q=${quota};w=${window}`, 'RateLimit', `"${name}";r=0;t=${retryAfterSeconds}`];
}
