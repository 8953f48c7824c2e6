import { categoryFilter } from './categories.ts';
import { filterOf, filtersOf, matches } from './library-filter.ts';
import { libraryItems } from './library-items.ts';
import { libraryPage } from './library-page.ts';
import { listedGames } from './listed-games.ts';
import type { LibraryPage, LibraryQuery } from '../contract/library.ts';
import type { Database } from '../db/database.ts';

export interface ListContext {
  readonly database: Pick<Database, 'db' | 'executor'>;
  readonly userId: string;
  /** Ms since the Unix epoch. */
  readonly now: number;
}

/**
 * A page of the user's library.
 *
 * @throws LibraryError NOT_FOUND for an unknown category, VALIDATION_ERROR for a cursor of another list
 */
export async function listLibrary(
  { database: { db, executor }, userId, now }: ListContext,
  query: LibraryQuery,
): Promise<LibraryPage> {
  const categoryId = query.category_id?.toLowerCase() ?? null;
  const saved = categoryId === null ? null : await categoryFilter(db, userId, categoryId);
  const filters = filtersOf(filterOf(query), saved);
  const titles = filters.flatMap(({ q }) => q ?? []);
  // The members of a manual category; a dynamic one has none, but a filter.
  const games = await listedGames(executor, userId, titles, saved === null ? categoryId : null);
  const { items, nextCursor } = libraryPage(
    games.filter((game) => filters.every((filter) => matches(game, filter, now))),
    query,
  );
  const ids = items.map(({ gameId }) => gameId);
  return { items: await libraryItems(executor, userId, ids, now), next_cursor: nextCursor };
}
