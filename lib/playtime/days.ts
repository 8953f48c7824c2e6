export const DAY_MS = 86_400_000;

/** The UTC day of a moment, as days since the Unix epoch. */
export function dayOf(at: number): number {
  return Math.floor(at / DAY_MS);
}

/** `2026-03-01` for a day number. */
export function dayText(day: number): string {
  return new Date(day * DAY_MS).toISOString().slice(0, 10);
}

/** The day number of `2026-03-01`. */
export function dayNumber(text: string): number {
  return dayOf(Date.parse(`${text}T00:00:00Z`));
}

/** `2026-03`, the UTC month of a day. */
export function monthOf(day: number): string {
  return dayText(day).slice(0, 7);
}

/** The months from `count - 1` months before the month of `day` up to that one, as `2026-03`. */
export function monthsUpTo(day: number, count: number): readonly string[] {
  const date = new Date(day * DAY_MS);
  return Array.from({ length: count }, (_, n) =>
    new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() - (count - 1 - n), 1)).toISOString().slice(0, 7),
  );
}

/** Cuts `[start, start + ms)` at each UTC midnight: the first day, and the milliseconds of each day from there on. */
export function splitByDay(start: number, ms: number): { readonly firstDay: number; readonly msByDay: number[] } {
  const firstDay = dayOf(start);
  const msByDay: number[] = [];
  const end = start + ms;
  for (let from = start; from < end || msByDay.length === 0;) {
    const midnight = (dayOf(from) + 1) * DAY_MS;
    const to = Math.min(end, midnight);
    msByDay.push(to - from);
    from = to;
  }
  return { firstDay, msByDay };
}

/** Whole seconds of a duration in ms, as the API reports them. */
export function wholeSeconds(ms: number): number {
  return Math.floor(ms / 1000);
}
