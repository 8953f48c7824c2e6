import { literal } from './library-filter.ts';
import type { CatalogEntry, CatalogPage, CatalogQuery } from '../contract/catalog-search.ts';
import { decodeCursor, encodeCursor } from '../cursor.ts';
import type { SqlExecutor } from '../db/database.ts';
import { uuidToKey } from '../uuid.ts';

/** What the trigram index can look for; of less it knows beginnings only. */
const TRIGRAM = 3;

const COLUMNS = `
  game_id, title, developer, publisher, cover_url, genres, released_on, achievement_count, version, updated_at`;
const PAGE = `
  WHERE $1::text IS NULL OR (title, game_id) > ($1, $2::uuid)
  ORDER BY title, game_id LIMIT $3`;

/** By the index on titles. */
export const CATALOG_PAGE = `SELECT ${COLUMNS} FROM catalog_games ${PAGE}`;
/** Two steps, so that it is always the trigrams that find and never a walk through all titles in their order. */
export const CATALOG_SEARCH = `
WITH found AS MATERIALIZED (SELECT ${COLUMNS} FROM catalog_games WHERE title ILIKE $4)
SELECT ${COLUMNS} FROM found ${PAGE}`;

type Row = Omit<CatalogEntry, 'updated_at'> & { readonly updated_at: Date };

/**
 * A page of the catalogue by title: all of it, or the games whose title contains `q` in any case. One or two characters
 * find the titles that begin with them.
 *
 * @throws LibraryError VALIDATION_ERROR for a cursor of another list
 */
export async function searchCatalog(executor: SqlExecutor, query: CatalogQuery): Promise<CatalogPage> {
  const [title, id] = query.cursor === undefined ? [null, null] : decodeCursor(query.cursor, isPosition);
  const parameters = [title, id, query.limit + 1];
  const { rows } =
    query.q === undefined
      ? await executor.query<Row>(CATALOG_PAGE, parameters)
      : await executor.query<Row>(CATALOG_SEARCH, [...parameters, catalogPattern(query.q)]);
  const page = rows.slice(0, query.limit);
  const last = page.at(-1);
  return {
    items: page.map((row) => ({ ...row, updated_at: row.updated_at.toISOString() })),
    next_cursor: rows.length > page.length && last !== undefined ? encodeCursor([last.title, last.game_id]) : null,
  };
}

/** An ILIKE pattern that the trigram index can serve. */
export function catalogPattern(q: string): string {
  return [...q].length < TRIGRAM ? `${literal(q)}%` : `%${literal(q)}%`;
}

function isPosition(parts: unknown): parts is readonly [title: string, id: string] {
  if (!Array.isArray(parts) || parts.length !== 2) return false;
  const [title, id] = parts as unknown[];
  return typeof title === 'string' && !title.includes('\0') && typeof id === 'string' && uuidToKey(id) !== null;
}
