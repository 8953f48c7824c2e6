import { describe, expect, it } from '@jest/globals';
import { judge } from '../../../../lib/anticheat/judge.ts';
import { history, HOUR, MONDAY, unlock } from './history.ts';

const rules = (known: Parameters<typeof history>[0]) => judge(history(known)).map(({ rule }) => rule);
const many = (count: number, apartMs: number, more: Parameters<typeof unlock>[2] = {}) =>
  Array.from({ length: count }, (_, n) => unlock(`a${n}`, MONDAY + n * apartMs, more));

describe('achievements', () => {
  it('that come within a moment are looked at, wherever in the list the moment is', () => {
    expect(rules({ unlocks: many(10, 200) })).toEqual(['unlock_burst']);
    expect(rules({ unlocks: many(9, 0) })).toEqual([]);
    expect(rules({ unlocks: many(30, 1_000) })).toEqual([]);
    const late = many(12, 100).map((one) => ({
      ...one,
      achievementId: `x${one.achievementId}`,
      unlockedAt: one.unlockedAt + 9 * HOUR,
    }));
    expect(judge(history({ unlocks: [...late, ...many(30, 60_000)] }))).toMatchObject([
      { rule: 'unlock_burst', evidence: { unlocks: 12, at: '2026-03-02T09:00:00.000Z' } },
    ]);
  });

  it('of a game that was hardly played are looked at', () => {
    expect(rules({ unlocks: many(3, HOUR, { playedMs: 59_999 }) })).toEqual(['unlock_without_play']);
    expect(rules({ unlocks: many(2, HOUR, { playedMs: 0 }) })).toEqual([]);
    expect(rules({ unlocks: many(3, HOUR, { playedMs: 60_000 }) })).toEqual([]);
  });

  it('that take longer at the highest pace than was ever played are looked at', () => {
    const paced = (playedMs: number, shortestMinutes = 60) => [unlock('a', MONDAY, { playedMs, shortestMinutes })];
    expect(judge(history({ unlocks: paced(0.9 * HOUR) }))).toMatchObject([
      { rule: 'unlock_at_full_pace', severity: 'high', evidence: { played_seconds: 3_240, takes_seconds: 3_600 } },
    ]);
    expect(judge(history({ unlocks: paced(1.04 * HOUR) }))).toMatchObject([{ severity: 'medium' }]);
    expect(rules({ unlocks: paced(1.1 * HOUR) })).toEqual([]);
    expect(rules({ unlocks: paced(61_000, 9) })).toEqual([]);
  });

  it('that services of the platform grant are theirs to judge', () => {
    const granted = { authority: 'server', playedMs: 0, shortestMinutes: 1_000 } as const;
    expect(rules({ unlocks: many(50, 0, granted) })).toEqual([]);
  });

  it('that were refused are looked at when there are many', () => {
    const refused = (
      reason: 'ACHIEVEMENT_PROGRESS_TOO_FAST' | 'ACHIEVEMENT_CHANGE_TOO_LARGE' | 'ACHIEVEMENT_TIME_REFUSED',
      count: number,
    ) => ({
      day: '2026-03-02',
      reason,
      count,
    });
    expect(rules({ refusals: [refused('ACHIEVEMENT_PROGRESS_TOO_FAST', 19)] })).toEqual([]);
    expect(
      judge(
        history({
          refusals: [refused('ACHIEVEMENT_PROGRESS_TOO_FAST', 15), refused('ACHIEVEMENT_CHANGE_TOO_LARGE', 5)],
        }),
      ),
    ).toMatchObject([{ rule: 'progress_too_fast', subject: '2026-03-02', evidence: { refused: 20 } }]);
    expect(rules({ refusals: [refused('ACHIEVEMENT_TIME_REFUSED', 3)] })).toEqual(['unlock_times_refused']);
  });
});

describe('a device', () => {
  it('of many users is looked at', () => {
    expect(rules({ devices: [{ deviceId: 'd', users: 9 }] })).toEqual([]);
    expect(rules({ devices: [{ deviceId: 'd', users: 10 }] })).toEqual(['shared_device']);
  });
});
