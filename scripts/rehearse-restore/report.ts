import { differences, rowsOf, type Holdings } from './accounting.ts';
import type { PlaytimeStats } from '../../lib/contract/playtime.ts';

/** What one player's total of a game is behind what was acknowledged, in seconds; below 0: it is ahead. */
export interface Loss {
  readonly game: string;
  readonly seconds: number;
}

export function lostSeconds(acknowledged: ReadonlyMap<string, number>, stats: PlaytimeStats): readonly Loss[] {
  return [...acknowledged].map(([game, total]) => {
    const now = stats.games.find(({ game_id }) => game_id === game)?.total_seconds ?? 0;
    return { game, seconds: total - now };
  });
}

export function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(1)} s`;
}

export interface Rehearsed {
  /** What PostgreSQL held when the last node was dead, and when it had been restored. */
  readonly before: Holdings;
  readonly after: Holdings;
  /** Of the players' totals, before they went on. */
  readonly losses: readonly Loss[];
  /** Of each confirmed save, whether it can be fetched. */
  readonly saves: readonly boolean[];
  /** Sums of PostgreSQL that differ though they say the same, when all is over. */
  readonly unequal: readonly string[];
  /** Totals that the service reported in the end other than it had acknowledged. */
  readonly misreported: readonly string[];
  readonly flushSeconds: number;
  /** Between two heartbeats. */
  readonly intervalSeconds: number;
  readonly copyAgeMs: number;
  readonly rtoMs: number;
  readonly players: number;
  readonly startedAnew: number;
}

/** What does not hold of what was promised. */
export function brokenPromises(rehearsed: Rehearsed): readonly string[] {
  const { before, after, losses, saves, unequal, misreported, flushSeconds, intervalSeconds } = rehearsed;
  const mostLost = flushSeconds + 2 * intervalSeconds;
  const lostSaves = saves.filter((there) => !there).length;
  return [
    ...differences(before, after).map((line) => `PostgreSQL is not what it was: ${line}`),
    ...losses
      .filter(({ seconds: by }) => by > mostLost)
      .map(({ game, seconds: by }) => `${by} s of ${game} are lost, more than ${mostLost} s`),
    // A beat that was counted, and whose answer was never sent, is not more than the time that passed.
    ...losses
      .filter(({ seconds: by }) => -by > 2 * intervalSeconds)
      .map(({ game, seconds: by }) => `${-by} s of ${game} were never acknowledged`),
    ...(lostSaves === 0 ? [] : [`${lostSaves} saves cannot be fetched`]),
    ...unequal.map((line) => `sums differ: ${line}`),
    ...misreported,
  ];
}

/** For people. */
export function reportOf(rehearsed: Rehearsed): readonly string[] {
  const { before, after, losses, saves, copyAgeMs, rtoMs, players, startedAnew, flushSeconds } = rehearsed;
  const lost = losses.reduce((most, { seconds: by }) => Math.max(most, by), 0);
  const behind = losses.filter(({ seconds: by }) => by > 0).length;
  const there = saves.filter(Boolean).length;
  const same = differences(before, after).length === 0;
  return [
    `PostgreSQL    RPO ${same ? '0 s' : 'NOT 0'}: ${rowsOf(after)} rows in ${after.size} tables, ${same ? 'each as it was' : `of ${rowsOf(before)}`}`,
    `checkpoints   RPO ${lost} s: so much of a game's time is lost at most, of what was not flushed (every ${flushSeconds} s);`,
    `              ${behind} of ${losses.length} totals are behind. The copy was ${seconds(copyAgeMs)} old`,
    `saves         RPO ${there === saves.length ? '0 s' : 'NOT 0'}: ${there} of ${saves.length} are there, byte for byte`,
    `all           RTO ${seconds(rtoMs)}, from empty disks to the first answer`,
    `launchers     ${players - startedAnew} of ${players} went on with the session that they had`,
  ];
}
