import { beforeEach, describe, expect, it } from '@jest/globals';
import { memoryPageCache } from '../../../../lib/cache/memory-page-cache.ts';
import { createUserPages, PAGE_TTL_MS, type UserPages } from '../../../../lib/cache/user-pages.ts';
import type { SqlExecutor } from '../../../../lib/db/database.ts';
import type { PageCache } from '../../../../lib/ports/page-cache.ts';
import { id } from '../../../playtime-rows.ts';

const ME = id(1, 'user');
const YOU = id(2, 'user');

describe('pages of a user', () => {
  let now: number;
  let revisions: Map<string, number>;
  let statements: string[][];
  let looks: boolean[];
  let built: number;
  let content: string;
  let pages: UserPages;

  const page = (userId = ME, query: Record<string, unknown> = {}, name = 'list') =>
    pages({ userId, name, query, build: async () => ({ content, built: (built += 1) }) });
  const open = (cache: PageCache) => {
    const executor = {
      async query(_text: string, parameters?: readonly unknown[]) {
        const ids = parameters?.[0] as string[];
        statements.push(ids);
        const rows = ids
          .filter((each) => revisions.has(each))
          .map((user_id) => ({ user_id, revision: revisions.get(user_id) }));
        return { rows, rowCount: rows.length };
      },
    } as unknown as SqlExecutor;
    const clock = { now: () => now, after: () => () => undefined };
    pages = createUserPages({ executor, cache, clock, looked: (found) => looks.push(found) });
  };

  beforeEach(() => {
    now = Date.UTC(2026, 2, 15, 12);
    revisions = new Map();
    statements = [];
    looks = [];
    built = 0;
    content = 'games';
    open(memoryPageCache({ maxBytes: 1_000_000 }));
  });

  it('are built once while nothing changes, for queries that say the same', async () => {
    const first = await page(ME, { sort: 'title', limit: 50 });
    expect(JSON.parse(first.json)).toEqual({ content: 'games', built: 1 });
    expect(await page(ME, { limit: 50, sort: 'title' })).toEqual(first);
    expect(looks).toEqual([false, true]);
  });

  it('are built anew after a change of the user’s data, and only of that user’s', async () => {
    await page(ME);
    await page(YOU);
    revisions.set(ME, 1);
    content = 'more games';
    expect(JSON.parse((await page(ME)).json)).toMatchObject({ content: 'more games' });
    expect(JSON.parse((await page(YOU)).json)).toMatchObject({ content: 'games' });
    expect(built).toBe(3);
  });

  it('differ by user, endpoint, query and UTC day', async () => {
    await page();
    await page(YOU);
    await page(ME, {}, 'achievements');
    await page(ME, { q: 'x' });
    now += 12 * 3_600_000;
    await page();
    expect(built).toBe(5);
  });

  it('show a catalogue that is a minute old at most, however the page was passed on', async () => {
    const kept = new Map<string, string>();
    // Keeps for good, as a row of caches that pass a page on to each other would.
    open({
      get: async (key) => kept.get(key) ?? null,
      set: (key, value) => void kept.set(key, value),
      close: async () => {},
    });
    const old = await page();
    now += PAGE_TTL_MS - 1;
    expect(await page()).toEqual(old);
    now += 1;
    content = 'new titles';
    const fresh = await page();
    expect(JSON.parse(fresh.json)).toMatchObject({ content: 'new titles' });
    expect(fresh.etag).not.toBe(old.etag);
  });

  it('have an ETag that stands for the content: the same content, the same tag', async () => {
    const fixed = (revision: number) => {
      revisions.set(ME, revision);
      return pages({ userId: ME, name: 'list', query: {}, build: async () => ({ items: [] }) });
    };
    const [first, second] = [await fixed(1), await fixed(2)];
    expect(second.etag).toBe(first.etag);
    expect(first.etag).toMatch(/^[\w-]{43}$/);
  });

  it('are built once for all who miss the same page at once', async () => {
    const all = await Promise.all(Array.from({ length: 20 }, () => page()));
    expect(built).toBe(1);
    expect(new Set(all.map(({ json }) => json)).size).toBe(1);
  });

  it('are tried again after a build that failed, which fails for those who waited for it', async () => {
    const failing = () =>
      pages({
        userId: ME,
        name: 'list',
        query: {},
        build: async () => {
          throw new Error('no database');
        },
      });
    await expect(Promise.all([failing(), failing()])).rejects.toThrow('no database');
    expect(JSON.parse((await page()).json)).toMatchObject({ built: 1 });
  });

  it('ask for the revisions of all requests that come together with one statement', async () => {
    await Promise.all([page(ME), page(YOU), page(ME, { q: 'x' })]);
    expect(statements).toEqual([[ME, YOU]]);
  });

  it('are not served at all when the revision cannot be read', async () => {
    await page();
    const executor = { query: () => Promise.reject(new Error('database away')) } as unknown as SqlExecutor;
    const clock = { now: () => now, after: () => () => undefined };
    pages = createUserPages({ executor, cache: memoryPageCache({ maxBytes: 1_000_000 }), clock });
    await expect(page()).rejects.toThrow('database away');
  });
});
