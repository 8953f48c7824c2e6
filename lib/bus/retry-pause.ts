import type { RetryPolicy } from '../ports/event-bus.ts';

/**
 * How long to wait after the n-th failure in a row, ms: doubles with each, up to the policy's most, half of it random,
 * so that those who failed together do not come back together.
 *
 * @param failures from 1
 * @param random in [0, 1)
 */
export function retryPause(
  policy: Pick<RetryPolicy, 'firstPauseMs' | 'maxPauseMs'>,
  failures: number,
  random: () => number,
): number {
  // From 2^1023 on the double is infinite, and still capped.
  const whole = Math.min(policy.maxPauseMs, policy.firstPauseMs * 2 ** (failures - 1));
  return whole / 2 + (random() * whole) / 2;
}
