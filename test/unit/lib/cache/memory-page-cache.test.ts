import { describe, expect, it } from '@jest/globals';
import { memoryPageCache } from '../../../../lib/cache/memory-page-cache.ts';

describe('the page cache in memory', () => {
  it('lets go of the pages asked for longest ago when it is full, counted in bytes', async () => {
    const cache = memoryPageCache({ maxBytes: 2_100 });
    for (const name of ['a', 'b', 'c']) cache.set(name, 'x'.repeat(300), 60_000);
    await cache.get('a');
    cache.set('d', 'x'.repeat(300), 60_000);
    const kept = await Promise.all(['a', 'b', 'c', 'd'].map((name) => cache.get(name)));
    expect(kept.map((page) => page !== null)).toEqual([true, false, true, true]);
  });

  it('does without a page that is larger than itself', async () => {
    const cache = memoryPageCache({ maxBytes: 100 });
    cache.set('a', 'x'.repeat(300), 60_000);
    expect(await cache.get('a')).toBeNull();
  });
});
