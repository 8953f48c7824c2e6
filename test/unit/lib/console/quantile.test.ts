import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { quantile } from '../../../../lib/console/quantile.ts';

const BOUNDS = [1, 2, 5, 10, 100];
const counts = fc.array(fc.nat(1_000), { minLength: 6, maxLength: 6 });
const share = fc.double({ min: 0, max: 1, noNaN: true });

describe('a quantile by buckets', () => {
  it('of nothing is unknown', () => {
    expect(quantile(BOUNDS, [0, 0, 0, 0, 0, 0], 0.5)).toBeNaN();
    expect(quantile(BOUNDS, [NaN, NaN, NaN, NaN, NaN, NaN], 0.5)).toBeNaN();
  });

  it('lies within its bucket, as far as its rank among those of the bucket', () => {
    expect(quantile(BOUNDS, [0, 0, 4, 0, 0, 0], 0.5)).toBe(3.5);
    expect(quantile(BOUNDS, [2, 2, 0, 0, 0, 0], 0.5)).toBe(1);
    expect(quantile(BOUNDS, [2, 2, 0, 0, 0, 0], 0.75)).toBe(1.5);
  });

  it('above all bounds is the highest of them', () => {
    expect(quantile(BOUNDS, [0, 0, 0, 0, 0, 7], 0.5)).toBe(100);
  });

  it('never falls while the share rises', () => {
    fc.assert(
      fc.property(counts, share, share, (all, a, b) => {
        fc.pre(all.some((count) => count > 0));
        const [low, high] = a < b ? [a, b] : [b, a];
        expect(quantile(BOUNDS, all, low)).toBeLessThanOrEqual(quantile(BOUNDS, all, high));
      }),
    );
  });

  it('is in the bucket of the observation of that rank', () => {
    const observations = fc.array(fc.double({ min: 0.001, max: 99, noNaN: true }), { minLength: 1, maxLength: 200 });
    fc.assert(
      fc.property(observations, share, (values, wanted) => {
        const sorted = values.toSorted((a, b) => a - b);
        const bucketOf = (value: number): number => BOUNDS.findIndex((bound) => value <= bound);
        const inBuckets = [0, 0, 0, 0, 0, 0];
        for (const value of values) inBuckets[bucketOf(value)] = (inBuckets[bucketOf(value)] ?? 0) + 1;
        const truth = sorted[Math.max(0, Math.ceil(wanted * values.length) - 1)] ?? 0;
        const found = quantile(BOUNDS, inBuckets, wanted);
        const bucket = bucketOf(truth);
        expect(found).toBeGreaterThanOrEqual(BOUNDS[bucket - 1] ?? 0);
        expect(found).toBeLessThanOrEqual(BOUNDS[bucket] ?? 0);
      }),
    );
  });
});
