import type { Clock } from '../../ports/clock.ts';

/**
 * Looks every `ms` whether anything has moved, and calls `stalled`, once, when not: between one and two times `ms` after
 * the last movement. Returns a function that ends it.
 *
 * @param moved rises with every movement.
 */
export function watchIdle(clock: Clock, ms: number, moved: () => number, stalled: () => void): () => void {
  let seen = moved();
  const look = (): void => {
    if (moved() === seen) return stalled();
    seen = moved();
    cancel = clock.after(ms, look);
  };
  let cancel = clock.after(ms, look);
  return () => cancel();
}
