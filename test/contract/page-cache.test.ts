import { describe } from '@jest/globals';
import { Redis } from 'ioredis';
import { memoryPageCache } from '../../lib/cache/memory-page-cache.ts';
import { tieredPageCache } from '../../lib/cache/tiered-page-cache.ts';
import { openRedisPageCache } from '../../lib/redis/redis-page-cache.ts';
import { describeWithServer } from '../servers.ts';
import { pageCacheSuite } from './page-cache.suite.ts';

const MAX_BYTES = 16 * 1024 * 1024;

/** A cache in memory, and a hand on its clock. */
function inMemory() {
  let now = 1;
  const cache = memoryPageCache({ maxBytes: MAX_BYTES, monotonicNow: () => now });
  return { cache, elapse: async (ms: number) => void (now += ms) };
}

describe('the page cache in memory', () => {
  pageCacheSuite(async () => {
    const { cache, elapse } = inMemory();
    return { cache, other: cache, elapse, dispose: () => cache.close() };
  });
});

describe('a page cache in front of another', () => {
  pageCacheSuite(async () => {
    const [near, otherNear, far] = [inMemory(), inMemory(), inMemory()];
    return {
      cache: tieredPageCache(near.cache, far.cache, 1_000),
      other: tieredPageCache(otherNear.cache, far.cache, 1_000),
      elapse: async (ms) => {
        for (const each of [near, otherNear, far]) await each.elapse(ms);
      },
      dispose: () => far.cache.close(),
    };
  });
});

describeWithServer('Redis', 'the page cache in Redis', (address) => {
  pageCacheSuite(async () => {
    const fail = (error: Error): void => {
      throw error;
    };
    // Patient, lest a slow machine looks like a fault.
    const cache = await openRedisPageCache(address, { timeoutMs: 4_000, onError: fail });
    const other = await openRedisPageCache(address, { timeoutMs: 4_000, onError: fail });
    const client = new Redis(address);
    await removeAll(client);
    return {
      cache,
      other,
      elapse: async (ms) => {
        // On their way before it, so there when it is answered.
        await cache.get('anything');
        for (const key of await client.keys('library:page:*')) {
          await client.pexpire(key, (await client.pttl(key)) - ms);
        }
      },
      dispose: async () => {
        await removeAll(client);
        client.disconnect();
        await cache.close();
        await other.close();
      },
    };
  });
});

async function removeAll(client: Redis): Promise<void> {
  const keys = await client.keys('library:page:*');
  if (keys.length > 0) await client.del(keys);
}
