/**
 * Keeps ready-made pages for a short time. A key stands for one content for good (it holds the revision of the data), so
 * nothing is ever taken out because it changed. What every implementation guarantees (`test/contract/page-cache.suite.ts`):
 *
 * - P1  `get` answers with what was set under this very key, or with null; never after `ttlMs`, never by rejecting.
 * - P2  A cache that is away or slow costs a request a short moment at most, and most requests nothing.
 * - P3  `set` never throws and is not waited for: what it could not keep is built again.
 */
export interface PageCache {
  get(key: string): Promise<string | null>;
  set(key: string, value: string, ttlMs: number): void;
  close(): Promise<void>;
}
