import { connectRedis } from './redis-connection.ts';
import type { PageCache } from '../ports/page-cache.ts';

export interface RedisPageCacheOptions {
  /** How long a request waits for Redis before it does without. ms */
  readonly timeoutMs?: number;
  /** Told of what went wrong; the cache goes on by itself. */
  readonly onError: (error: Error) => void;
}

const TIMEOUT_MS = 50;
/** After a failure, how long nobody asks Redis at all: what is slow is not helped by more questions. */
const REST_MS = 1_000;
/** For the connection's own health; a request never waits this long. */
const COMMAND_TIMEOUT_MS = 2_000;
const PREFIX = 'library:page:';

/**
 * Pages in Redis, shared by all processes. Reads and writes that come together travel together. The server should be
 * allowed to evict (`maxmemory-policy volatile-lru`): every key of this cache has a time to live, no checkpoint has.
 */
export async function openRedisPageCache(
  address: string,
  { timeoutMs = TIMEOUT_MS, onError }: RedisPageCacheOptions,
): Promise<PageCache> {
  const client = await connectRedis(address, {
    name: 'library pages',
    commandTimeoutMs: COMMAND_TIMEOUT_MS,
    autoPipelining: true,
    onError,
  });
  let restsUntil = 0;
  const resting = (): boolean => performance.now() < restsUntil;
  const rest = (error: Error): null => {
    if (!resting()) onError(error);
    restsUntil = performance.now() + REST_MS;
    return null;
  };
  return {
    get(key) {
      if (resting() || client.status !== 'ready') return Promise.resolve(null);
      return new Promise((resolve) => {
        let answered = false;
        const giveUp = (): void => {
          if (!answered) resolve(rest(new Error(`no answer from the page cache within ${timeoutMs} ms`)));
        };
        // One turn later: when it was this process that was busy, the answer is there and is read first.
        const timer = setTimeout(() => setImmediate(giveUp), timeoutMs);
        client
          .get(PREFIX + key)
          .then(resolve, (error: unknown) => resolve(rest(asError(error))))
          .finally(() => {
            answered = true;
            clearTimeout(timer);
          });
      });
    },
    set(key, value, ttlMs) {
      if (resting() || client.status !== 'ready') return;
      client.set(PREFIX + key, value, 'PX', ttlMs).catch((error: unknown) => rest(asError(error)));
    },
    async close() {
      client.disconnect();
      return Promise.resolve();
    },
  };
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
