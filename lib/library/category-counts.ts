import { filtersOf, matches } from './library-filter.ts';
import { searchedGames } from './listed-games.ts';
import type { LibraryFilter } from '../contract/library.ts';
import type { SqlExecutor } from '../db/database.ts';

interface Counted {
  readonly category_id: string;
  /** Null: manual. */
  readonly filter: LibraryFilter | null;
}

export const CATEGORY_MEMBERS = `
SELECT category_id, game_id FROM user_game_category_members WHERE user_id = $1 AND category_id = ANY ($2::uuid[])`;

/**
 * How many games a list of each category shows. The library is read once, whatever the number of categories.
 *
 * @param now ms since the Unix epoch
 */
export async function gameCounts(
  executor: SqlExecutor,
  userId: string,
  categories: readonly Counted[],
  now: number,
): Promise<readonly number[]> {
  if (categories.length === 0) return [];
  const titles = [...new Set(categories.flatMap(({ filter }) => filter?.q ?? []))];
  const games = await searchedGames(executor, userId, titles);
  const members = await manualMembers(executor, userId, categories);
  return categories.map(({ category_id, filter: saved }) => {
    const filters = filtersOf({}, saved);
    const ofCategory = saved === null ? (members.get(category_id) ?? new Set()) : null;
    return games.filter(
      ({ game, found }) =>
        (ofCategory === null || ofCategory.has(game.gameId)) &&
        filters.every((filter) => matches(game, filter, now) && (filter.q === undefined || found.has(filter.q))),
    ).length;
  });
}

async function manualMembers(
  executor: SqlExecutor,
  userId: string,
  categories: readonly Counted[],
): Promise<ReadonlyMap<string, ReadonlySet<string>>> {
  const ids = categories.filter(({ filter }) => filter === null).map(({ category_id }) => category_id);
  const members = new Map<string, Set<string>>(ids.map((id) => [id, new Set()]));
  if (ids.length === 0) return members;
  const { rows } = await executor.query<{ category_id: string; game_id: string }>(
    CATEGORY_MEMBERS,
    [userId, ids],
    'library-category-members',
  );
  for (const { category_id, game_id } of rows) members.get(category_id)?.add(game_id);
  return members;
}
