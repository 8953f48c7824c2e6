import type { Kysely } from 'kysely';
import { discountPercent } from './discount-rules.ts';
import { noWish } from './wishes.ts';
import type { PriceHistoryPage, PriceHistoryQuery } from '../contract/wishlist.ts';
import { decodeCursor, encodeCursor } from '../cursor.ts';
import type { Schema } from '../db/schema.ts';

/**
 * A page of what a wished game has cost, latest first.
 *
 * @throws LibraryError NOT_FOUND when the user does not wish for it, VALIDATION_ERROR for a cursor of another list
 */
export async function priceHistory(
  db: Kysely<Schema>,
  userId: string,
  gameId: string,
  query: PriceHistoryQuery,
): Promise<PriceHistoryPage> {
  const wished = await db
    .selectFrom('wishlists')
    .select('game_id')
    .where('user_id', '=', userId)
    .where('game_id', '=', gameId)
    .executeTakeFirst();
  if (wished === undefined) throw noWish();
  let select = db
    .selectFrom('wishlist_price_history')
    .select(['currency', 'changed_at', 'amount_minor', 'regular_minor', 'change_number'])
    .where('game_id', '=', gameId)
    .orderBy('change_number', 'desc')
    .limit(query.limit + 1);
  if (query.currency !== undefined) select = select.where('currency', '=', query.currency);
  if (query.cursor !== undefined) {
    select = select.where('change_number', '<', decodeCursor(query.cursor, isChangeNumber)[0]);
  }
  const rows = await select.execute();
  const shown = rows.slice(0, query.limit);
  const last = shown.at(-1);
  return {
    items: shown.map(({ currency, changed_at, amount_minor, regular_minor }) => ({
      currency,
      changed_at: changed_at.toISOString(),
      amount_minor,
      regular_minor,
      discount_percent: regular_minor === null ? 0 : discountPercent(amount_minor, regular_minor),
    })),
    next_cursor: rows.length > shown.length && last !== undefined ? encodeCursor([last.change_number]) : null,
  };
}

function isChangeNumber(parts: unknown): parts is readonly [number] {
  return Array.isArray(parts) && parts.length === 1 && Number.isSafeInteger(parts[0]);
}
