import { DAY_MS } from './days.ts';
import type { Interval } from './intervals.ts';

/**
 * Spreads a correction over the days of a session, from the last day back to the first: a day loses at most what it
 * was credited with, and gains at most what the session lasted on that day. Returns the change of each day.
 *
 * @param credit of each consecutive UTC day from `firstDay` on, corrections before this one included, ms
 * @param deltaMs between minus the whole credit and what the session's length leaves to add
 */
export function spreadCorrection(
  session: Interval,
  firstDay: number,
  credit: readonly number[],
  deltaMs: number,
): readonly number[] {
  const change = credit.map(() => 0);
  let left = deltaMs;
  for (let n = credit.length - 1; n >= 0 && left !== 0; n -= 1) {
    const has = credit[n] ?? 0;
    const room = Math.max(0, overlapWithDay(session, firstDay + n) - has);
    const part = left < 0 ? -Math.min(has, -left) : Math.min(room, left);
    change[n] = part;
    left -= part;
  }
  if (left !== 0) throw new RangeError(`a correction of ${deltaMs} ms does not fit the session: ${left} ms remain`);
  return change;
}

/** How much longer the session lasted than it was credited for, over the days that `credit` covers, ms. */
export function roomToAdd(session: Interval, firstDay: number, credit: readonly number[]): number {
  return credit.reduce((sum, has, n) => sum + Math.max(0, overlapWithDay(session, firstDay + n) - has), 0);
}

/** The days a session touches: its credit may name fewer, when nothing was earned after midnight. */
export function daysTouched(session: Interval, firstDay: number): number {
  return Math.max(1, Math.ceil(session.end / DAY_MS) - firstDay);
}

function overlapWithDay({ start, end }: Interval, day: number): number {
  return Math.max(0, Math.min(end, (day + 1) * DAY_MS) - Math.max(start, day * DAY_MS));
}
