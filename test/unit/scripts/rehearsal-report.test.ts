import { describe, expect, it } from '@jest/globals';
import { brokenPromises, lostSeconds, reportOf, type Rehearsed } from '../../../scripts/rehearse-restore/report.ts';
import type { PlaytimeStats } from '../../../lib/contract/playtime.ts';

const sound: Rehearsed = {
  before: new Map([['wishlists', '3 rows, abc']]),
  after: new Map([['wishlists', '3 rows, abc']]),
  losses: [{ game: 'game', seconds: 4 }],
  saves: [true, true],
  unequal: [],
  misreported: [],
  flushSeconds: 10,
  intervalSeconds: 1,
  copyAgeMs: 20_000,
  rtoMs: 61_500,
  players: 5,
  startedAnew: 1,
};

const stats = (games: Readonly<Record<string, number>>): PlaytimeStats =>
  ({
    games: Object.entries(games).map(([game_id, total_seconds]) => ({ game_id, total_seconds })),
  }) as unknown as PlaytimeStats;

describe('the judge of a rehearsed restore', () => {
  it('finds nothing wrong when only what was not flushed is lost', () => {
    expect(brokenPromises(sound)).toEqual([]);
    expect(reportOf(sound).join('\n')).toContain('RPO 4 s');
  });

  it('finds a table that is not what it was', () => {
    const after = new Map([['wishlists', '2 rows, abd']]);
    expect(brokenPromises({ ...sound, after })).toEqual([
      expect.stringContaining('3 rows, abc before, 2 rows, abd after'),
    ]);
    expect(reportOf({ ...sound, after }).join('\n')).toContain('RPO NOT 0');
  });

  it('finds a table that is missing', () => {
    expect(brokenPromises({ ...sound, after: new Map() })).toHaveLength(1);
  });

  it('finds playtime that was flushed and is lost', () => {
    expect(brokenPromises({ ...sound, losses: [{ game: 'game', seconds: 13 }] })).toHaveLength(1);
  });

  it('finds playtime that nobody was told of', () => {
    expect(brokenPromises({ ...sound, losses: [{ game: 'game', seconds: -3 }] })).toHaveLength(1);
  });

  it('finds saves that cannot be fetched, sums that differ and totals that are not as acknowledged', () => {
    const wrong = { saves: [true, false], unequal: ['a sum'], misreported: ['a total'] };
    expect(brokenPromises({ ...sound, ...wrong })).toHaveLength(3);
  });

  it('counts as lost what a player was told and statistics do not have', () => {
    const acknowledged = new Map([
      ['one', 30],
      ['other', 20],
    ]);
    expect(lostSeconds(acknowledged, stats({ one: 28 }))).toEqual([
      { game: 'one', seconds: 2 },
      { game: 'other', seconds: 20 },
    ]);
  });
});
