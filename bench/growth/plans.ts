import { USER_REVISIONS } from '../../lib/cache/user-revisions.ts';
import type { Database } from '../../lib/db/database.ts';
import { CATALOG_PAGE, CATALOG_SEARCH } from '../../lib/library/catalog-search.ts';
import { CATEGORY_MEMBERS } from '../../lib/library/category-counts.ts';
import { exportStatement } from '../../lib/library/export.ts';
import { LENDABLE_SOURCES } from '../../lib/family/lenders.ts';
import { LIBRARY_ITEMS } from '../../lib/library/library-items.ts';
import { LISTED_GAMES } from '../../lib/library/listed-games.ts';
import { USER_TABLES } from '../../lib/library/user-tables.ts';

export interface Plan {
  readonly name: string;
  readonly statement: string;
  readonly plan: readonly string[];
}

export interface PlanArguments {
  readonly userId: string;
  readonly gameId: string;
  readonly categoryId: string;
}

/**
 * The plan of every statement that reads libraries. Of prepared ones the generic plan, made for any user: it is the one
 * that PostgreSQL may settle on, and the one that can go wrong unseen.
 *
 * @param filled tables of users that hold something: only their exports are shown
 */
export async function plans(
  { executor }: Database,
  { userId, gameId, categoryId }: PlanArguments,
  filled: ReadonlySet<string>,
): Promise<readonly Plan[]> {
  const explained: Plan[] = [];
  const explain = async (
    name: string,
    text: string,
    parameters: readonly Parameter[],
    generic: boolean,
  ): Promise<void> => {
    const statement = `bench_${explained.length}`;
    await executor.query(`SET plan_cache_mode = ${generic ? 'force_generic_plan' : 'force_custom_plan'}`);
    await executor.query(`PREPARE ${statement} AS ${text}`);
    const given = parameters.length === 0 ? '' : `(${parameters.map(literal).join(', ')})`;
    const { rows } = await executor.query<{ 'QUERY PLAN': string }>(`EXPLAIN (COSTS OFF) EXECUTE ${statement}${given}`);
    await executor.query(`DEALLOCATE ${statement}`);
    const plan = rows.map((row) => row['QUERY PLAN']);
    explained.push({ name, statement: generic ? 'prepared, generic plan' : 'planned for its values', plan });
  };
  const patterns = ['%orchard%'];
  await explain('list', LISTED_GAMES.titles, [userId], true);
  await explain('list, filtered or by another order', LISTED_GAMES.all, [userId], true);
  await explain('list, category', LISTED_GAMES.category, [userId, categoryId], true);
  await explain('list, q', LISTED_GAMES.search, [userId, patterns], true);
  await explain('list, category and q', LISTED_GAMES.searchCategory, [userId, categoryId, patterns], true);
  await explain('category counts', LISTED_GAMES.counted, [userId, patterns], true);
  await explain('category members', CATEGORY_MEMBERS, [userId, [categoryId]], true);
  await explain('item, items of a page', LIBRARY_ITEMS, [userId, [gameId], '2026-01-01', LENDABLE_SOURCES], true);
  await explain('revision', USER_REVISIONS, [[userId]], true);
  await explain('catalogue, q', CATALOG_SEARCH, [null, null, 51, '%0001234%'], false);
  await explain('catalogue, short q', CATALOG_SEARCH, [null, null, 51, 'qx%'], false);
  await explain('catalogue, page', CATALOG_PAGE, ['Game 0001', gameId, 51], false);
  for (const table of USER_TABLES) {
    if (table.exportAs === null || !filled.has(table.table)) continue;
    await explain(`export, ${table.table}`, exportStatement(table, true), [userId], false);
  }
  await executor.query('RESET plan_cache_mode');
  return explained;
}

type Parameter = string | number | null | readonly string[];

function literal(value: Parameter): string {
  if (value === null) return 'NULL';
  if (typeof value === 'number') return String(value);
  const text = typeof value === 'string' ? value : `{${value.map((item) => JSON.stringify(item)).join(',')}}`;
  return `'${text.replaceAll("'", "''")}'`;
}
