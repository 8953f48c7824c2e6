import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { LibraryQuery } from '../../../../lib/contract/library.ts';
import { LibraryError } from '../../../../lib/errors.ts';
import type { ListedGame } from '../../../../lib/library/library-filter.ts';
import { compareTitles, libraryPage as pageOf, placed } from '../../../../lib/library/library-page.ts';
import { id } from '../../../playtime-rows.ts';

const NOW = Date.UTC(2026, 2, 15, 12);
const DAY = 86_400_000;

function game(n: number, more: Partial<ListedGame> = {}): ListedGame {
  return {
    gameId: id(n, 'game'),
    title: `Game ${n}`,
    source: 'purchase',
    acquiredAt: NOW,
    hidden: false,
    favorite: false,
    totalMs: 0,
    lastPlayedAt: null,
    status: 'not_installed',
    ...more,
  };
}

const query = (more: Partial<LibraryQuery> = {}): LibraryQuery => ({
  sort: 'title',
  order: 'asc',
  limit: 50,
  ...more,
});
const libraryPage = (games: readonly ListedGame[], asked: LibraryQuery) => {
  const { gameIds, nextCursor } = pageOf(
    games.map((one) => placed(one, asked.sort)),
    asked,
  );
  return { items: gameIds.map((gameId) => games.find((one) => one.gameId === gameId)!), nextCursor };
};
const titles = (games: readonly ListedGame[], more: Partial<LibraryQuery> = {}) =>
  libraryPage(games, query(more)).items.map(({ title }) => title);

describe('a page of the library', () => {
  it('is sorted as people count and spell', () => {
    const games = [game(1, { title: 'Game 10' }), game(2, { title: 'game 9' }), game(3, { title: 'Éclair' })];
    expect(titles(games)).toEqual(['Éclair', 'game 9', 'Game 10']);
    expect(titles(games, { order: 'desc' })).toEqual(['Game 10', 'game 9', 'Éclair']);
  });

  it('puts what was never played last of the most recently played', () => {
    const games = [game(1), game(2, { lastPlayedAt: NOW - DAY }), game(3, { lastPlayedAt: NOW })];
    expect(titles(games, { sort: 'last_played_at', order: 'desc' })).toEqual(['Game 3', 'Game 2', 'Game 1']);
  });

  it('goes on after the last item: all pages together are the whole list, once, in every order', () => {
    const some = fc
      .array(fc.tuple(fc.constantFrom('a', 'A', 'b', 'b2', 'b10', ''), fc.nat(3), fc.option(fc.nat(3))), {
        maxLength: 12,
      })
      .map((all) =>
        all.map(([title, totalMs, lastPlayedAt], n) => game(n, { title, totalMs, lastPlayedAt, acquiredAt: totalMs })),
      );
    const sort = fc.constantFrom('title', 'acquired_at', 'last_played_at', 'playtime');
    const order = fc.constantFrom('asc', 'desc');
    fc.assert(
      fc.property(some, sort, order, fc.integer({ min: 1, max: 5 }), (games, by, direction, limit) => {
        const whole = libraryPage(games, query({ sort: by, order: direction })).items;
        const collected: ListedGame[] = [];
        let cursor: string | null = null;
        do {
          const page = libraryPage(
            games,
            query({ sort: by, order: direction, limit, ...(cursor === null ? {} : { cursor }) }),
          );
          collected.push(...page.items);
          cursor = page.nextCursor;
        } while (cursor !== null);
        expect(collected).toEqual(whole);
        expect(collected).toHaveLength(games.length);
      }),
    );
  });

  it('repeats nothing and hides nothing that stayed, whatever comes and goes between two pages', () => {
    const key = fc.record({ title: fc.constantFrom('a', 'B', 'b2', 'b10'), totalMs: fc.nat(3), acquiredAt: fc.nat(3) });
    const all = fc.array(key, { minLength: 1, maxLength: 14 }).map((keys) => keys.map((more, n) => game(n + 1, more)));
    // What is in the library while each page is read: one bit a game.
    const presence = fc.array(fc.bigInt(0n, 2n ** 14n - 1n), { minLength: 20, maxLength: 20 });
    const sort = fc.constantFrom('title', 'acquired_at', 'playtime');
    const order = fc.constantFrom('asc', 'desc');
    fc.assert(
      fc.property(all, presence, sort, order, fc.integer({ min: 1, max: 4 }), (games, masks, by, direction, limit) => {
        const seen: string[] = [];
        let stayed = games;
        let cursor: string | null = null;
        let page = 0;
        do {
          const there = games.filter((_, n) => ((masks[page] ?? 0n) >> BigInt(n)) & 1n);
          stayed = stayed.filter((one) => there.includes(one));
          const asked = query({ sort: by, order: direction, limit, ...(cursor === null ? {} : { cursor }) });
          const { items, nextCursor } = libraryPage(there, asked);
          seen.push(...items.map(({ gameId }) => gameId));
          cursor = nextCursor;
          page += 1;
        } while (cursor !== null);
        expect(new Set(seen).size).toBe(seen.length);
        expect(stayed.filter(({ gameId }) => !seen.includes(gameId))).toEqual([]);
      }),
    );
  });

  it('takes no short way that leads elsewhere: titles are in the order of the collator', () => {
    const collator = new Intl.Collator('en', { numeric: true });
    const letters = fc.constantFrom(..."abzé2 10-\u0301ßяa̧ø'", 'ae', 'æ');
    const title = fc.oneof(
      fc.array(letters, { maxLength: 5 }).map((parts) => parts.join('')),
      fc.string({ unit: 'grapheme', maxLength: 6 }),
    );
    fc.assert(
      fc.property(title, title, title, (start, a, b) => {
        const [left, right] = [(start + a).toLowerCase(), (start + b).toLowerCase()];
        const expected = Math.sign(collator.compare(left, right)) || (left < right ? -1 : Number(left > right));
        expect(Math.sign(compareTitles(left, right))).toBe(expected);
      }),
      { numRuns: 5_000 },
    );
  });

  it('refuses the cursor of another order', () => {
    const { nextCursor } = libraryPage([game(1), game(2)], query({ limit: 1 }));
    for (const more of [{ order: 'desc' as const }, { sort: 'playtime' as const }]) {
      const turnOver = () => libraryPage([], query({ ...more, cursor: nextCursor! }));
      expect(turnOver).toThrow(LibraryError);
      expect(turnOver).toThrow('cursor: not the next_cursor of this list');
    }
  });
});
