import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { percentOf } from '../../../../lib/achievements/rarity.ts';

describe('the rarity of an achievement', () => {
  it('is the share of the owners who have it, to two places', () => {
    expect(percentOf(1, 3)).toBe(33.33);
    expect(percentOf(1, 2)).toBe(50);
    expect(percentOf(0, 7)).toBe(0);
    expect(percentOf(7, 7)).toBe(100);
  });

  it('shows neither nobody nor everybody where it is not so', () => {
    expect(percentOf(1, 10_000_000)).toBe(0.01);
    expect(percentOf(9_999_999, 10_000_000)).toBe(99.99);
  });

  it('never leaves 0 to 100, and rises with the number of those who have it', () => {
    fc.assert(
      fc.property(fc.nat(1e7), fc.nat(1e7), fc.integer({ min: 1, max: 1e7 }), (a, b, owners) => {
        const fewer = percentOf(Math.min(a, b), owners);
        const more = percentOf(Math.max(a, b), owners);
        expect(fewer).toBeGreaterThanOrEqual(0);
        expect(more).toBeLessThanOrEqual(100);
        expect(fewer).toBeLessThanOrEqual(more);
      }),
    );
  });
});
