import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Buckets } from '../../../../lib/limits/buckets.ts';

const START = 1_790_000_000_000;
const rules = fc.record({
  perSecond: fc.integer({ min: 1, max: 1000 }),
  burst: fc.integer({ min: 10, max: 1000 }),
  keys: fc.constant(10),
});

describe('a leaky bucket', () => {
  it('lets through in any time no more than it holds and what ran out meanwhile, and no less', () => {
    const pauses = fc.array(fc.integer({ min: 0, max: 200 }), { minLength: 1, maxLength: 400 });
    fc.assert(
      fc.property(rules, pauses, (limits, waits) => {
        const buckets = new Buckets(limits);
        let now = START;
        let taken = 0;
        for (const wait of waits) {
          now += wait;
          const mostSoFar = limits.burst + ((now - START) / 1000) * limits.perSecond;
          const answer = buckets.take('a', now);
          if (answer === 0) taken += 1;
          else expect(taken + 1).toBeGreaterThan(Math.floor(limits.burst) - 1e-6);
          expect(taken).toBeLessThanOrEqual(mostSoFar + 1e-6);
        }
      }),
    );
  });

  it('says exactly how long to wait', () => {
    fc.assert(
      fc.property(rules, fc.integer({ min: 1, max: 10 }), (limits, amount) => {
        const buckets = new Buckets(limits);
        while (buckets.take('a', START, amount) === 0);
        const wait = buckets.take('a', START, amount);
        expect(buckets.take('a', START + Math.floor(wait) - 1, amount)).toBeGreaterThan(0);
        expect(buckets.take('a', START + Math.ceil(wait), amount)).toBe(0);
      }),
    );
  });

  it('does not punish who asks in vain', () => {
    const buckets = new Buckets({ perSecond: 1, burst: 10, keys: 10 });
    for (let count = 0; count < 10; count += 1) expect(buckets.take('a', START)).toBe(0);
    for (let count = 0; count < 100; count += 1) expect(buckets.take('a', START)).toBe(1000);
    expect(buckets.take('a', START + 1000)).toBe(0);
  });

  it('counts each key for itself, and looks without taking', () => {
    const buckets = new Buckets({ perSecond: 1, burst: 10, keys: 10 });
    expect(buckets.take('a', START, 10)).toBe(0);
    expect(buckets.look('a', START)).toBe(1000);
    for (let count = 0; count < 20; count += 1) expect(buckets.look('b', START)).toBe(0);
    expect(buckets.take('b', START, 10)).toBe(0);
  });

  it('remembers so many keys and no more', () => {
    const buckets = new Buckets({ perSecond: 1, burst: 10, keys: 2 });
    for (const key of ['a', 'b', 'c']) expect(buckets.take(key, START, 10)).toBe(0);
    expect([buckets.look('c', START), buckets.look('b', START), buckets.look('a', START)]).toEqual([1000, 1000, 0]);
  });
});
