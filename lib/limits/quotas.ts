import { createHash } from 'node:crypto';
import { RateLimiterMemory, RateLimiterRedis, RateLimiterRes, type RateLimiterAbstract } from 'rate-limiter-flexible';
import type { QuotaName } from './limits.ts';
import { tooMuch } from './refusal.ts';
import type { Config } from '../config/config.ts';
import type { LibraryError } from '../errors.ts';
import { connectRedis } from '../redis/redis-connection.ts';

/** What a user may do of what is rare and costs much, counted by the hour. */
export interface Quotas {
  /** Takes one; resolves with the refusal, or null when there was one left. Never rejects. */
  take(name: QuotaName, userId: string): Promise<LibraryError | null>;
  close(): Promise<void>;
}

export interface QuotasDependencies {
  readonly rules: Config['limits'];
  /** How to reach the Redis in which all gateways count; null: this one counts for itself. */
  readonly redis: Parameters<typeof connectRedis> | null;
  /** Told when this gateway counts for itself because Redis does not answer. */
  readonly failed: (error: unknown) => void;
  readonly refused: (name: QuotaName) => void;
}

const HOUR_SECONDS = 3600;
const PREFIX = 'library:quota';
const DETAILS: Readonly<Record<QuotaName, string>> = {
  uploads: 'The user has asked for too many upload URLs within an hour',
  exports: 'The user has asked for too many exports within an hour',
  invitations: 'The user has sent too many invitations within an hour',
};

/** Counts outlive the user by an hour at most: they must not name one who was erased meanwhile. */
export function keyOf(userId: string): string {
  return createHash('sha256').update(userId).digest('base64url');
}

/**
 * Here the well-kept library is the right one: a request in thousands passes, so its promise and its timer cost nothing.
 * While Redis is away each gateway counts for itself: a store that is down must not take the saves of players with it.
 */
export async function openQuotas({ rules, redis, failed, refused }: QuotasDependencies): Promise<Quotas> {
  const amounts: Readonly<Record<QuotaName, number>> = {
    uploads: rules.uploadsPerHour,
    exports: rules.exportsPerHour,
    invitations: rules.invitationsPerHour,
  };
  const client = redis === null ? null : await connectRedis(...redis);
  const limiters = new Map<
    QuotaName,
    { readonly near: RateLimiterAbstract; readonly far: RateLimiterAbstract | null }
  >();
  for (const [name, points] of Object.entries(amounts) as [QuotaName, number][]) {
    if (points === 0) continue;
    const options = { keyPrefix: `${PREFIX}:${name}`, points, duration: HOUR_SECONDS };
    const far = client && new RateLimiterRedis({ ...options, storeClient: client, rejectIfRedisNotReady: true });
    limiters.set(name, { near: new RateLimiterMemory(options), far });
  }

  /** How long until there is one left, ms; 0: there was. */
  async function waitOf(limiter: RateLimiterAbstract, userId: string): Promise<number> {
    try {
      await limiter.consume(keyOf(userId));
      return 0;
    } catch (error) {
      if (error instanceof RateLimiterRes) return Math.max(1, error.msBeforeNext);
      throw error;
    }
  }

  return {
    async take(name, userId) {
      const limiter = limiters.get(name);
      if (limiter === undefined) return null;
      const { near, far } = limiter;
      let waitMs: number;
      try {
        waitMs = await waitOf(far ?? near, userId);
      } catch (error) {
        failed(error);
        waitMs = await waitOf(near, userId);
      }
      if (waitMs === 0) return null;
      refused(name);
      return tooMuch({ name, amount: amounts[name], windowSeconds: HOUR_SECONDS }, waitMs, DETAILS[name]);
    },
    async close() {
      client?.disconnect();
      return Promise.resolve();
    },
  };
}
