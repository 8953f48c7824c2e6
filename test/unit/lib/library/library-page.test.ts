import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { LibraryQuery } from '../../../../lib/contract/library.ts';
import { LibraryError } from '../../../../lib/errors.ts';
import { libraryPage, type OwnedGame } from '../../../../lib/library/library-items.ts';
import { id } from '../../../playtime-rows.ts';

const NOW = Date.UTC(2026, 2, 15, 12);
const DAY = 86_400_000;

function game(n: number, more: Partial<OwnedGame> = {}): OwnedGame {
  return {
    gameId: id(n, 'game'),
    title: `Game ${n}`,
    developer: null,
    publisher: null,
    coverUrl: null,
    genres: [],
    source: 'purchase',
    acquiredAt: NOW,
    hidden: false,
    favorite: false,
    notes: null,
    totalMs: 0,
    recentMs: 0,
    lastPlayedAt: null,
    ...more,
  };
}

const query = (more: Partial<LibraryQuery> = {}): LibraryQuery => ({
  hidden: false,
  sort: 'title',
  order: 'asc',
  limit: 50,
  ...more,
});
const titles = (games: readonly OwnedGame[], more: Partial<LibraryQuery> = {}) =>
  libraryPage(games, query(more), NOW).items.map(({ title }) => title);

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

  it('holds what every filter asks for', () => {
    const games = [
      game(1, { favorite: true }),
      game(2, { hidden: true }),
      game(3, { source: 'gift', lastPlayedAt: NOW - 2 * DAY }),
    ];
    expect(titles(games)).toEqual(['Game 1', 'Game 3']);
    expect(titles(games, { hidden: true })).toEqual(['Game 2']);
    expect(titles(games, { favorite: true })).toEqual(['Game 1']);
    expect(titles(games, { favorite: false })).toEqual(['Game 3']);
    expect(titles(games, { source: 'gift' })).toEqual(['Game 3']);
    expect(titles(games, { q: 'aME 3' })).toEqual(['Game 3']);
    expect(titles(games, { played_within_days: 2 })).toEqual(['Game 3']);
    expect(titles(games, { played_within_days: 1 })).toEqual([]);
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
        const whole = libraryPage(games, query({ sort: by, order: direction }), NOW).items;
        const collected: OwnedGame[] = [];
        let cursor: string | null = null;
        do {
          const page = libraryPage(
            games,
            query({ sort: by, order: direction, limit, ...(cursor === null ? {} : { cursor }) }),
            NOW,
          );
          collected.push(...page.items);
          cursor = page.nextCursor;
        } while (cursor !== null);
        expect(collected).toEqual(whole);
        expect(collected).toHaveLength(games.length);
      }),
    );
  });

  it('stays in step when games come and go between two pages', () => {
    const games = [game(1), game(3), game(5)];
    const first = libraryPage(games, query({ limit: 2 }), NOW);
    const later = [game(2), game(4), game(5), game(1)];
    expect(titles(later, { limit: 9, cursor: first.nextCursor! })).toEqual(['Game 4', 'Game 5']);
  });

  it('refuses the cursor of another order', () => {
    const { nextCursor } = libraryPage([game(1), game(2)], query({ limit: 1 }), NOW);
    for (const more of [{ order: 'desc' as const }, { sort: 'playtime' as const }]) {
      const turnOver = () => libraryPage([], query({ ...more, cursor: nextCursor! }), NOW);
      expect(turnOver).toThrow(LibraryError);
      expect(turnOver).toThrow('cursor: not the next_cursor of this list');
    }
  });
});
