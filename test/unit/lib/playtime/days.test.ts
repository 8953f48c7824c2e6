import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { DAY_MS, dayNumber, dayOf, dayText, monthsUpTo, splitByDay } from '../../../../lib/playtime/days.ts';

describe('UTC days', () => {
  it('are written and read back the same', () => {
    fc.assert(fc.property(fc.integer({ min: 0, max: 80_000 }), (day) => expect(dayNumber(dayText(day))).toBe(day)));
    expect(dayText(dayOf(Date.UTC(2024, 1, 29, 23, 59)))).toBe('2024-02-29');
  });

  it('share a stretch of time among them without losing any of it', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 10 * DAY_MS }), fc.integer({ min: 0, max: 3 * DAY_MS }), (start, ms) => {
        const { firstDay, msByDay } = splitByDay(start, ms);
        expect(firstDay).toBe(dayOf(start));
        expect(msByDay.reduce((sum, part) => sum + part, 0)).toBe(ms);
        expect(msByDay).toHaveLength(ms === 0 ? 1 : dayOf(start + ms - 1) - firstDay + 1);
      }),
    );
  });

  it('list months over the turn of a year', () => {
    expect(monthsUpTo(dayNumber('2026-02-15'), 4)).toEqual(['2025-11', '2025-12', '2026-01', '2026-02']);
  });
});
