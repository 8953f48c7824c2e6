import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { advance, NO_PROGRESS, type Progress, type Report } from '../../../../lib/achievements/rules.ts';

const NOW = Date.UTC(2026, 2, 15, 12);
const unbounded = { target: 100, maxChangePerMinute: null };
const bounded = { target: 100, maxChangePerMinute: 10 };

/** Each report with the time that passes before it, ms; clocks of nodes may be a little behind each other. */
const histories = fc.record({
  target: fc.integer({ min: 1, max: 60 }),
  maxChangePerMinute: fc.option(fc.integer({ min: 1, max: 20 })),
  steps: fc.array(
    fc.record({
      wait: fc.oneof(fc.integer({ min: -500, max: 90_000 }), fc.integer({ min: 0, max: 1_500 })),
      report: fc.oneof(
        fc.record({ value: fc.integer({ min: 0, max: 80 }) }),
        fc.record({ increment: fc.integer({ min: 1, max: 25 }) }),
      ),
    }),
    { maxLength: 60 },
  ),
});

type History = typeof histories extends fc.Arbitrary<infer T> ? T : never;

interface Step {
  readonly at: number;
  readonly before: Progress;
  readonly after: Progress;
  readonly reached: boolean;
  readonly report: Report;
  readonly outcome: string;
}

function play({ steps, ...limits }: History): Step[] {
  let now = NOW;
  let progress = NO_PROGRESS;
  return steps.map(({ wait, report }) => {
    now += wait;
    const before = progress;
    const result = advance(before, report, limits, now);
    if (result.outcome === 'risen') progress = result.progress;
    const reached = result.outcome === 'risen' && result.reached;
    return { at: now, before, after: progress, reached, report, outcome: result.outcome };
  });
}

describe('progress', () => {
  it('never falls and never goes above the target', () => {
    fc.assert(
      fc.property(histories, (history) => {
        for (const { before, after } of play(history)) {
          expect(after.value).toBeGreaterThanOrEqual(before.value);
          expect(after.value).toBeLessThanOrEqual(history.target);
        }
      }),
    );
  });

  it('rises by no more than the bound within any 60 seconds', () => {
    fc.assert(
      fc.property(histories, (history) => {
        const rises = play(history).map(({ at, before, after }) => ({ at, rise: after.value - before.value }));
        for (const { at } of rises) {
          const inWindow = rises.filter((other) => other.at >= at && other.at < at + 60_000);
          const sum = inWindow.reduce((all, { rise }) => all + rise, 0);
          expect(sum).toBeLessThanOrEqual(history.maxChangePerMinute ?? Infinity);
        }
      }),
    );
  });

  it('reaches the target exactly once, and only by getting there', () => {
    fc.assert(
      fc.property(histories, (history) => {
        const steps = play(history);
        const there = steps.at(-1)?.after.value === history.target;
        expect(steps.filter(({ reached }) => reached)).toHaveLength(there ? 1 : 0);
      }),
    );
  });

  it('is taken again after the time that a refusal names, and not a second before', () => {
    fc.assert(
      fc.property(histories, ({ steps, ...limits }) => {
        let now = NOW;
        let progress = NO_PROGRESS;
        for (const { wait, report } of steps) {
          now += wait;
          const result = advance(progress, report, limits, now);
          if (result.outcome === 'risen') progress = result.progress;
          if (result.outcome !== 'too_fast') continue;
          expect(result.retryAfterMs).toBeGreaterThan(0);
          const later = (ms: number) => advance(progress, report, limits, now + ms).outcome;
          expect(later(result.retryAfterMs)).toBe('risen');
          expect(later(result.retryAfterMs - 1)).toBe('too_fast');
        }
      }),
    );
  });

  it('remembers no more than a minute', () => {
    fc.assert(
      fc.property(histories, (history) => {
        for (const { after } of play(history)) expect(after.recentRises.length).toBeLessThanOrEqual(2 * 61);
      }),
    );
  });

  it('takes a value for what it says, and steps as steps', () => {
    expect(advance({ value: 5, recentRises: [] }, { value: 9 }, unbounded, NOW)).toMatchObject({
      progress: { value: 9 },
    });
    expect(advance({ value: 5, recentRises: [] }, { increment: 9 }, unbounded, NOW)).toMatchObject({
      progress: { value: 14 },
    });
  });

  it('changes nothing for a value that is not above what is known', () => {
    for (const value of [0, 4, 5]) {
      expect(advance({ value: 5, recentRises: [] }, { value }, unbounded, NOW)).toEqual({
        outcome: 'unchanged',
        reached: false,
      });
    }
  });

  it('says that the target is reached when the catalogue lowered it to what is known', () => {
    expect(advance({ value: 120, recentRises: [] }, { value: 3 }, unbounded, NOW)).toEqual({
      outcome: 'unchanged',
      reached: true,
    });
  });

  it('is refused whole above the bound: what fits in no minute for good, the rest until it fits', () => {
    expect(advance(NO_PROGRESS, { increment: 11 }, bounded, NOW)).toEqual({ outcome: 'too_large', rise: 11 });
    const first = advance(NO_PROGRESS, { increment: 8 }, bounded, NOW);
    if (first.outcome !== 'risen') throw new Error(first.outcome);
    expect(advance(first.progress, { increment: 3 }, bounded, NOW + 30_000)).toEqual({
      outcome: 'too_fast',
      rise: 3,
      retryAfterMs: 31_000,
    });
    expect(advance(first.progress, { increment: 2 }, bounded, NOW + 30_000)).toMatchObject({ outcome: 'risen' });
  });
});
