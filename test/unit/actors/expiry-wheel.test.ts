import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { ExpiryWheel } from '../../../actors/expiry-wheel.ts';

const TICK_MS = 10;
const SLOTS = 8;
const HORIZON_MS = TICK_MS * (SLOTS - 1);
const START = 1_000;

const wheelAt = (now: number): ExpiryWheel<string> => new ExpiryWheel(TICK_MS, SLOTS, now);

function wokenBy(wheel: ExpiryWheel<string>, now: number): string[] {
  const woken: string[] = [];
  wheel.advance(now, (item) => woken.push(item));
  return woken;
}

describe('a timing wheel', () => {
  it('wakes an item at the first tick that is not before its time', () => {
    const wheel = wheelAt(START);
    wheel.schedule('item', START + 15);
    expect(wokenBy(wheel, START + 19)).toEqual([]);
    expect(wokenBy(wheel, START + 20)).toEqual(['item']);
    expect(wokenBy(wheel, START + 1_000)).toEqual([]);
  });

  it('wakes what is overdue at the next tick', () => {
    const wheel = wheelAt(START);
    wheel.schedule('late', START - 500);
    expect(wokenBy(wheel, START + TICK_MS)).toEqual(['late']);
  });

  it('wakes an item beyond its horizon early, at the horizon', () => {
    const wheel = wheelAt(START);
    wheel.schedule('far', START + 10 * HORIZON_MS);
    expect(wokenBy(wheel, START + HORIZON_MS - 1)).toEqual([]);
    expect(wokenBy(wheel, START + HORIZON_MS)).toEqual(['far']);
  });

  it('lets an item that is woken be scheduled again', () => {
    const wheel = wheelAt(START);
    wheel.schedule('again', START + 10);
    let woken = 0;
    const wake = (item: string): void => {
      woken += 1;
      wheel.schedule(item, START + 10 + woken * 10);
    };
    for (let now = START; now <= START + 100; now += 5) wheel.advance(now, wake);
    expect(woken).toBe(10);
  });

  it('wakes everything, once, after a pause of many turns', () => {
    const wheel = wheelAt(START);
    const items = Array.from({ length: 20 }, (_, n) => `item ${n}`);
    items.forEach((item, n) => wheel.schedule(item, START + n * 7));
    expect(wokenBy(wheel, START + 100 * HORIZON_MS).toSorted()).toEqual(items.toSorted());
    wheel.schedule('next', START + 100 * HORIZON_MS + 5);
    expect(wokenBy(wheel, START + 100 * HORIZON_MS + TICK_MS)).toEqual(['next']);
  });

  it('stands still while the clock is behind', () => {
    const wheel = wheelAt(START);
    wheel.schedule('item', START + 20);
    expect(wokenBy(wheel, START - 400)).toEqual([]);
    expect(wokenBy(wheel, START + 20)).toEqual(['item']);
  });

  it('wakes every item exactly once, never before its time but for the horizon, and not later than a tick after it', () => {
    const steps = fc.array(
      fc.record({ pass: fc.integer({ min: 0, max: 3 * HORIZON_MS }), due: fc.integer({ min: -50, max: 200 }) }),
      { minLength: 1, maxLength: 40 },
    );
    fc.assert(
      fc.property(fc.nat(10_000), steps, (start, plan) => {
        const wheel = new ExpiryWheel<number>(TICK_MS, SLOTS, start);
        const waiting = new Map<number, { at: number; since: number }>();
        let now = start;
        const advance = (ms: number): void => {
          now += ms;
          wheel.advance(now, (item) => {
            const entry = waiting.get(item);
            expect(entry).toBeDefined(); // once
            waiting.delete(item);
            if (entry) expect(now).toBeGreaterThanOrEqual(Math.min(entry.at, entry.since + HORIZON_MS - TICK_MS));
          });
          for (const { at, since } of waiting.values()) {
            expect(now).toBeLessThan(Math.max(at, since) + TICK_MS + (since % TICK_MS === 0 ? 0 : TICK_MS));
          }
        };
        plan.forEach(({ pass, due }, item) => {
          waiting.set(item, { at: now + due, since: now });
          wheel.schedule(item, now + due);
          advance(pass);
        });
        advance(2 * HORIZON_MS);
        expect(waiting.size).toBe(0);
      }),
    );
  });
});
