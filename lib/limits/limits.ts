/**
 * What one caller may have of a gateway.
 *
 * - M1  Before anything is done for a request its address is counted, then its caller as soon as it is known.
 * - M2  Tokens that prove wrong are counted by address. Where there were too many, no new token is looked at: a signature
 *       costs more than all else of a request. Callers whose token was met before do not notice.
 * - M3  Each gateway counts for itself, in memory: of N gateways behind a balancer a caller may have up to N times as much.
 *       What a user may do at all is not decided here but by the user's actor.
 */
import { Buckets } from './buckets.ts';
import { clientNetworks, type NetworkOfClient } from './client-address.ts';
import { tooMuch } from './refusal.ts';
import type { Config } from '../config/config.ts';
import type { Caller } from '../contract/endpoint.ts';
import { LibraryError } from '../errors.ts';
import type { Clock } from '../ports/clock.ts';

/** What is rare and costs much. */
export const QUOTA_NAMES = ['uploads', 'exports', 'invitations'] as const;
export type QuotaName = (typeof QUOTA_NAMES)[number];
export const LIMIT_NAMES = ['address', 'user', 'service', 'failures', ...QUOTA_NAMES] as const;
export type LimitName = (typeof LIMIT_NAMES)[number];

/** Counts what was refused. */
export interface LimitMetrics {
  refused(limit: LimitName): void;
}

/** Each method answers with the refusal, or null when there is room. */
export interface Limits {
  readonly networkOf: NetworkOfClient;
  /** One request from this network has arrived. */
  arrived(network: string | null): LibraryError | null;
  /** `amount` requests' worth for this caller. */
  called(caller: Caller, amount?: number): LibraryError | null;
  /**
   * Looks at a token that is not known yet, and counts it when it proves wrong.
   *
   * @throws LibraryError RATE_LIMITED instead of looking at it, and what `verify` throws
   */
  verifying<Verified>(network: string | null, verify: () => Promise<Verified>): Promise<Verified>;
}

export interface LimitsDependencies {
  readonly rules: Config['limits'];
  readonly clock: Clock;
  readonly metrics: LimitMetrics;
  readonly notBelieved: (remote: string) => void;
}

const DETAILS: Readonly<Record<'address' | 'user' | 'service' | 'failures', string>> = {
  address: 'Too many requests come from this address',
  user: 'The user sends too many requests',
  service: 'The caller sends too many requests',
  failures: 'Too many tokens that came from this address were wrong',
};

export function createLimits({ rules, clock, metrics, notBelieved }: LimitsDependencies): Limits {
  const { keys, trustedProxies } = rules;
  const buckets = (perSecond: number, burst: number): Buckets | null =>
    perSecond === 0 ? null : new Buckets({ perSecond, burst, keys });
  const addresses = buckets(rules.addressPerSecond, rules.addressBurst);
  const users = buckets(rules.userPerSecond, rules.userBurst);
  const services = buckets(rules.servicePerSecond, rules.serviceBurst);
  const failures = buckets(rules.failuresPerSecond, rules.failuresBurst);

  function refusal(name: keyof typeof DETAILS, { rules: { perSecond, burst } }: Buckets, waitMs: number): LibraryError {
    metrics.refused(name);
    const windowSeconds = Math.max(1, Math.round(burst / perSecond));
    return tooMuch({ name, amount: burst, windowSeconds }, waitMs, DETAILS[name]);
  }

  return {
    networkOf: clientNetworks({ trustedProxies, notBelieved }),

    arrived(network) {
      if (addresses === null || network === null) return null;
      const wait = addresses.take(network, clock.now());
      return wait === 0 ? null : refusal('address', addresses, wait);
    },

    called({ userId, roles }, amount = 1) {
      const name = isStaff(roles) ? 'service' : 'user';
      const counted = name === 'service' ? services : users;
      if (counted === null) return null;
      const wait = counted.take(userId, clock.now(), amount);
      return wait === 0 ? null : refusal(name, counted, wait);
    },

    async verifying(network, verify) {
      if (failures === null || network === null) return verify();
      const wait = failures.look(network, clock.now());
      if (wait > 0) throw refusal('failures', failures, wait);
      try {
        return await verify();
      } catch (error) {
        if (error instanceof LibraryError && error.type === 'UNAUTHENTICATED') failures.take(network, clock.now());
        throw error;
      }
    },
  };
}

/** They work for many users at once. */
function isStaff(roles: Caller['roles']): boolean {
  return roles.some((role) => role !== 'user');
}
