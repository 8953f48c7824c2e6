import pRetry from 'p-retry';
import { RequestFailed } from '../client/library-client.ts';

/** The bytes of a save did not come across; whether it makes sense to try again depends on why. */
export class TransferFailed extends Error {
  readonly passing: boolean;

  constructor(message: string, passing: boolean, options?: ErrorOptions) {
    super(message, options);
    this.name = 'TransferFailed';
    this.passing = passing;
  }
}

export interface RetryRules {
  /** After the first attempt. */
  readonly retries: number;
  readonly firstPauseMs: number;
  readonly maxPauseMs: number;
  /** Ends the pauses: what is under way is given up. */
  readonly signal: AbortSignal;
  readonly pause: (ms: number, signal: AbortSignal) => Promise<void>;
  /** Told before each further attempt. */
  readonly onRetry: (error: Error) => void;
}

/**
 * Does it until it works, as long as it fails for reasons that pass: no answer, an overloaded or restarting service, a
 * connection that broke. Pauses double, are partly random, and are never shorter than the service asked for.
 */
export function retried<Result>(work: () => Promise<Result>, rules: RetryRules): Promise<Result> {
  return pRetry(work, {
    retries: rules.retries,
    minTimeout: rules.firstPauseMs,
    maxTimeout: rules.maxPauseMs,
    randomize: true,
    signal: rules.signal,
    shouldRetry: ({ error }) => isPassing(error),
    async onFailedAttempt({ error, retriesLeft, retryDelay }) {
      if (retriesLeft === 0 || !isPassing(error)) return;
      rules.onRetry(error);
      const wanted = error instanceof RequestFailed ? (error.retryAfterMs ?? 0) : 0;
      // The library waits for the rest.
      if (wanted > retryDelay) await rules.pause(wanted - retryDelay, rules.signal);
    },
  });
}

const PASSING = new Set([0, 408, 429, 500, 502, 503, 504]);

function isPassing(error: Error): boolean {
  if (error instanceof TransferFailed) return error.passing;
  return error instanceof RequestFailed && PASSING.has(error.status);
}
