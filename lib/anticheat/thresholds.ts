/**
 * Where the plausible ends: every number of every rule. A finding accuses nobody, it asks a person to look; so each is set
 * where honest players are rare, not where they are impossible.
 */
const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;

export const THRESHOLDS = {
  /** Credited in one UTC day, over all games. */
  longDayMs: 20 * HOUR_MS,
  /** More than a day has: only several games at once get there. */
  wholeDayMs: 24 * HOUR_MS,

  /** Days of a week with several games at once, and for how long on each of them. */
  parallelDays: 3,
  parallelMs: 6 * HOUR_MS,

  /** Sessions reported as played offline that end where others begin, in a week of one game. */
  filledGaps: 5,
  filledMs: 3 * HOUR_MS,
  /** How far from each other the ends may be. */
  seamMs: 2 * SECOND_MS,

  /** In a week, in long sessions, with next to no pause in any of them. */
  neverIdleMs: 60 * HOUR_MS,
  longSessionMs: 2 * HOUR_MS,
  idleShare: 0.001,

  /** Sessions of a week that last equally long, and what that means. */
  clockworkSessions: 7,
  clockworkSessionMs: 30 * MINUTE_MS,
  clockworkSpreadMs: 2 * SECOND_MS,

  /** Achievements of one game that are reached within a moment. */
  burstUnlocks: 10,
  burstMs: 2 * SECOND_MS,

  /** Achievements that a launcher reported for a game that was hardly played. */
  unplayedUnlocks: 3,
  unplayedMs: MINUTE_MS,

  /** How much longer than at the highest pace allowed a bounded achievement takes, for people. */
  paceSlack: 1.05,
  /** Achievements that can be had in less say nothing. */
  shortestPaceMinutes: 10,

  /** Reports of a day that rose faster than the achievement allows. */
  refusedRises: 20,
  /** Achievements of a day that were said to be from before the game was owned, from long ago, or from tomorrow. */
  refusedTimes: 3,

  /** Users of one device within {@link deviceDays}. */
  deviceUsers: 10,
  deviceDays: 30,
} as const;

/** What a review looks back on: the running week and the whole one before it. */
export const REVIEWED_DAYS = 15;
