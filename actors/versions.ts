/** Versions of what crosses processes, and which of them two or more processes have in common. */

/** What a process reads: every version from the oldest to the newest. */
export interface VersionRange {
  readonly oldest: number;
  readonly newest: number;
}

/** The newest version that all of them read, null when there is none. */
export function newestCommon(ranges: readonly VersionRange[]): number | null {
  const newest = Math.min(...ranges.map((range) => range.newest));
  return Number.isFinite(newest) && ranges.every(({ oldest }) => oldest <= newest) ? newest : null;
}

export function includes({ oldest, newest }: VersionRange, version: number): boolean {
  return oldest <= version && version <= newest;
}
