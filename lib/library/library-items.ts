import type { LibraryItem } from '../contract/library.ts';
import type { SqlExecutor } from '../db/database.ts';
import type { Source } from '../db/schema/library.ts';
import { LibraryError } from '../errors.ts';
import { LENDABLE_SOURCES } from '../family/lenders.ts';
import { dayOf, dayText, wholeSeconds } from '../playtime/days.ts';
import { RECENT_DAYS } from '../playtime/stats.ts';

interface Row {
  readonly game_id: string;
  readonly title: string;
  readonly developer: string | null;
  readonly publisher: string | null;
  readonly cover_url: string | null;
  readonly genres: string[];
  readonly source: Source;
  readonly acquired_at: Date;
  readonly hidden: boolean;
  readonly favorite: boolean;
  readonly notes: string | null;
  readonly version: number;
  readonly total_ms: number;
  readonly recent_ms: string;
  readonly last_played_at: Date | null;
  readonly installations: readonly [
    device: string,
    status: 'installed' | 'updating',
    version: string | null,
    at: number,
  ][];
  readonly category_ids: string[];
  readonly unlocked: number;
  readonly achievement_count: number;
  readonly lenders: string[];
  readonly shared_with: number;
}

/**
 * One statement, and so one snapshot: marks and the version that stands for them belong together. Playtime is that of the
 * last flush: statistics are the place that includes every heartbeat.
 *
 * Whatever has the game second in its key is looked up game by game, the rest once for all games. Left to the planner,
 * each sum over the user's rows may be made anew for every game of the page.
 */
export const LIBRARY_ITEMS = `
WITH recent AS MATERIALIZED (
  SELECT game_id, sum(ms) AS ms FROM playtime_stats_daily
  WHERE user_id = $1 AND day > $3 AND game_id = ANY ($2::uuid[]) GROUP BY game_id
),
categories AS MATERIALIZED (
  SELECT game_id, array_agg(category_id::text ORDER BY category_id) AS ids
  FROM user_game_category_members WHERE user_id = $1 AND game_id = ANY ($2::uuid[]) GROUP BY game_id
),
lent AS MATERIALIZED (
  SELECT owned.game_id, array_agg(link.other_id::text ORDER BY link.accepted_at, link.other_id) AS lenders
  FROM family_sharing_links AS link
  JOIN user_libraries AS owned ON owned.user_id = link.other_id AND owned.game_id = ANY ($2::uuid[])
  WHERE link.user_id = $1 AND link.role = 'borrows' AND link.status = 'active'
    AND owned.revoked_at IS NULL AND owned.source = ANY ($4::text[])
    AND NOT EXISTS (
      SELECT FROM family_exclusions WHERE user_id = link.other_id AND game_id = owned.game_id
    )
  GROUP BY owned.game_id
),
members AS MATERIALIZED (
  SELECT count(*)::integer AS count FROM family_sharing_links
  WHERE user_id = $1 AND role = 'lends' AND status = 'active'
)
SELECT
  l.game_id, g.title, g.developer, g.publisher, g.cover_url, g.genres, l.source, l.acquired_at, l.hidden, l.favorite,
  l.notes, l.version, coalesce(t.ms, 0) AS total_ms, t.last_played_at, coalesce(r.ms, 0) AS recent_ms,
  coalesce(i.installations, '[]') AS installations, coalesce(c.ids, '{}') AS category_ids,
  a.unlocked, g.achievement_count,
  CASE WHEN l.source = 'family' THEN coalesce(f.lenders, '{}') ELSE '{}' END AS lenders,
  CASE WHEN m.count > 0 AND l.source = ANY ($4::text[])
    AND NOT EXISTS (SELECT FROM family_exclusions WHERE user_id = $1 AND game_id = l.game_id)
    THEN m.count ELSE 0 END AS shared_with
FROM user_libraries AS l
JOIN catalog_games AS g ON g.game_id = l.game_id
LEFT JOIN playtime_totals AS t ON t.user_id = l.user_id AND t.game_id = l.game_id
LEFT JOIN recent AS r ON r.game_id = l.game_id
LEFT JOIN categories AS c ON c.game_id = l.game_id
LEFT JOIN lent AS f ON f.game_id = l.game_id
CROSS JOIN members AS m
CROSS JOIN LATERAL (
  SELECT json_agg(json_build_array(
    device_id, status, version, round(date_part('epoch', updated_at) * 1000)) ORDER BY device_id) AS installations
  FROM game_installations WHERE user_id = $1 AND game_id = l.game_id
) AS i
CROSS JOIN LATERAL (
  SELECT count(*)::integer AS unlocked FROM user_achievements WHERE user_id = $1 AND game_id = l.game_id
) AS a
WHERE l.user_id = $1 AND l.game_id = ANY ($2::uuid[]) AND l.revoked_at IS NULL`;

/**
 * Games of the user as the API shows them, in the order of the ids; those that the user has no access to are left out.
 *
 * @param now ms since the Unix epoch
 */
export async function libraryItems(
  executor: SqlExecutor,
  userId: string,
  gameIds: readonly string[],
  now: number,
): Promise<LibraryItem[]> {
  if (gameIds.length === 0) return [];
  const parameters = [userId, gameIds, dayText(dayOf(now) - RECENT_DAYS), LENDABLE_SOURCES];
  const { rows } = await executor.query<Row>(LIBRARY_ITEMS, parameters, 'library-items');
  const items = new Map(rows.map((row) => [row.game_id, libraryItem(row)]));
  return gameIds.flatMap((id) => items.get(id) ?? []);
}

/**
 * One game of the user's library.
 *
 * @throws LibraryError GAME_NOT_IN_LIBRARY
 */
export async function ownedGame(
  executor: SqlExecutor,
  userId: string,
  gameId: string,
  now: number,
): Promise<LibraryItem> {
  const [item] = await libraryItems(executor, userId, [gameId], now);
  return item ?? notInLibrary(gameId);
}

/** @throws LibraryError GAME_NOT_IN_LIBRARY */
export function notInLibrary(gameId: string): never {
  throw new LibraryError('GAME_NOT_IN_LIBRARY', 'The user has no access to this game', { game_id: gameId });
}

function libraryItem(row: Row): LibraryItem {
  const statuses = row.installations.map(([, status]) => status);
  return {
    game_id: row.game_id,
    title: row.title,
    developer: row.developer,
    publisher: row.publisher,
    cover_url: row.cover_url,
    genres: row.genres,
    source: row.source,
    acquired_at: row.acquired_at.toISOString(),
    hidden: row.hidden,
    favorite: row.favorite,
    notes: row.notes,
    playtime: {
      total_seconds: wholeSeconds(row.total_ms),
      recent_seconds: wholeSeconds(Number(row.recent_ms)),
      last_played_at: row.last_played_at?.toISOString() ?? null,
    },
    // As `listed-games.ts` has it, which filters by it.
    status: statuses.includes('installed') ? 'installed' : (statuses[0] ?? 'not_installed'),
    installations: row.installations.map(([device_id, status, version, at]) => {
      return { device_id, status, version, updated_at: new Date(at).toISOString() };
    }),
    category_ids: row.category_ids,
    achievements: { unlocked: row.unlocked, total: row.achievement_count },
    shared_by: row.lenders.map((user_id) => ({ user_id })),
    shared_with: row.shared_with,
    version: row.version,
  };
}
