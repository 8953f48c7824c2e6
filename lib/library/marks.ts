import { sql, type Transaction } from 'kysely';
import { lockCategories, setCategories } from './categories-of-game.ts';
import { notInLibrary, ownedGame } from './library-items.ts';
import type { ListContext } from './list-library.ts';
import type { LibraryItem, LibraryPatch } from '../contract/library.ts';
import type { Schema } from '../db/schema.ts';
import { emit } from '../events/emit.ts';
import { mustBeBasedOn, type IfMatch } from '../precondition.ts';

type Marks = Pick<LibraryPatch, 'hidden' | 'favorite' | 'notes'>;

/**
 * Changes what the user made of a game; members left out stay as they are. A patch that changes nothing keeps the
 * version, and nobody is told.
 *
 * @throws LibraryError GAME_NOT_IN_LIBRARY, PRECONDITION_FAILED when the version is another one, VALIDATION_ERROR for a
 *   category that is not there or not manual
 */
export async function patchGame(
  { database: { db, executor }, userId, now }: ListContext,
  gameId: string,
  patch: LibraryPatch,
  ifMatch: IfMatch,
): Promise<LibraryItem> {
  const { category_ids: categoryIds, ...marks } = patch;
  await db.transaction().execute(async (transaction) => {
    if (categoryIds !== undefined) await lockCategories(transaction, userId);
    const before = await lockedMarks(transaction, userId, gameId);
    mustBeBasedOn(before.version, ifMatch);
    const marked = (Object.keys(marks) as (keyof Marks)[]).some((name) => marks[name] !== before[name]);
    const sorted = categoryIds !== undefined && (await setCategories(transaction, userId, gameId, categoryIds));
    if (!marked && !sorted) return;
    await transaction
      .updateTable('user_libraries')
      .set({ ...marks, version: sql<number>`version + 1`, updated_at: new Date(now) })
      .where('user_id', '=', userId)
      .where('game_id', '=', gameId)
      .execute();
    const changed = [...(marked ? (['marks'] as const) : []), ...(sorted ? (['categories'] as const) : [])];
    await emit(transaction, now, [
      { type: 'library.game.updated', data: { user_id: userId, game_id: gameId, changed } },
    ]);
  });
  return ownedGame(executor, userId, gameId, now);
}

async function lockedMarks(transaction: Transaction<Schema>, userId: string, gameId: string) {
  const row = await transaction
    .selectFrom('user_libraries')
    .select(['hidden', 'favorite', 'notes', 'version'])
    .where('user_id', '=', userId)
    .where('game_id', '=', gameId)
    .where('revoked_at', 'is', null)
    .forUpdate()
    .executeTakeFirst();
  return row ?? notInLibrary(gameId);
}
