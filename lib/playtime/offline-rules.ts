import { lengthOf, subtract, take, type Interval } from './intervals.ts';
import type { OfflineSession } from '../contract/playtime.ts';
import { LibraryError } from '../errors.ts';

/** How long after it was played a session may still be reported. */
export const OFFLINE_MAX_AGE_MS = 90 * 86_400_000;
export const OFFLINE_MAX_LENGTH_MS = 24 * 3_600_000;
/** By how much a device's clock may run ahead; what lies beyond now is cut off. */
export const OFFLINE_CLOCK_AHEAD_MS = 5 * 60_000;

export type Rejection = 'ends_before_start' | 'in_the_future' | 'too_old' | 'too_long' | 'game_not_in_library';

/** The time a device says was played, ms since the Unix epoch. */
export function spanOf(session: OfflineSession, index: number): Interval {
  return {
    start: moment(session.started_at, `sessions.${index}.started_at`),
    end: moment(session.ended_at, `sessions.${index}.ended_at`),
  };
}

/** Why the span cannot be credited whatever else was played; null when it can. */
export function rejection(span: Interval, now: number): Rejection | null {
  if (span.end < span.start) return 'ends_before_start';
  if (span.end > now + OFFLINE_CLOCK_AHEAD_MS) return 'in_the_future';
  if (span.start < now - OFFLINE_MAX_AGE_MS) return 'too_old';
  if (span.end - span.start > OFFLINE_MAX_LENGTH_MS) return 'too_long';
  return null;
}

export interface Credited {
  /** What is credited, in order; together never longer than the span, and outside all that is occupied. */
  readonly pieces: readonly Interval[];
  /** A part of the span was taken already, or has not come yet. */
  readonly trimmed: boolean;
}

/**
 * What of a span is credited beside what of the same game was played in that time already.
 *
 * @param activeMs time in the foreground by the device's count; null when it keeps none
 */
export function creditOffline(
  span: Interval,
  activeMs: number | null,
  occupied: readonly Interval[],
  now: number,
): Credited {
  const free = subtract({ start: span.start, end: Math.min(span.end, now) }, occupied);
  const trimmed = lengthOf(free) < span.end - span.start;
  return { pieces: activeMs === null ? free : take(free, activeMs), trimmed };
}

/** A leap second is a date-time to RFC 3339, and none to JavaScript. */
function moment(text: string, field: string): number {
  const at = Date.parse(text);
  if (!Number.isNaN(at)) return at;
  throw new LibraryError('VALIDATION_ERROR', `${field}: not a moment that exists`, {
    errors: [{ field, message: 'not a moment that exists' }],
  });
}
