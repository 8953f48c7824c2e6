import { categoryFilter } from './categories.ts';
import { filterOf, filtersOf, matches } from './library-filter.ts';
import { libraryItems } from './library-items.ts';
import { libraryPage, placed, titleKey, type Placed } from './library-page.ts';
import { listedGames, visibleTitles } from './listed-games.ts';
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
export async function listLibrary(context: ListContext, query: LibraryQuery): Promise<LibraryPage> {
  const { executor } = context.database;
  const { gameIds, nextCursor } = libraryPage(await placedGames(context, query), query);
  return { items: await libraryItems(executor, context.userId, gameIds, context.now), next_cursor: nextCursor };
}

async function placedGames({ database, userId, now }: ListContext, query: LibraryQuery): Promise<readonly Placed[]> {
  const { db, executor } = database;
  const filter = filterOf(query);
  const categoryId = query.category_id?.toLowerCase() ?? null;
  if (query.sort === 'title' && categoryId === null && Object.keys(filter).length === 0) {
    // What a launcher opens with, and asks for again after every change.
    return (await visibleTitles(executor, userId)).map(({ gameId, title }) => ({ gameId, key: titleKey(title) }));
  }
  const saved = categoryId === null ? null : await categoryFilter(db, userId, categoryId);
  const filters = filtersOf(filter, saved);
  const titles = filters.flatMap(({ q }) => q ?? []);
  // The members of a manual category; a dynamic one has none, but a filter.
  const games = await listedGames(executor, userId, titles, saved === null ? categoryId : null);
  return games
    .filter((game) => filters.every((each) => matches(game, each, now)))
    .map((game) => placed(game, query.sort));
}
