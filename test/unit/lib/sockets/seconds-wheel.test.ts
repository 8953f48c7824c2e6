import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { SecondsWheel } from '../../../../lib/sockets/seconds-wheel.ts';

interface Item {
  slot: number;
  readonly name: number;
}

const START = 1_790_000_000_500;

describe('the wheel of seconds', () => {
  it('looks at everything once when it is due, never before, and at nothing that was taken out', () => {
    const steps = fc.array(
      fc.oneof(
        fc.record({ do: fc.constant('put' as const), name: fc.nat(5), inMs: fc.integer({ min: -3000, max: 90_000 }) }),
        fc.record({ do: fc.constant('remove' as const), name: fc.nat(5) }),
        fc.record({ do: fc.constant('turn' as const), afterMs: fc.nat(40_000) }),
      ),
      { maxLength: 60 },
    );
    fc.assert(
      fc.property(steps, (all) => {
        const wheel = new SecondsWheel<Item>(START);
        const items = Array.from({ length: 6 }, (_, name): Item => ({ slot: 0, name }));
        const due = new Map<number, { readonly at: number; readonly putAt: number }>();
        let now = START;
        for (const step of all) {
          if (step.do === 'put') {
            wheel.put(items[step.name] as Item, now + step.inMs);
            due.set(step.name, { at: now + step.inMs, putAt: now });
          } else if (step.do === 'remove') {
            wheel.remove(items[step.name] as Item);
            due.delete(step.name);
          } else {
            now += step.afterMs;
            wheel.turn(now, ({ name }) => {
              expect(due.get(name)?.at).toBeLessThanOrEqual(now);
              due.delete(name);
            });
            // What is due waits for less than a second, from when it was put if that was later.
            for (const { at, putAt } of due.values()) expect(Math.max(at, putAt)).toBeGreaterThan(now - 1000);
          }
        }
      }),
    );
  });

  it('lets what is looked at be put in again', () => {
    const wheel = new SecondsWheel<Item>(START);
    const item = { slot: 0, name: 1 };
    let looks = 0;
    wheel.put(item, START + 1000);
    for (let second = 1; second <= 10; second += 1) {
      const now = START + second * 1000;
      wheel.turn(now, (due) => {
        looks += 1;
        wheel.put(due, now + 2000);
      });
    }
    expect(looks).toBeGreaterThanOrEqual(3);
    wheel.remove(item);
    wheel.turn(START + 100_000, () => expect(true).toBe(false));
  });
});
