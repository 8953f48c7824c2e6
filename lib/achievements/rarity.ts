import { sql, type Kysely } from 'kysely';
import { LRUCache } from 'lru-cache';
import type { Schema } from '../db/schema.ts';
import type { Clock } from '../ports/clock.ts';

/** For how long a process shows the sums that it read. */
export const RARITY_TTL_MS = 15_000;
const GAMES_REMEMBERED = 2_000;

/** The counters of one game, summed over their slots. */
export interface GameRarity {
  readonly owners: number;
  readonly unlocked: ReadonlyMap<string, number>;
}

/** The sums of many games, read at most once in {@link RARITY_TTL_MS} by each process. */
export interface Rarities {
  of(gameIds: readonly string[]): Promise<ReadonlyMap<string, GameRarity>>;
}

export function createRarities(db: Kysely<Schema>, clock: Clock): Rarities {
  // Of promises: a game that many ask for at once is read once.
  const known = new LRUCache<string, Promise<GameRarity>>({
    max: GAMES_REMEMBERED,
    ttl: RARITY_TTL_MS,
    ttlResolution: 0,
    perf: { now: () => clock.now() },
  });
  return {
    async of(gameIds) {
      const asked = new Map(gameIds.map((gameId) => [gameId, known.get(gameId)]));
      const missing = gameIds.filter((gameId) => asked.get(gameId) === undefined);
      if (missing.length > 0) {
        const read = readRarities(db, missing);
        for (const gameId of missing) {
          const one = read.then((rarities) => rarities.get(gameId) ?? NOBODY);
          asked.set(gameId, one);
          known.set(gameId, one);
          // Whoever waits for it learns of the failure; the next to ask tries again.
          one.catch(() => known.delete(gameId));
        }
      }
      return new Map(
        await Promise.all([...asked].map(async ([gameId, one]) => [gameId, (await one) ?? NOBODY] as const)),
      );
    },
  };
}

const NOBODY: GameRarity = { owners: 0, unlocked: new Map() };

/** Reads the sums now, past every cache: a short range of two primary keys for each game. */
export async function readRarities(
  db: Kysely<Schema>,
  gameIds: readonly string[],
): Promise<ReadonlyMap<string, GameRarity>> {
  const { rows } = await sql<{ game_id: string; achievement_id: string | null; count: number }>`
    SELECT game_id, NULL AS achievement_id, sum(owners)::bigint AS count
    FROM game_owner_stats WHERE game_id = ANY(${[...gameIds]}::uuid[]) GROUP BY 1
    UNION ALL
    SELECT game_id, achievement_id, sum(unlocked)::bigint
    FROM achievement_stats WHERE game_id = ANY(${[...gameIds]}::uuid[]) GROUP BY 1, 2`.execute(db);
  const rarities = new Map<string, { owners: number; unlocked: Map<string, number> }>();
  for (const { game_id, achievement_id, count } of rows) {
    const rarity = rarities.get(game_id) ?? { owners: 0, unlocked: new Map<string, number>() };
    rarities.set(game_id, rarity);
    if (achievement_id === null) rarity.owners = count;
    else rarity.unlocked.set(achievement_id, count);
  }
  return rarities;
}

/**
 * The share in percent, to two places. What one player in a million has is shown as
 * 0.01 and not as nobody's, what all but one have as 99.99.
 */
export function percentOf(unlocked: number, owners: number): number {
  if (unlocked <= 0) return 0;
  if (unlocked >= owners) return 100;
  return Math.min(99.99, Math.max(0.01, Math.round((unlocked / owners) * 10_000) / 100));
}
