/**
 * How play time is credited.
 *
 * A session's credit is kept by UTC day: as one number while it stays within the day it started on (nearly always),
 * as an array of consecutive days from then on. Both forms mean the same; the short one saves 56 bytes a session.
 */

export const DAY_MS = 86_400_000;

export type Credit = number | readonly number[];

/** Days since the Unix epoch, UTC. */
export function dayOf(at: number): number {
  return Math.floor(at / DAY_MS);
}

/**
 * What a beat is worth: the time the engine's clock saw pass, at most the launcher's own active time. A gap longer than
 * `maxGapMs` is worth nothing: the machine slept, or nobody can vouch for the time.
 *
 * @param gapMs since the last beat, on the engine's clock
 * @param activeMs since the last beat by the launcher's count; null when it keeps none
 */
export function creditOf(gapMs: number, activeMs: number | null, maxGapMs: number): number {
  if (gapMs <= 0 || gapMs > maxGapMs) return 0;
  return activeMs === null ? gapMs : Math.max(0, Math.min(gapMs, activeMs));
}

/** Adds `ms` that were played just before `until` to a session's credit; what lies before midnight goes to that day. */
export function addCredit(credit: Credit, startedAt: number, until: number, ms: number): Credit {
  if (ms === 0) return credit;
  const firstDay = dayOf(startedAt);
  if (typeof credit === 'number' && dayOf(until) === firstDay) return credit + ms;
  const days = typeof credit === 'number' ? [credit] : [...credit];
  let end = until;
  let left = ms;
  while (left > 0) {
    // The last millisecond before `end` decides the day, so that a beat on the stroke of midnight belongs to the day before.
    const day = dayOf(end - 1);
    const part = Math.min(left, end - day * DAY_MS);
    while (days.length <= day - firstDay) days.push(0);
    days[day - firstDay] = (days[day - firstDay] ?? 0) + part;
    end -= part;
    left -= part;
  }
  return days.length === 1 ? (days[0] ?? 0) : days;
}

export function totalCredit(credit: Credit): number {
  return typeof credit === 'number' ? credit : credit.reduce((sum, ms) => sum + ms, 0);
}

export function creditByDay(credit: Credit): readonly number[] {
  return typeof credit === 'number' ? [credit] : credit;
}
