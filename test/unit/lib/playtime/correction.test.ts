import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { daysTouched, roomToAdd, spreadCorrection } from '../../../../lib/playtime/correction.ts';
import { DAY_MS, dayOf, splitByDay } from '../../../../lib/playtime/days.ts';

const START = Date.UTC(2026, 2, 1);

/** A session of up to three days, and what of it was credited. */
const session = fc
  .record({
    start: fc.integer({ min: START, max: START + DAY_MS - 1 }),
    length: fc.integer({ min: 0, max: 2 * DAY_MS }),
    credited: fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 3, maxLength: 3 }),
  })
  .map(({ start, length, credited }) => {
    const { firstDay, msByDay } = splitByDay(start, length);
    return {
      span: { start, end: start + length },
      firstDay,
      credit: msByDay.map((ms, n) => Math.floor(ms * credited[n]!)),
    };
  });

describe('spreading a correction over the days of a session', () => {
  it('moves the sum by exactly what was asked, and no day below nothing or above what the session lasted on it', () => {
    fc.assert(
      fc.property(session, fc.double({ min: -1, max: 1, noNaN: true }), ({ span, firstDay, credit }, part) => {
        const has = credit.reduce((sum, ms) => sum + ms, 0);
        const delta = Math.trunc(part < 0 ? has * part : roomToAdd(span, firstDay, credit) * part) + 0;
        const change = spreadCorrection(span, firstDay, credit, delta);
        expect(change.reduce((sum, ms) => sum + ms, 0)).toBe(delta);
        const longest = splitByDay(span.start, span.end - span.start).msByDay;
        change.forEach((ms, n) => {
          expect(credit[n]! + ms).toBeGreaterThanOrEqual(0);
          expect(credit[n]! + ms).toBeLessThanOrEqual(longest[n]!);
        });
      }),
    );
  });

  it('refuses what does not fit rather than losing a part of it', () => {
    expect(() => spreadCorrection({ start: START, end: START + 10 }, dayOf(START), [4], 7)).toThrow(RangeError);
    expect(() => spreadCorrection({ start: START, end: START + 10 }, dayOf(START), [4], -5)).toThrow(RangeError);
  });

  it('counts the days a session touches, the one that begins as it ends not among them', () => {
    expect(daysTouched({ start: START, end: START + DAY_MS }, dayOf(START))).toBe(1);
    expect(daysTouched({ start: START, end: START + DAY_MS + 1 }, dayOf(START))).toBe(2);
    expect(daysTouched({ start: START, end: START }, dayOf(START))).toBe(1);
  });
});
