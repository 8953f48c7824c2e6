import { LRUCache } from 'lru-cache';
import type { PageCache } from '../ports/page-cache.ts';

export interface MemoryPageCacheOptions {
  /** Beyond it the pages asked for longest ago go. Two bytes a character are counted. */
  readonly maxBytes: number;
  /** Ms, from any origin, never back. */
  readonly monotonicNow?: () => number;
}

/** Pages in this process's memory: for one process, or in front of a cache that several share. */
export function memoryPageCache({ maxBytes, monotonicNow }: MemoryPageCacheOptions): PageCache {
  const pages = new LRUCache<string, string>({
    maxSize: maxBytes,
    sizeCalculation: (value, key) => 2 * (value.length + key.length),
    // Exact: asking the clock costs less than the library's timer a millisecond.
    ttlResolution: 0,
    ...(monotonicNow === undefined ? {} : { perf: { now: monotonicNow } }),
  });
  return {
    get: (key) => Promise.resolve(pages.get(key) ?? null),
    set: (key, value, ttlMs) => void pages.set(key, value, { ttl: ttlMs }),
    close: async () => pages.clear(),
  };
}
