import { afterEach, beforeEach, expect, it } from '@jest/globals';
import type { PageCache } from '../../lib/ports/page-cache.ts';

export interface PageCacheBench {
  readonly cache: PageCache;
  /** Another process's view of it, or the same where there is only one. */
  readonly other: PageCache;
  /** Lets so much of the pages' time pass. */
  elapse(ms: number): Promise<void>;
  dispose(): Promise<void>;
}

/** What every cache of pages guarantees (`lib/ports/page-cache.ts`). Call it within a `describe`. */
export function pageCacheSuite(open: () => Promise<PageCacheBench>): void {
  let bench: PageCacheBench;
  beforeEach(async () => {
    bench = await open();
  });
  afterEach(() => bench.dispose());

  it('has nothing under a name that nothing was set under', async () => {
    expect(await bench.cache.get('never')).toBeNull();
  });

  it('answers with what was set under the very name, whoever set it', async () => {
    bench.cache.set('a', 'page a', 1_000);
    bench.cache.set('b', 'Straße — «Ведьмак» 🎮', 1_000);
    expect(await bench.cache.get('a')).toBe('page a');
    expect(await bench.cache.get('b')).toBe('Straße — «Ведьмак» 🎮');
    expect(await bench.other.get('a')).toBe('page a');
    expect(await bench.cache.get('A')).toBeNull();
  });

  it('answers with what was set last', async () => {
    bench.cache.set('a', 'first', 1_000);
    bench.cache.set('a', 'second', 1_000);
    expect(await bench.cache.get('a')).toBe('second');
  });

  it('keeps a page for its time and no longer', async () => {
    bench.cache.set('short', 'page', 10_000);
    bench.cache.set('long', 'page', 30_000);
    await bench.elapse(5_000);
    expect(await bench.cache.get('short')).toBe('page');
    await bench.elapse(5_001);
    expect(await bench.cache.get('short')).toBeNull();
    expect(await bench.cache.get('long')).toBe('page');
  });

  it('keeps a large page whole', async () => {
    const large = 'x€'.repeat(200_000);
    bench.cache.set('large', large, 1_000);
    expect(await bench.cache.get('large')).toBe(large);
  });

  it('answers many that ask at once, each with its own', async () => {
    const names = Array.from({ length: 300 }, (_, n) => `page ${n}`);
    for (const name of names) bench.cache.set(name, `of ${name}`, 10_000);
    const pages = await Promise.all(names.map((name) => bench.cache.get(name)));
    expect(pages).toEqual(names.map((name) => `of ${name}`));
  });
}
