import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { lengthOf, subtract, take, type Interval } from '../../../../lib/playtime/intervals.ts';

const interval = fc
  .tuple(fc.integer({ min: 0, max: 60 }), fc.integer({ min: 0, max: 30 }))
  .map(([start, length]): Interval => ({ start, end: start + length }));

const moments = (pieces: readonly Interval[]): number[] =>
  pieces.flatMap(({ start, end }) => Array.from({ length: end - start }, (_, n) => start + n));

describe('subtracting intervals', () => {
  it('leaves exactly the moments that nothing else occupies, in order and each once', () => {
    fc.assert(
      fc.property(interval, fc.array(interval, { maxLength: 8 }), (whole, occupied) => {
        const taken = new Set(moments(occupied));
        expect(moments(subtract(whole, occupied))).toEqual(moments([whole]).filter((at) => !taken.has(at)));
      }),
    );
  });

  it('leaves no empty pieces', () => {
    fc.assert(
      fc.property(interval, fc.array(interval, { maxLength: 8 }), (whole, occupied) => {
        expect(subtract(whole, occupied).every(({ start, end }) => start < end)).toBe(true);
      }),
    );
  });
});

describe('taking a length from the front of pieces', () => {
  it('takes the first moments and no others', () => {
    fc.assert(
      fc.property(interval, fc.array(interval, { maxLength: 8 }), fc.nat(50), (whole, occupied, ms) => {
        const pieces = subtract(whole, occupied);
        expect(moments(take(pieces, ms))).toEqual(moments(pieces).slice(0, ms));
        expect(lengthOf(take(pieces, ms))).toBe(Math.min(ms, lengthOf(pieces)));
      }),
    );
  });
});
