/**
 * One service of the platform that this one asks, and may have to do without.
 *
 * - U1  No call outlives its deadline, nor one try the time that a try has.
 * - U2  A try that failed by an outage is repeated, after a growing pause with jitter, while the deadline allows. All calls
 *       only read: repeating one is harmless.
 * - U3  After so many failures in a row the service is left alone: calls fail at once and send nothing, until one call
 *       after a while tries it again. A service that answers, with whatever status of its own, is no outage.
 * - U4  Only so many calls are under way at once, and as many wait; others fail at once.
 */
import { status as Status, type CallOptions, type ChannelOptions, type ServiceError } from '@grpc/grpc-js';
import {
  BrokenCircuitError,
  bulkhead,
  BulkheadRejectedError,
  circuitBreaker,
  CircuitState,
  ConsecutiveBreaker,
  ExponentialBackoff,
  handleWhen,
  retry,
  wrap,
} from 'cockatiel';
import type { Config } from '../config/config.ts';
import { LibraryError } from '../errors.ts';
import { before } from '../grpc/deadline.ts';
import type { Clock } from '../ports/clock.ts';

/** How a try of a call is made: a method of a generated client, with its request. */
export type Try<Reply> = (
  options: CallOptions,
  done: (error: ServiceError | null, reply?: Reply) => void,
) => { cancel(): void };

export interface Upstream {
  /**
   * Null when the service says NOT_FOUND.
   *
   * @param deadline ms since the Unix epoch
   * @throws LibraryError UNAVAILABLE, whatever went wrong: its cause says what
   */
  readonly ask: <Reply>(attempt: Try<Reply>, deadline: number) => Promise<Reply | null>;
  /** `open`: it is left alone. */
  readonly state: () => 'closed' | 'open' | 'half-open';
}

/** Told of what happens to a service, for logs and metrics. */
export interface UpstreamEvents {
  tried(outcome: 'ok' | 'not_found' | 'failed'): void;
  /** It is left alone from now on; with the failure that was one too many. */
  broke(error: unknown): void;
  /** It answers again. */
  healed(): void;
}

type Settings = Pick<
  Config['upstream'],
  'timeoutMs' | 'attempts' | 'concurrency' | 'breakerFailures' | 'breakerOpenMs'
>;

const OUTAGES: ReadonlySet<number> = new Set([
  ...[Status.UNAVAILABLE, Status.DEADLINE_EXCEEDED, Status.RESOURCE_EXHAUSTED],
  ...[Status.INTERNAL, Status.UNKNOWN, Status.ABORTED],
]);

const FIRST_PAUSE_MS = 30;
const LONGEST_PAUSE_MS = 500;

export function createUpstream(name: string, settings: Settings, clock: Clock, events: UpstreamEvents): Upstream {
  const { timeoutMs, attempts, concurrency, breakerFailures, breakerOpenMs } = settings;
  const outage = handleWhen(isOutage);
  const breaker = circuitBreaker(outage, {
    breaker: new ConsecutiveBreaker(breakerFailures),
    halfOpenAfter: breakerOpenMs,
  });
  breaker.onBreak((reason) => events.broke('error' in reason ? reason.error : reason));
  breaker.onReset(() => events.healed());
  const backoff = new ExponentialBackoff({ initialDelay: FIRST_PAUSE_MS, maxDelay: LONGEST_PAUSE_MS });
  const repeated = retry(outage, { maxAttempts: attempts - 1, backoff });
  const policy = wrap(repeated, breaker, bulkhead(concurrency, concurrency));

  async function tryOnce<Reply>(attempt: Try<Reply>, deadline: number): Promise<Reply | null> {
    const now = clock.now();
    // Whoever waited has gone; this says nothing about the service.
    if (deadline <= now) throw new Expired();
    try {
      const reply = await called(attempt, Date.now() + Math.min(timeoutMs, deadline - now));
      events.tried('ok');
      return reply;
    } catch (error) {
      const isAbsent = (error as ServiceError).code === Status.NOT_FOUND;
      events.tried(isAbsent ? 'not_found' : 'failed');
      if (isAbsent) return null;
      throw error;
    }
  }

  return {
    async ask(attempt, deadline) {
      const giveUp = new AbortController();
      try {
        const asked = policy.execute(() => tryOnce(attempt, deadline), giveUp.signal);
        return await before(clock, deadline, asked);
      } catch (error) {
        giveUp.abort();
        throw unavailable(name, error, breaker.state === CircuitState.Open ? breakerOpenMs : FIRST_PAUSE_MS);
      }
    },
    state: () => {
      if (breaker.state === CircuitState.Open) return 'open';
      return breaker.state === CircuitState.HalfOpen ? 'half-open' : 'closed';
    },
  };
}

/** The time of a call ran out before its turn came. */
class Expired extends Error {
  constructor() {
    super('there was no time left to ask');
    this.name = 'Expired';
  }
}

/** @param deadline by the machine's clock, which grpc-js goes by */
function called<Reply>(attempt: Try<Reply>, deadline: number): Promise<Reply> {
  return new Promise((resolve, reject) => {
    attempt({ deadline }, (error, reply) => {
      if (error !== null) return reject(error);
      resolve(reply as Reply);
    });
  });
}

function isOutage(error: Error): boolean {
  const { code } = error as Partial<ServiceError>;
  return code !== undefined && OUTAGES.has(code);
}

function unavailable(name: string, cause: unknown, retryAfterMs: number): LibraryError {
  const why =
    cause instanceof BrokenCircuitError
      ? 'is away'
      : cause instanceof BulkheadRejectedError
        ? 'is busy'
        : 'does not answer';
  const error = new LibraryError('UNAVAILABLE', `The ${name} service ${why}`, { retryAfterMs });
  error.cause = cause;
  return error;
}

/**
 * So that a service that comes back is found within seconds, one that is gone without a word is noticed, and calls
 * spread over all of its processes.
 */
export const CHANNEL: ChannelOptions = {
  'grpc.initial_reconnect_backoff_ms': 100,
  'grpc.max_reconnect_backoff_ms': 2000,
  'grpc.keepalive_time_ms': 20_000,
  'grpc.keepalive_timeout_ms': 5000,
  'grpc.service_config': JSON.stringify({ loadBalancingConfig: [{ round_robin: {} }] }),
};
