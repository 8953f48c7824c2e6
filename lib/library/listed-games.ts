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
 *
 * The limit changes nothing but the plan: each title is found by its key, where a join may be planned as a walk through
 * the titles of the whole catalogue, which costs more the larger it is.
 */
const ALL_GAMES = `
SELECT
  l.game_id, g.title, l.source, round(date_part('epoch', l.acquired_at) * 1000) AS acquired_at, l.hidden, l.favorite,
  coalesce(t.ms, 0) AS total_ms, round(date_part('epoch', t.last_played_at) * 1000) AS last_played_at,
  coalesce(i.status, 'not_installed') AS status
FROM user_libraries AS l
CROSS JOIN LATERAL (SELECT title FROM catalog_games WHERE game_id = l.game_id LIMIT 1) AS g
LEFT JOIN playtime_totals AS t ON t.user_id = l.user_id AND t.game_id = l.game_id
LEFT JOIN (
  SELECT game_id, CASE WHEN bool_or(status = 'installed') THEN 'installed' ELSE 'updating' END AS status
  FROM game_installations WHERE user_id = $1 GROUP BY game_id
) AS i ON i.game_id = l.game_id
WHERE l.user_id = $1 AND l.revoked_at IS NULL`;

const MEMBERS = 'SELECT game_id FROM user_game_category_members WHERE user_id = $1 AND category_id = $2';

/** What a list may be narrowed to by the database, each with its parameters from $2 on. */
const STATEMENTS = {
  titles: `
    SELECT l.game_id, g.title FROM user_libraries AS l
    CROSS JOIN LATERAL (SELECT title FROM catalog_games WHERE game_id = l.game_id LIMIT 1) AS g
    WHERE l.user_id = $1 AND l.revoked_at IS NULL AND NOT l.hidden`,
  all: ALL_GAMES,
  category: `${ALL_GAMES} AND l.game_id IN (${MEMBERS})`,
  // The user's games first, then their titles: planned as one, all titles of the catalogue may be looked through.
  search: `WITH games AS MATERIALIZED (${ALL_GAMES}) SELECT * FROM games WHERE title ILIKE ALL ($2::text[])`,
  searchCategory: `
    WITH games AS MATERIALIZED (${ALL_GAMES} AND l.game_id IN (${MEMBERS}))
    SELECT * FROM games WHERE title ILIKE ALL ($3::text[])`,
  counted: `
    WITH games AS MATERIALIZED (${ALL_GAMES})
    SELECT *, ARRAY(
      SELECT title ILIKE p.pattern FROM unnest($2::text[]) WITH ORDINALITY AS p (pattern, place) ORDER BY place
    ) AS found
    FROM games`,
} as const;

export const LISTED_GAMES: Readonly<Record<keyof typeof STATEMENTS, string>> = STATEMENTS;

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
  const narrow = categoryId === null ? [] : [categoryId];
  const search = titles.length === 0 ? [] : [titles.map(titlePattern)];
  const plain = categoryId === null ? 'all' : 'category';
  const name = titles.length === 0 ? plain : ({ all: 'search', category: 'searchCategory' } as const)[plain];
  return (await ask(executor, name, [userId, ...narrow, ...search])).map(listedGame);
}

/** The titles of all games that are not hidden: what a list in their order takes, at a third of the cost of all columns. */
export async function visibleTitles(
  executor: SqlExecutor,
  userId: string,
): Promise<readonly Pick<ListedGame, 'gameId' | 'title'>[]> {
  const rows = await ask<Pick<Row, 'game_id' | 'title'>>(executor, 'titles', [userId]);
  return rows.map(({ game_id, title }) => ({ gameId: game_id, title }));
}

/** All games of a user, each with the texts that are part of its title. */
export async function searchedGames(
  executor: SqlExecutor,
  userId: string,
  titles: readonly string[],
): Promise<readonly { readonly game: ListedGame; readonly found: ReadonlySet<string> }[]> {
  const rows = await ask(executor, 'counted', [userId, titles.map(titlePattern)]);
  return rows.map((row) => ({ game: listedGame(row), found: new Set(titles.filter((_, at) => row.found[at])) }));
}

async function ask<Columns extends Partial<Row> = Row>(
  executor: SqlExecutor,
  name: keyof typeof STATEMENTS,
  parameters: readonly unknown[],
): Promise<readonly Columns[]> {
  return (await executor.query<Columns>(STATEMENTS[name], parameters, `library-games-${name}`)).rows;
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
