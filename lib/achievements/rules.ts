import type { Achievement } from './definition.ts';

/**
 * How progress rises. Pure: the clock is an argument.
 *
 * - R1  The value never falls, and never goes above the target.
 * - R2  Of a bounded achievement, the rises within any 60 seconds add up to `maxChangePerMinute` at most. Rises are
 *       remembered by the second, and a second counts until all of it is more than a minute old: 61 pairs at most.
 * - R3  A report that would break the bound changes nothing at all. A part of it would leave a launcher that repeats
 *       the report counting the same steps twice.
 * - R4  The value is at the target exactly when the report that moved it there said so: `reached`.
 */

/** A report: the value reached, or steps to add to it. */
export type Report = { readonly value: number } | { readonly increment: number };

export interface Progress {
  readonly value: number;
  /** The rises of the last minute as [second, amount, second, amount, ...]; seconds since the Unix epoch, ascending. */
  readonly recentRises: readonly number[];
}

export const NO_PROGRESS: Progress = { value: 0, recentRises: [] };

export type Advance =
  | { readonly outcome: 'risen'; readonly progress: Progress; readonly reached: boolean }
  /** What was reported is not above what is known. `reached`: the target was lowered to it meanwhile. */
  | { readonly outcome: 'unchanged'; readonly reached: boolean }
  /** More than fits in any minute. */
  | { readonly outcome: 'too_large'; readonly rise: number }
  /** The same rise fits after this time. */
  | { readonly outcome: 'too_fast'; readonly rise: number; readonly retryAfterMs: number };

type Limits = Pick<Achievement, 'target' | 'maxChangePerMinute'>;

const SECOND_MS = 1000;
/** The 60 seconds of the minute, and the one that they may begin in the middle of. */
const WINDOW_SECONDS = 61;

/** @param now ms since the Unix epoch on the service's clock */
export function advance(progress: Progress, report: Report, limits: Limits, now: number): Advance {
  const { target, maxChangePerMinute } = limits;
  const asked = 'value' in report ? report.value : progress.value + report.increment;
  const value = Math.max(progress.value, Math.min(asked, target));
  const rise = value - progress.value;
  if (rise === 0) return { outcome: 'unchanged', reached: progress.value >= target };
  if (maxChangePerMinute === null)
    return { outcome: 'risen', progress: { value, recentRises: [] }, reached: value === target };
  if (rise > maxChangePerMinute) return { outcome: 'too_large', rise };

  const second = currentSecond(progress.recentRises, now);
  const recent = since(progress.recentRises, second - WINDOW_SECONDS);
  const room = maxChangePerMinute - total(recent);
  if (rise > room) {
    const fits = secondThatFrees(recent, rise - room) + WINDOW_SECONDS;
    return { outcome: 'too_fast', rise, retryAfterMs: fits * SECOND_MS - now };
  }
  return { outcome: 'risen', progress: { value, recentRises: added(recent, second, rise) }, reached: value === target };
}

/** Clocks of two nodes differ: time stands still until the one behind has caught up. */
function currentSecond(rises: readonly number[], now: number): number {
  return Math.max(Math.floor(now / SECOND_MS), rises.at(-2) ?? 0);
}

/** The rises after that second. */
function since(rises: readonly number[], second: number): readonly number[] {
  let from = 0;
  while (from < rises.length && (rises[from] ?? 0) <= second) from += 2;
  return rises.slice(from);
}

function total(rises: readonly number[]): number {
  let sum = 0;
  for (let n = 1; n < rises.length; n += 2) sum += rises[n] ?? 0;
  return sum;
}

/** The second whose rises, together with those before it, are at least `amount`. */
function secondThatFrees(rises: readonly number[], amount: number): number {
  let freed = 0;
  for (let n = 0; n < rises.length; n += 2) {
    freed += rises[n + 1] ?? 0;
    if (freed >= amount) return rises[n] ?? 0;
  }
  throw new RangeError('less was added in the last minute than is to be freed');
}

function added(rises: readonly number[], second: number, rise: number): readonly number[] {
  if (rises.at(-2) !== second) return [...rises, second, rise];
  return [...rises.slice(0, -1), (rises.at(-1) ?? 0) + rise];
}
