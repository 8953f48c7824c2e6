import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { judge } from '../../../../lib/anticheat/judge.ts';
import { parallelMsByDay } from '../../../../lib/anticheat/playtime-rules.ts';
import { DAY, history, HOUR, MONDAY, session } from './history.ts';

const rules = (known: Parameters<typeof history>[0]) => judge(history(known)).map(({ rule }) => rule);

describe('play time', () => {
  it('of more than 20 hours a day is looked at, and of more than a day even more so', () => {
    const day = (hours: number, gameId = 'game') => ({ day: '2026-03-02', gameId, ms: hours * HOUR });
    expect(rules({ days: [day(20)] })).toEqual([]);
    expect(judge(history({ days: [day(12), day(9, 'other')] }))).toEqual([
      {
        rule: 'long_day',
        severity: 'medium',
        subject: '2026-03-02',
        gameId: null,
        evidence: { day: '2026-03-02', credited_seconds: 75_600, games: 2 },
      },
    ]);
    expect(judge(history({ days: [day(15), day(10, 'other')] }))).toMatchObject([{ severity: 'high' }]);
  });

  it('of several games at once is looked at when it goes on for days', () => {
    const both = (day: number, hours: number) => [
      session(day * 24, hours),
      session(day * 24, hours, { gameId: 'other', creditedMs: hours * HOUR * 0.9 }),
    ];
    expect(rules({ sessions: [...both(0, 7), ...both(1, 7)] })).toEqual([]);
    expect(rules({ sessions: [...both(0, 7), ...both(1, 7), ...both(2, 5)] })).toEqual([]);
    expect(rules({ sessions: [...both(0, 7), ...both(1, 7), ...both(2, 6)] })).toEqual(['parallel_games']);
    const sameGame = [0, 1, 2].flatMap((day) => [session(day * 24, 8), session(day * 24, 8, { creditedMs: 0 })]);
    expect(rules({ sessions: sameGame })).toEqual([]);
  });

  it('played offline is looked at when it fills the time between sessions exactly, again and again', () => {
    const day = (n: number, seamMs: number) => [
      session(n * 24, 2, { creditedMs: HOUR }),
      session(n * 24 + 2, 1, { offline: true, startedAt: MONDAY + (n * 24 + 2) * HOUR + seamMs }),
      session(n * 24 + 3, 1.5, { creditedMs: HOUR }),
    ];
    const week = (days: number, seamMs = 0) => Array.from({ length: days }, (_, n) => day(n, seamMs)).flat();
    expect(rules({ sessions: week(5) })).toEqual(['offline_fills_gaps']);
    expect(rules({ sessions: week(4) })).toEqual([]);
    expect(rules({ sessions: week(6, 60_000) })).toEqual([]);
  });

  it('without any pause is looked at when there is a lot of it', () => {
    const week = (hours: number, pauseMs = 0) =>
      Array.from({ length: 6 }, (_, n) =>
        session(n * 24, hours + n / 10, { creditedMs: (hours + n / 10) * HOUR - pauseMs }),
      );
    expect(rules({ sessions: week(11) })).toEqual(['never_idle']);
    expect(rules({ sessions: week(8) })).toEqual([]);
    expect(rules({ sessions: week(11, 600_000) })).toEqual([]);
  });

  it('in sessions that all last equally long is looked at', () => {
    const week = (spreadMs: number, count = 7) =>
      Array.from({ length: count }, (_, n) =>
        session(n * 20, 1, { endedAt: MONDAY + (n * 20 + 1) * HOUR + (n % 2) * spreadMs, creditedMs: 0 }),
      );
    expect(judge(history({ sessions: week(1_000) }))).toMatchObject([
      {
        rule: 'clockwork',
        subject: 'week 2026-03-02',
        evidence: { sessions: 7, shortest_ms: HOUR, longest_ms: HOUR + 1_000 },
      },
    ]);
    expect(rules({ sessions: week(5_000) })).toEqual([]);
    expect(rules({ sessions: week(0, 6) })).toEqual([]);
  });

  it('of a week that is not known as a whole is not judged by the week', () => {
    const long = Array.from({ length: 6 }, (_, n) => session(n * 24, 11 + n / 10));
    expect(rules({ sessions: long, from: MONDAY + HOUR })).toEqual([]);
  });

  it('of two games counts as parallel exactly while both are played', () => {
    const span = fc.record({
      game: fc.constantFrom('a', 'b', 'c'),
      from: fc.nat(200),
      length: fc.integer({ min: 1, max: 40 }),
    });
    fc.assert(
      fc.property(fc.array(span, { maxLength: 12 }), (spans) => {
        const sessions = spans.map(({ game, from, length }) => session(from, length, { gameId: game }));
        let expected = 0;
        for (let hour = 0; hour < 240; hour += 1) {
          const at = MONDAY + (hour + 0.5) * HOUR;
          const games = new Set(sessions.filter((s) => s.startedAt < at && at < s.endedAt).map(({ gameId }) => gameId));
          if (games.size > 1) expected += HOUR;
        }
        const byDay = parallelMsByDay(sessions);
        expect([...byDay.values()].reduce((sum, ms) => sum + ms, 0)).toBe(expected);
        for (const ms of byDay.values()) expect(ms).toBeLessThanOrEqual(DAY);
      }),
    );
  });
});
