import type { Readable } from 'node:stream';
import type { Verified } from '../auth/verifier.ts';
import { LibraryError } from '../errors.ts';
import type { Clock } from '../ports/clock.ts';
import { Trust, type TrustContext } from '../sockets/trust.ts';
import { EventLines } from './event-lines.ts';
import { problemOf } from './problem.ts';

export interface EventStreamsDependencies extends Omit<TrustContext, 'mustMayConnect'> {
  /** How many there may be at once. */
  readonly most: number;
  readonly clock: Clock;
}

const RETRY_AFTER_MS = 5_000;
/** Timers of the runtime take no more. */
const LONGEST_MS = 2_147_483_647;

/** The event streams that clients have open at this gateway: no more than so many, none beyond its token, all ended by a drain. */
export class EventStreams {
  readonly #dependencies: EventStreamsDependencies;
  readonly #open = new Set<Readable>();
  #draining = false;

  constructor(dependencies: EventStreamsDependencies) {
    this.#dependencies = dependencies;
  }

  /** @throws LibraryError UNAVAILABLE when there is no room for one more, or this gateway is leaving */
  mustHaveRoom(): void {
    if (!this.#draining && this.#open.size < this.#dependencies.most) return;
    throw new LibraryError('UNAVAILABLE', 'This gateway has as many event streams open as it may', {
      retryAfterMs: RETRY_AFTER_MS,
    });
  }

  /**
   * Ends the stream with what it is opened with.
   *
   * @param mustMay throws when the caller may not have it (any more)
   */
  hold(lines: Readable, user: Verified, authorization: string, mustMay: (user: Verified) => void): void {
    if (lines.destroyed) return;
    this.#open.add(lines);
    const trust = new Trust({ ...this.#dependencies, mustMayConnect: mustMay }, user, authorization, null);
    const stop = this.#watch(lines, trust, mustMay);
    lines.once('close', () => {
      stop();
      this.#open.delete(lines);
    });
    if (this.#draining) end(lines);
  }

  /** Ends all; there are no more after it. */
  drain(): void {
    this.#draining = true;
    for (const lines of this.#open) end(lines);
  }

  #watch(lines: Readable, trust: Trust, mustMay: (user: Verified) => void): () => void {
    const { clock } = this.#dependencies;
    let cancel = (): void => undefined;
    const look = async (): Promise<void> => {
      try {
        await trust.renew();
        mustMay(trust.user);
      } catch (error) {
        // Nobody can say: asked again, as long as the token itself has not ended.
        if (problemOf(error).code !== 'UNAVAILABLE') return end(lines);
      }
      if (!lines.destroyed) wait();
    };
    const wait = (): void => {
      cancel = clock.after(Math.min(LONGEST_MS, Math.max(1, trust.lookAt - clock.now())), () => void look());
    };
    wait();
    return () => cancel();
  }
}

function end(lines: Readable): void {
  if (lines instanceof EventLines) lines.finish();
  else lines.destroy();
}
