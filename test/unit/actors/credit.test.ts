import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { addCredit, creditByDay, creditOf, DAY_MS, dayOf, totalCredit, type Credit } from '../../../actors/credit.ts';

const MAX_GAP_MS = 90_000;
const MIDNIGHT = 20_000 * DAY_MS;

describe('what a beat is worth', () => {
  it('is the gap since the last one when the launcher keeps no count', () => {
    expect(creditOf(60_000, null, MAX_GAP_MS)).toBe(60_000);
  });

  it("is the launcher's own count when that is less", () => {
    expect(creditOf(60_000, 45_000, MAX_GAP_MS)).toBe(45_000);
  });

  it('is nothing for a gap above the longest one: the machine slept', () => {
    expect(creditOf(MAX_GAP_MS, null, MAX_GAP_MS)).toBe(MAX_GAP_MS);
    expect(creditOf(MAX_GAP_MS + 1, null, MAX_GAP_MS)).toBe(0);
  });

  it('is never more than the gap, and never less than nothing', () => {
    fc.assert(
      fc.property(fc.integer(), fc.option(fc.integer()), fc.nat(), (gap, active, maxGap) => {
        const ms = creditOf(gap, active, maxGap);
        expect(ms).toBeGreaterThanOrEqual(0);
        expect(ms).toBeLessThanOrEqual(Math.max(0, gap));
      }),
    );
  });
});

describe('the credit of a session by day', () => {
  it('is one number within the day that the session started on', () => {
    expect(addCredit(5, MIDNIGHT, MIDNIGHT + 10_000, 10_000)).toBe(10_005);
  });

  it('splits what was played over midnight', () => {
    expect(addCredit(0, MIDNIGHT - 20_000, MIDNIGHT + 30_000, 50_000)).toEqual([20_000, 30_000]);
  });

  it('gives a beat on the stroke of midnight to the day before', () => {
    expect(addCredit(0, MIDNIGHT - 20_000, MIDNIGHT, 20_000)).toBe(20_000);
  });

  it('gives active time that is less than the gap to its end', () => {
    expect(addCredit(0, MIDNIGHT - 20_000, MIDNIGHT + 30_000, 40_000)).toEqual([10_000, 30_000]);
  });

  it('leaves days without play in between empty', () => {
    const noon = MIDNIGHT + DAY_MS / 2;
    expect(addCredit(7, noon, noon + 2 * DAY_MS, 9)).toEqual([7, 0, 9]);
  });

  it('sums up to everything that was added, each part within its day', () => {
    const beats = fc.array(
      fc.record({ gap: fc.integer({ min: 1, max: DAY_MS }), idle: fc.integer({ min: 0, max: DAY_MS }) }),
      { maxLength: 20 },
    );
    fc.assert(
      fc.property(fc.integer({ min: 0, max: DAY_MS - 1 }), beats, (offset, gaps) => {
        const startedAt = MIDNIGHT + offset;
        let now = startedAt;
        let added = 0;
        let credit: Credit = 0;
        for (const { gap, idle } of gaps) {
          const ms = Math.max(0, gap - idle);
          now += gap;
          added += ms;
          credit = addCredit(credit, startedAt, now, ms);
        }
        expect(totalCredit(credit)).toBe(added);
        const days = creditByDay(credit);
        expect(days.length).toBeLessThanOrEqual(dayOf(now) - dayOf(startedAt) + 1);
        expect(days[0]).toBeLessThanOrEqual(DAY_MS - offset);
        for (const ms of days) expect(ms).toBeLessThanOrEqual(DAY_MS);
      }),
    );
  });
});
