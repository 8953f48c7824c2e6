import { sql, type Transaction } from 'kysely';
import type { Schema } from '../db/schema.ts';
import { LibraryError } from '../errors.ts';

/**
 * Changes of one user's categories, and of what is in them, are made one at a time: the names stay unique and the number
 * bounded, and nobody waits in a circle. Taken before any row; held to the end of the transaction.
 */
export async function lockCategories(transaction: Transaction<Schema>, userId: string): Promise<void> {
  await sql`SELECT pg_advisory_xact_lock(hashtextextended(${`categories of ${userId}`}, 0))`.execute(transaction);
}

/**
 * Puts a game into exactly these manual categories. Returns whether that changed anything.
 *
 * @throws LibraryError VALIDATION_ERROR for a category that is not there or not manual
 */
export async function setCategories(
  transaction: Transaction<Schema>,
  userId: string,
  gameId: string,
  categoryIds: readonly string[],
): Promise<boolean> {
  const ids = [...new Set(categoryIds.map((id) => id.toLowerCase()))];
  const manual = await transaction
    .selectFrom('user_game_categories')
    .select('category_id')
    .where('user_id', '=', userId)
    .where('filter', 'is', null)
    .where(sql<boolean>`category_id = ANY (${ids}::uuid[])`)
    .execute();
  if (manual.length < ids.length) {
    const message = 'must be manual categories of the user';
    throw new LibraryError('VALIDATION_ERROR', `category_ids: ${message}`, {
      errors: [{ field: 'category_ids', message }],
    });
  }
  const removed = await transaction
    .deleteFrom('user_game_category_members')
    .where('user_id', '=', userId)
    .where('game_id', '=', gameId)
    .where(sql<boolean>`category_id <> ALL (${ids}::uuid[])`)
    .executeTakeFirst();
  const added = await sql`
    INSERT INTO user_game_category_members (user_id, category_id, game_id)
    SELECT ${userId}::uuid, id, ${gameId}::uuid FROM unnest(${ids}::uuid[]) AS id
    ON CONFLICT DO NOTHING`.execute(transaction);
  return removed.numDeletedRows > 0n || (added.numAffectedRows ?? 0n) > 0n;
}
