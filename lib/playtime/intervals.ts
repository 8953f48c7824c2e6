/** A stretch of time, `start` included and `end` not, ms since the Unix epoch. */
export interface Interval {
  readonly start: number;
  readonly end: number;
}

/** What is left of `whole` outside all of `occupied` (in any order, overlapping or not): the free pieces, in order. */
export function subtract(whole: Interval, occupied: readonly Interval[]): readonly Interval[] {
  const free: Interval[] = [];
  let start = whole.start;
  for (const taken of occupied.toSorted((a, b) => a.start - b.start)) {
    if (taken.end <= start) continue;
    if (taken.start >= whole.end) break;
    if (taken.start > start) free.push({ start, end: taken.start });
    start = taken.end;
  }
  if (start < whole.end) free.push({ start, end: whole.end });
  return free;
}

/** Cuts the pieces off once they hold `ms` together. */
export function take(pieces: readonly Interval[], ms: number): readonly Interval[] {
  const taken: Interval[] = [];
  let left = ms;
  for (const { start, end } of pieces) {
    if (left <= 0) break;
    const length = Math.min(end - start, left);
    taken.push({ start, end: start + length });
    left -= length;
  }
  return taken;
}

/** The pieces' lengths together, ms. */
export function lengthOf(pieces: readonly Interval[]): number {
  return pieces.reduce((sum, { start, end }) => sum + (end - start), 0);
}
