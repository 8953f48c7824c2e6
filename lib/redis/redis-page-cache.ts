import type { ConnectionOptions } from 'node:tls';
import { SpanKind } from '@opentelemetry/api';
import { ATTR_DB_OPERATION_NAME, ATTR_DB_SYSTEM_NAME } from '@opentelemetry/semantic-conventions';
import { connectRedis } from './redis-connection.ts';
import type { PageCache } from '../ports/page-cache.ts';
import { asStep } from '../telemetry/tracing/current.ts';

export interface RedisPageCacheOptions {
  /** How long a request waits for Redis before it does without. ms */
  readonly timeoutMs?: number;
  /** How `rediss://…` is spoken to. */
  readonly tls?: ConnectionOptions | null;
  /** Told of what went wrong; the cache goes on by itself. */
  readonly onError: (error: Error) => void;
}

const TIMEOUT_MS = 50;
/** After a failure, how long nobody asks Redis at all: what is slow is not helped by more questions. */
const REST_MS = 1_000;
/** For the connection's own health; a request never waits this long. */
const COMMAND_TIMEOUT_MS = 2_000;
const PREFIX = 'library:page:';
/** Without the key, which names a user. */
const GET_STEP = {
  kind: SpanKind.CLIENT,
  attributes: { [ATTR_DB_SYSTEM_NAME]: 'redis', [ATTR_DB_OPERATION_NAME]: 'GET' },
};

/**
 * Pages in Redis, shared by all processes. Reads and writes that come together travel together. The server should be
 * allowed to evict (`maxmemory-policy volatile-lru`): every key of this cache has a time to live, no checkpoint has.
 */
export async function openRedisPageCache(
  address: string,
  { timeoutMs = TIMEOUT_MS, tls = null, onError }: RedisPageCacheOptions,
): Promise<PageCache> {
  const client = await connectRedis(address, {
    name: 'library pages',
    commandTimeoutMs: COMMAND_TIMEOUT_MS,
    autoPipelining: true,
    tls,
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
      const read = () =>
        new Promise<string | null>((resolve) => {
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
      return asStep('GET', GET_STEP, read);
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
