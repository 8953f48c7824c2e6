import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { LibraryFilter } from '../../../../lib/contract/library.ts';
import { filtersOf, literal, matches, titlePattern, type ListedGame } from '../../../../lib/library/library-filter.ts';
import { id } from '../../../playtime-rows.ts';

const NOW = Date.UTC(2026, 2, 15, 12);
const DAY = 86_400_000;

const status = fc.constantFrom('installed', 'not_installed', 'updating');
const source = fc.constantFrom('purchase', 'gift', 'family', 'subscription');

const game: fc.Arbitrary<ListedGame> = fc.record({
  gameId: fc.nat(99).map((n) => id(n, 'game')),
  title: fc.constant('Any'),
  source,
  acquiredAt: fc.constant(NOW),
  hidden: fc.boolean(),
  favorite: fc.boolean(),
  totalMs: fc.constant(0),
  lastPlayedAt: fc.option(fc.nat(40).map((days) => NOW - days * DAY)),
  status,
});

const filter: fc.Arbitrary<LibraryFilter> = fc.record(
  {
    status,
    hidden: fc.boolean(),
    favorite: fc.boolean(),
    source,
    played_within_days: fc.integer({ min: 1, max: 45 }),
  },
  { requiredKeys: [] },
);

const shows = (one: ListedGame, filters: readonly LibraryFilter[]): boolean =>
  filters.every((each) => matches(one, each, NOW));

describe('a filter of the library', () => {
  it('asks for all of its members at once', () => {
    fc.assert(
      fc.property(game, filter, (one, all) => {
        const members = Object.entries(all).map(([name, value]) => ({ [name]: value }));
        expect(matches(one, all, NOW)).toBe(members.every((member) => matches(one, member, NOW)));
      }),
    );
  });

  it('takes a day for 24 hours: played exactly so long ago still counts', () => {
    const [one] = fc.sample(game, 1);
    const played = (ago: number) => matches({ ...one!, lastPlayedAt: NOW - ago }, { played_within_days: 2 }, NOW);
    expect([played(0), played(2 * DAY), played(2 * DAY + 1)]).toEqual([true, true, false]);
    expect(matches({ ...one!, lastPlayedAt: null }, { played_within_days: 3660 }, NOW)).toBe(false);
  });

  it('leaves hidden games out unless it, or the category, asks for them', () => {
    const [one] = fc.sample(game, 1);
    const hidden = { ...one!, hidden: true };
    expect(shows(hidden, filtersOf({}, null))).toBe(false);
    expect(shows(hidden, filtersOf({ hidden: true }, null))).toBe(true);
    expect(shows(hidden, filtersOf({}, { hidden: true }))).toBe(true);
    expect(shows(hidden, filtersOf({ hidden: false }, { hidden: true }))).toBe(false);
    expect(shows({ ...hidden, hidden: false }, filtersOf({ hidden: false }, { hidden: true }))).toBe(false);
  });

  it('shows of a dynamic category what both the query and the saved filter let through', () => {
    fc.assert(
      fc.property(game, filter, filter, (one, query, saved) => {
        const both = shows(one, filtersOf(query, saved));
        const alone = matches(one, { ...query, hidden: query.hidden ?? saved.hidden ?? false }, NOW);
        expect(both).toBe(alone && matches(one, saved, NOW));
        // But for hidden games, which the query alone can ask for, it is a part of what the category shows by itself.
        if (both && !one.hidden) expect(shows(one, filtersOf(saved, null))).toBe(true);
      }),
    );
  });

  it('looks for the text itself, whatever signs are in it', () => {
    expect(titlePattern(String.raw`100%_\ x`)).toBe(String.raw`%100\%\_\\ x%`);
    fc.assert(
      fc.property(fc.string(), (text) => {
        // ILIKE's reading of the pattern, as PostgreSQL documents it: a backslash takes the next sign for itself.
        expect(literal(text).replaceAll(/\\([\\%_])/g, '$1')).toBe(text);
        expect(literal(text).replaceAll(/\\[\\%_]/g, '')).not.toMatch(/[\\%_]/);
      }),
    );
  });
});
