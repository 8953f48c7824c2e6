import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { startRedis } from '../../../scripts/servers/redis.ts';
import type { PrivateServer } from '../../../scripts/servers/server.ts';
import type { PageCache } from '../../../lib/ports/page-cache.ts';
import { openRedisPageCache } from '../../../lib/redis/redis-page-cache.ts';
import { describeWithPrivateServer, started } from '../../servers.ts';

const TIMEOUT_MS = 200;

describeWithPrivateServer('Redis', 'the page cache when Redis fails', () => {
  let server: PrivateServer;
  let cache: PageCache;
  let errors: string[];

  beforeEach(async () => {
    errors = [];
    server = started(await startRedis());
    cache = await openRedisPageCache(server.address, {
      timeoutMs: TIMEOUT_MS,
      onError: (error) => errors.push(error.message),
    });
  });
  afterEach(async () => {
    await cache.close();
    await server.stop();
  });

  const timed = async (work: () => Promise<unknown>): Promise<number> => {
    const began = performance.now();
    await work();
    return performance.now() - began;
  };

  it('has no pages while Redis is down, says so at once, and has pages again when it is back', async () => {
    cache.set('a', 'page', 60_000);
    expect(await cache.get('a')).toBe('page');
    await server.process.kill('SIGKILL');
    for (let n = 0; n < 20; n += 1) {
      expect(await cache.get('a')).toBeNull();
      cache.set('a', 'page', 60_000);
    }
    await server.process.start();
    let found: string | null = null;
    while (found === null) {
      cache.set('b', 'again', 60_000);
      found = await cache.get('b');
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(found).toBe('again');
  });

  it('keeps one request waiting for a frozen Redis no longer than its time-out, and the next ones not at all', async () => {
    await server.process.kill('SIGSTOP');
    try {
      expect(await timed(() => cache.get('a'))).toBeGreaterThanOrEqual(TIMEOUT_MS - 5);
      const many = await timed(() => Promise.all(Array.from({ length: 100 }, () => cache.get('a'))));
      expect(many).toBeLessThan(TIMEOUT_MS / 2);
      expect(errors).toEqual([`no answer from the page cache within ${TIMEOUT_MS} ms`]);
    } finally {
      await server.process.kill('SIGCONT');
    }
  });

  it('opens while there is no Redis, and serves without', async () => {
    await server.process.kill('SIGKILL');
    const alone = await openRedisPageCache(server.address, { onError: () => undefined });
    expect(await alone.get('a')).toBeNull();
    await alone.close();
  });
});
