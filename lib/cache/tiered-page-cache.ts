import type { PageCache } from '../ports/page-cache.ts';

/**
 * A cache of this process in front of one that all processes share: most pages are asked for where they were asked for
 * before, and then travel nowhere.
 *
 * @param nearTtlMs how long a page that was found in the shared cache stays in the near one
 */
export function tieredPageCache(near: PageCache, far: PageCache, nearTtlMs: number): PageCache {
  return {
    async get(key) {
      const page = await near.get(key);
      if (page !== null) return page;
      const shared = await far.get(key);
      if (shared !== null) near.set(key, shared, nearTtlMs);
      return shared;
    },
    set(key, value, ttlMs) {
      near.set(key, value, ttlMs);
      far.set(key, value, ttlMs);
    },
    async close() {
      await near.close();
      await far.close();
    },
  };
}
