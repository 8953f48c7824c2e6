import DataLoader from 'dataloader';
import { LRUCache } from 'lru-cache';
import { ACCOUNTS_AT_ONCE, type AccountClient } from './account-client.ts';
import type { AccountProfiles, Profile } from './account-profiles.ts';
import { LibraryError } from '../errors.ts';
import { before } from '../grpc/deadline.ts';
import { DeadlineExceeded } from '../grpc/status.ts';
import type { Account, AccountDirectory } from '../ports/account-directory.ts';
import type { Clock } from '../ports/clock.ts';

export interface RememberedAccountsDeps {
  readonly client: AccountClient;
  readonly profiles: AccountProfiles;
  readonly clock: Clock;
  /** How old an answer may be while Account answers, ms. */
  readonly freshMs: number;
  /** Told of what went wrong and was made do without. */
  readonly failed: (error: unknown) => void;
}

/** Some hundred bytes each. */
const REMEMBERED = 20_000;
/** What nobody asked about for a day is only in the database. */
const FORGOTTEN_MS = 86_400_000;
/** Of a question to Account that several wait for together. */
const PATIENCE_MS = 3000;
/** A list is not held up for names. */
const NAMES_WAIT_MS = 300;
const RETRY_AFTER_MS = 1000;

/**
 * Account behind two memories: this process's and the database's. Each is used as it is while it is fresh; after that
 * Account is asked, and an old answer is better than none when Account does not.
 */
export function rememberedAccounts(deps: RememberedAccountsDeps): AccountDirectory {
  const { client, profiles, clock, freshMs, failed } = deps;
  const near = new LRUCache<string, Profile>({ max: REMEMBERED, ttl: FORGOTTEN_MS });
  const isFresh = (profile: Profile | undefined): boolean =>
    profile !== undefined && profile.fetchedAt + freshMs > clock.now();

  const loader = new DataLoader<string, Account | null>(
    async (userIds) => {
      const found = await client.fetch(userIds, clock.now() + PATIENCE_MS);
      await remember(userIds, found);
      return userIds.map((userId) => found.get(userId) ?? null);
    },
    { cache: false, maxBatchSize: ACCOUNTS_AT_ONCE, batchScheduleFn: setImmediate },
  );

  async function remember(asked: readonly string[], found: ReadonlyMap<string, Account>): Promise<void> {
    const fetchedAt = clock.now();
    for (const account of found.values()) near.set(account.userId, { account, fetchedAt });
    const gone = asked.filter((userId) => !found.has(userId));
    for (const userId of gone) near.delete(userId);
    try {
      if (found.size > 0) await profiles.keep([...found.values()], fetchedAt);
      if (gone.length > 0) await profiles.forget(gone);
    } catch (error) {
      failed(error);
    }
  }

  /** What is remembered of them, however old; the database is asked for what this process has not fresh. */
  async function remembered(userIds: readonly string[]): Promise<ReadonlyMap<string, Profile>> {
    const known = new Map<string, Profile>();
    for (const userId of userIds) {
      const profile = near.get(userId);
      if (profile !== undefined) known.set(userId, profile);
    }
    const rest = userIds.filter((userId) => !isFresh(known.get(userId)));
    if (rest.length === 0) return known;
    try {
      for (const [userId, profile] of await profiles.read(rest)) {
        if (profile.fetchedAt <= (known.get(userId)?.fetchedAt ?? 0)) continue;
        known.set(userId, profile);
        near.set(userId, profile);
      }
    } catch (error) {
      failed(error);
    }
    return known;
  }

  return {
    async find(userId, deadline) {
      const profile = (await remembered([userId])).get(userId);
      if (profile !== undefined && isFresh(profile)) return profile.account;
      try {
        return await before(clock, deadline, loader.load(userId));
      } catch (error) {
        if (profile === undefined) throw error instanceof DeadlineExceeded ? tooLate(error) : error;
        failed(error);
        return profile.account;
      }
    },

    async known(userIds, deadline) {
      const profiled = await remembered(userIds);
      const accounts = new Map([...profiled].map(([userId, { account }]) => [userId, account]));
      const until = Math.min(deadline, clock.now() + NAMES_WAIT_MS);
      const stale = userIds.filter((userId) => !isFresh(profiled.get(userId)));
      await Promise.all(
        stale.map(async (userId) => {
          try {
            const account = await before(clock, until, loader.load(userId));
            if (account === null) accounts.delete(userId);
            else accounts.set(userId, account);
          } catch (error) {
            failed(error);
          }
        }),
      );
      return accounts;
    },
  };
}

function tooLate(cause: DeadlineExceeded): LibraryError {
  const error = new LibraryError('UNAVAILABLE', 'The Account service did not answer in time', {
    retryAfterMs: RETRY_AFTER_MS,
  });
  error.cause = cause;
  return error;
}
