import { titlePattern, type ListedGame } from './library-filter.ts';
import type { InstallStatus } from '../contract/library.ts';
import type { SqlExecutor } from '../db/database.ts';
import type { Source } from '../db/schema/library.ts';

interface Row {
  readonly game_id: string;
  readonly title: string;
  readonly source: Source;
  readonly acquired_at: number;
  readonly hidden: boolean;
  readonly favorite: boolean;
  readonly total_ms: number;
  readonly last_played_at: number | null;
  readonly status: InstallStatus;
  readonly found: readonly boolean[];
}

/**
 * A library is some hundred rows, a few thousand at most, found by the first column of primary keys; it is filtered and
 * sorted by the service, which needs no index for each order. Times as ms: a Date a row would cost more than the rest.
 */
const COLUMNS = `
  l.game_id, g.title, l.source, (extract(epoch FROM l.acquired_at) * 1000)::bigint AS acquired_at, l.hidden, l.favorite,
  coalesce(t.ms, 0) AS total_ms, (extract(epoch FROM t.last_played_at) * 1000)::bigint AS last_played_at,
  coalesce(i.status, 'not_installed') AS status`;
const TABLES = `
  user_libraries AS l
  JOIN catalog_games AS g ON g.game_id = l.game_id
  LEFT JOIN playtime_totals AS t ON t.user_id = l.user_id AND t.game_id = l.game_id
  LEFT JOIN (
    SELECT game_id, CASE WHEN bool_or(status = 'installed') THEN 'installed' ELSE 'updating' END AS status
    FROM game_installations WHERE user_id = $1 GROUP BY game_id
  ) AS i ON i.game_id = l.game_id`;

export const LISTED_GAMES = `
SELECT ${COLUMNS}
FROM ${TABLES}
WHERE l.user_id = $1 AND l.revoked_at IS NULL AND g.title ILIKE ALL ($2::text[]) AND (
  $3::uuid IS NULL OR EXISTS (
    SELECT FROM user_game_category_members AS m
    WHERE m.user_id = $1 AND m.category_id = $3 AND m.game_id = l.game_id))`;

const SEARCHED_GAMES = `
SELECT ${COLUMNS}, ARRAY(
  SELECT g.title ILIKE p.pattern FROM unnest($2::text[]) WITH ORDINALITY AS p (pattern, place) ORDER BY place
) AS found
FROM ${TABLES}
WHERE l.user_id = $1 AND l.revoked_at IS NULL`;

/**
 * The games that a user has access to.
 *
 * @param titles each must be part of the title, in any case
 * @param categoryId of a manual category: only its games
 */
export async function listedGames(
  executor: SqlExecutor,
  userId: string,
  titles: readonly string[] = [],
  categoryId: string | null = null,
): Promise<readonly ListedGame[]> {
  const parameters = [userId, titles.map(titlePattern), categoryId];
  const { rows } = await executor.query<Row>(LISTED_GAMES, parameters, 'library-listed-games');
  return rows.map(listedGame);
}

/** All games of a user, each with the texts that are part of its title. */
export async function searchedGames(
  executor: SqlExecutor,
  userId: string,
  titles: readonly string[],
): Promise<readonly { readonly game: ListedGame; readonly found: ReadonlySet<string> }[]> {
  const parameters = [userId, titles.map(titlePattern)];
  const { rows } = await executor.query<Row>(SEARCHED_GAMES, parameters, 'library-searched-games');
  return rows.map((row) => ({ game: listedGame(row), found: new Set(titles.filter((_, at) => row.found[at])) }));
}

function listedGame(row: Row): ListedGame {
  return {
    gameId: row.game_id,
    title: row.title,
    source: row.source,
    acquiredAt: row.acquired_at,
    hidden: row.hidden,
    favorite: row.favorite,
    totalMs: row.total_ms,
    lastPlayedAt: row.last_played_at,
    status: row.status,
  };
}
