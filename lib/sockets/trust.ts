import type { Verified } from '../auth/verifier.ts';
import { LibraryError } from '../errors.ts';
import { problemOf } from '../http/problem.ts';
import { authenticate, type Authentication } from '../limits/authenticate.ts';
import type { Clock } from '../ports/clock.ts';

export interface TrustContext extends Authentication {
  readonly clock: Clock;
  /** @throws LibraryError FORBIDDEN */
  readonly mustMayConnect: (user: Verified) => void;
}

/** How long to wait before the issuer is asked again that could not be, ms. */
const RETRY_MS = 5000;

/** Whom a socket speaks for, and until when that is believed. */
export class Trust {
  readonly #context: TrustContext;
  readonly #network: string | null;
  #user: Verified;
  /** As in the header; shared with the verifier's memory. */
  #authorization: string;
  #lookAt: number;
  /** Settles when it is known whether another token takes the place of this one; null: none was offered. */
  #replacing: Promise<unknown> | null = null;

  /** @param network where the socket comes from, as `Limits.networkOf` says: its wrong tokens are counted */
  constructor(context: TrustContext, user: Verified, authorization: string, network: string | null) {
    this.#context = context;
    this.#network = network;
    this.#user = user;
    this.#authorization = authorization;
    this.#lookAt = user.validUntil;
  }

  get user(): Verified {
    return this.#user;
  }

  /** When to `renew`, ms since the Unix epoch. */
  get lookAt(): number {
    return this.#lookAt;
  }

  holds(now: number): boolean {
    return this.#user.validUntil > now;
  }

  /**
   * Verifies the token anew.
   *
   * @throws LibraryError UNAUTHENTICATED: for good; UNAVAILABLE: nobody can say, though the token itself has not ended
   */
  async renew(): Promise<void> {
    const { verifier, clock } = this.#context;
    const authorization = this.#authorization;
    this.#lookAt = clock.now() + RETRY_MS;
    try {
      const user = verifier.cached(authorization) ?? (await verifier.verify(authorization));
      if (authorization === this.#authorization) this.#accept(user);
    } catch (error) {
      // Whoever offered another token in time goes on with that one.
      await this.#replacing?.catch(() => undefined);
      if (authorization !== this.#authorization) return;
      if (clock.now() < this.#user.expiresAt || problemOf(error).code === 'UNAUTHENTICATED') throw error;
      throw new LibraryError('UNAUTHENTICATED', 'The token has expired');
    }
  }

  /**
   * Goes on with another token of the same user.
   *
   * @throws LibraryError UNAUTHENTICATED, FORBIDDEN, RATE_LIMITED, UNAVAILABLE: the one before stays
   */
  async replace(token: string): Promise<void> {
    const replacing = this.#replace(`Bearer ${token}`);
    this.#replacing = replacing;
    try {
      await replacing;
    } finally {
      if (this.#replacing === replacing) this.#replacing = null;
    }
  }

  async #replace(authorization: string): Promise<void> {
    const user = await authenticate(this.#context, authorization, this.#network);
    if (user.userKey !== this.#user.userKey) throw new LibraryError('FORBIDDEN', 'The token is of another user');
    this.#context.mustMayConnect(user);
    this.#authorization = authorization;
    this.#accept(user);
  }

  #accept(user: Verified): void {
    this.#user = user;
    this.#lookAt = user.validUntil;
  }
}
