/** How long after it was reached without a connection an achievement may still be reported. */
export const OFFLINE_UNLOCK_MAX_AGE_MS = 14 * 86_400_000;
/** By how much a device's clock may run ahead; such a moment counts as now. */
export const OFFLINE_UNLOCK_CLOCK_AHEAD_MS = 5 * 60_000;

export type MomentRefusal = 'in_the_future' | 'too_old' | 'before_acquired';

/**
 * When an achievement that was reached offline counts as reached, or why it cannot have been.
 *
 * @param reportedAt by the device; it, `acquiredAt` and `now` in ms since the Unix epoch
 */
export function offlineMoment(reportedAt: number, acquiredAt: number, now: number): number | MomentRefusal {
  if (reportedAt > now + OFFLINE_UNLOCK_CLOCK_AHEAD_MS) return 'in_the_future';
  if (reportedAt < now - OFFLINE_UNLOCK_MAX_AGE_MS) return 'too_old';
  if (reportedAt < acquiredAt) return 'before_acquired';
  return Math.min(reportedAt, now);
}
