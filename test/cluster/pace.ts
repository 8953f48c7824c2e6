/** How fast everything goes: minutes of the real service in seconds. */
export interface Pace {
  /** Between two heartbeats of a launcher, ms. */
  readonly intervalMs: number;
  readonly maxGapSeconds: number;
  readonly sessionTimeoutSeconds: number;
  readonly flushIntervalSeconds: number;
  readonly lingerSeconds: number;
  /** Episodes of a round, at least and at most. */
  readonly episodes: readonly [number, number];
  /** Play without faults at both ends of a round, ms. */
  readonly quietMs: number;
}

export const THOROUGH: Pace = {
  intervalMs: 300,
  maxGapSeconds: 10,
  sessionTimeoutSeconds: 15,
  flushIntervalSeconds: 3,
  lingerSeconds: 5,
  episodes: [2, 3],
  quietMs: 1_500,
};

/** For every test run. */
export const BRISK: Pace = {
  ...THOROUGH,
  maxGapSeconds: 4,
  sessionTimeoutSeconds: 6,
  flushIntervalSeconds: 1,
  lingerSeconds: 2,
  episodes: [1, 2],
  quietMs: 1_000,
};
