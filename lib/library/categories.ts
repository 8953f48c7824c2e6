import { sql, type Kysely, type Selectable, type Transaction } from 'kysely';
import { v7 as uuidv7 } from 'uuid';
import { lockCategories } from './categories-of-game.ts';
import { gameCounts } from './category-counts.ts';
import type { ListContext } from './list-library.ts';
import type { Category, CategoryPatch, NewCategory } from '../contract/categories.ts';
import type { LibraryFilter } from '../contract/library.ts';
import type { Schema } from '../db/schema.ts';
import { LibraryError } from '../errors.ts';
import { emit, raiseRevisions, type NewEvent } from '../events/emit.ts';
import { mustBeBasedOn, type IfMatch } from '../precondition.ts';

const MAX_CATEGORIES = 200;

type Row = Selectable<Schema['user_game_categories']>;

/** The filter of a dynamic category; null when it is manual. @throws LibraryError NOT_FOUND */
export async function categoryFilter(
  db: Kysely<Schema>,
  userId: string,
  categoryId: string,
): Promise<LibraryFilter | null> {
  return (await mustFind(db, userId, categoryId)).filter;
}

/** All categories of the user, by name, each with the number of its games. */
export async function listCategories({ database, userId, now }: ListContext): Promise<{ items: Category[] }> {
  const rows = await database.db
    .selectFrom('user_game_categories')
    .selectAll()
    .where('user_id', '=', userId)
    .orderBy('name_key')
    .execute();
  return { items: await counted({ database, userId, now }, rows) };
}

/** @throws LibraryError CONFLICT when the name is taken, or there are as many categories as there may be */
export async function createCategory(context: ListContext, body: NewCategory): Promise<Category> {
  const { database, userId, now } = context;
  const row = await database.db.transaction().execute(async (transaction) => {
    await lockCategories(transaction, userId);
    await mustHaveRoom(transaction, userId);
    await mustBeFree(transaction, userId, nameKey(body.name), null);
    const created = await transaction
      .insertInto('user_game_categories')
      .values({
        user_id: userId,
        category_id: uuidv7({ msecs: now }),
        name: body.name.trim(),
        name_key: nameKey(body.name),
        filter: body.filter === undefined ? null : JSON.stringify(body.filter),
        created_at: new Date(now),
        updated_at: new Date(now),
      })
      .returningAll()
      .executeTakeFirstOrThrow();
    await raiseRevisions(transaction, [userId]);
    return created;
  });
  return countedOne(context, row);
}

/**
 * Changes name or filter; members left out stay as they are, and what changes nothing keeps the version.
 *
 * @throws LibraryError NOT_FOUND, PRECONDITION_FAILED, CONFLICT when the name is taken, VALIDATION_ERROR for the filter of
 *   a manual category
 */
export async function patchCategory(
  context: ListContext,
  categoryId: string,
  patch: CategoryPatch,
  ifMatch: IfMatch,
): Promise<Category> {
  const { database, userId, now } = context;
  const row = await database.db.transaction().execute(async (transaction) => {
    await lockCategories(transaction, userId);
    const before = await mustFind(transaction, userId, categoryId);
    mustBeBasedOn(before.version, ifMatch);
    if (patch.filter !== undefined && before.filter === null) throw noFilter();
    const name = patch.name?.trim() ?? before.name;
    const filter = patch.filter ?? before.filter;
    if (name === before.name && sameFilter(filter, before.filter)) return before;
    await mustBeFree(transaction, userId, nameKey(name), categoryId);
    const after = await transaction
      .updateTable('user_game_categories')
      .set({ name, name_key: nameKey(name), filter: filter === null ? null : JSON.stringify(filter) })
      .set({ version: sql<number>`version + 1`, updated_at: new Date(now) })
      .where('user_id', '=', userId)
      .where('category_id', '=', categoryId)
      .returningAll()
      .executeTakeFirstOrThrow();
    await raiseRevisions(transaction, [userId]);
    return after;
  });
  return countedOne(context, row);
}

/** Removes a category; each of its games gets a new version, for it is in one category less. @throws LibraryError NOT_FOUND */
export async function removeCategory({ database, userId, now }: ListContext, categoryId: string): Promise<void> {
  await database.db.transaction().execute(async (transaction) => {
    await lockCategories(transaction, userId);
    await mustFind(transaction, userId, categoryId);
    const games = await sql<{ game_id: string; owned: boolean }>`
      WITH members AS MATERIALIZED (
        SELECT l.game_id FROM user_libraries AS l
        JOIN user_game_category_members AS m ON m.user_id = l.user_id AND m.game_id = l.game_id
        WHERE l.user_id = ${userId} AND m.user_id = ${userId} AND m.category_id = ${categoryId}
        ORDER BY l.game_id FOR UPDATE OF l
      )
      UPDATE user_libraries AS l SET version = version + 1, updated_at = ${new Date(now)}
      FROM members WHERE l.user_id = ${userId} AND l.game_id = members.game_id
      RETURNING l.game_id, l.revoked_at IS NULL AS owned`.execute(transaction);
    await transaction
      .deleteFrom('user_game_categories')
      .where('user_id', '=', userId)
      .where('category_id', '=', categoryId)
      .execute();
    const events = games.rows.filter(({ owned }) => owned).map(({ game_id }) => categoriesChanged(userId, game_id));
    if (events.length === 0) await raiseRevisions(transaction, [userId]);
    else await emit(transaction, now, events);
  });
}

function categoriesChanged(userId: string, gameId: string): NewEvent {
  return { type: 'library.game.updated', data: { user_id: userId, game_id: gameId, changed: ['categories'] } };
}

async function mustFind(db: Kysely<Schema>, userId: string, categoryId: string): Promise<Row> {
  const row = await db
    .selectFrom('user_game_categories')
    .selectAll()
    .where('user_id', '=', userId)
    .where('category_id', '=', categoryId)
    .executeTakeFirst();
  if (row === undefined) throw new LibraryError('NOT_FOUND', 'The user has no such category');
  return row;
}

async function mustHaveRoom(transaction: Transaction<Schema>, userId: string): Promise<void> {
  const { count } = await transaction
    .selectFrom('user_game_categories')
    .select((expression) => expression.fn.countAll<number>().as('count'))
    .where('user_id', '=', userId)
    .executeTakeFirstOrThrow();
  if (count >= MAX_CATEGORIES) {
    throw new LibraryError('CONFLICT', `A user has at most ${MAX_CATEGORIES} categories`, { limit: MAX_CATEGORIES });
  }
}

async function mustBeFree(
  transaction: Transaction<Schema>,
  userId: string,
  key: string,
  own: string | null,
): Promise<void> {
  const taken = await transaction
    .selectFrom('user_game_categories')
    .select('category_id')
    .where('user_id', '=', userId)
    .where('name_key', '=', key)
    .executeTakeFirst();
  if (taken === undefined || taken.category_id === own) return;
  throw new LibraryError('CONFLICT', 'The user has a category of this name', { category_id: taken.category_id });
}

/** A name as it is compared: the letters that people take for the same are the same. */
export function nameKey(name: string): string {
  return name.trim().normalize('NFKC').toLowerCase();
}

function sameFilter(a: LibraryFilter | null, b: LibraryFilter | null): boolean {
  const canonical = (filter: LibraryFilter | null) => JSON.stringify(Object.entries(filter ?? {}).sort());
  return canonical(a) === canonical(b);
}

function noFilter(): LibraryError {
  const message = 'a manual category takes none';
  return new LibraryError('VALIDATION_ERROR', `filter: ${message}`, { errors: [{ field: 'filter', message }] });
}

async function countedOne(context: ListContext, row: Row): Promise<Category> {
  const [category] = await counted(context, [row]);
  if (category === undefined) throw new TypeError('a category went missing while it was counted');
  return category;
}

async function counted({ database, userId, now }: ListContext, rows: readonly Row[]): Promise<Category[]> {
  const counts = await gameCounts(database.executor, userId, rows, now);
  return rows.map((row, at) => ({
    category_id: row.category_id,
    name: row.name,
    kind: row.filter === null ? 'manual' : 'dynamic',
    filter: row.filter,
    game_count: counts[at] ?? 0,
    created_at: row.created_at.toISOString(),
    updated_at: row.updated_at.toISOString(),
    version: row.version,
  }));
}
