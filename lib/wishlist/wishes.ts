import { sql, type Kysely, type Selectable } from 'kysely';
import { discountPercent, isOnSale } from './discount-rules.ts';
import { wishlistVersion } from './list-lock.ts';
import { notifyOf } from './notify.ts';
import type { WishlistItem, WishlistPage, WishPrice } from '../contract/wishlist.ts';
import { decodeCursor, encodeCursor } from '../cursor.ts';
import type { Schema } from '../db/schema.ts';
import { LibraryError } from '../errors.ts';
import { stateOf } from '../library/catalog-prices.ts';
import { uuidToKey } from '../uuid.ts';

/**
 * A page of the user's wishes, in the user's order. At most a thousand rows are sorted, found by the first column of
 * the primary key.
 *
 * @param now ms since the Unix epoch
 * @throws LibraryError VALIDATION_ERROR for a cursor of another list
 */
export async function wishlistPage(
  db: Kysely<Schema>,
  userId: string,
  query: { readonly cursor?: string | undefined; readonly limit: number },
  now: number,
): Promise<WishlistPage> {
  const version = await wishlistVersion(db, userId);
  let select = wishRows(db, userId)
    .orderBy('w.position')
    .orderBy('w.game_id')
    .limit(query.limit + 1);
  if (query.cursor !== undefined) {
    const [position, gameId] = decodeCursor(query.cursor, isPlace);
    select = select.where(sql<boolean>`(w.position, w.game_id) > (${position}::integer, ${gameId}::uuid)`);
  }
  const rows = await select.execute();
  const shown = rows.slice(0, query.limit);
  const last = shown.at(-1);
  return {
    items: await withPrices(db, shown, now),
    next_cursor: rows.length > shown.length && last !== undefined ? encodeCursor([last.position, last.game_id]) : null,
    version,
  };
}

/**
 * One wish of the user.
 *
 * @param now ms since the Unix epoch
 * @throws LibraryError NOT_FOUND
 */
export async function wish(db: Kysely<Schema>, userId: string, gameId: string, now: number): Promise<WishlistItem> {
  const rows = await wishRows(db, userId).where('w.game_id', '=', gameId).execute();
  const [item] = await withPrices(db, rows, now);
  if (item === undefined) throw noWish();
  return item;
}

export function noWish(): LibraryError {
  return new LibraryError('NOT_FOUND', 'The game is not in the wishlist');
}

/** The place of the last item of the page before. */
function isPlace(parts: unknown): parts is readonly [number, string] {
  if (!Array.isArray(parts) || parts.length !== 2) return false;
  const [position, gameId] = parts as unknown[];
  return (
    Number.isInteger(position) &&
    Math.abs(position as number) < 2 ** 31 &&
    typeof gameId === 'string' &&
    uuidToKey(gameId) !== null
  );
}

type Row = Awaited<ReturnType<ReturnType<typeof wishRows>['execute']>>[number];

function wishRows(db: Kysely<Schema>, userId: string) {
  return db
    .selectFrom('wishlists as w')
    .innerJoin('catalog_games as g', 'g.game_id', 'w.game_id')
    .leftJoin('wishlist_notices as n', (join) =>
      join.onRef('n.user_id', '=', 'w.user_id').onRef('n.game_id', '=', 'w.game_id'),
    )
    .select(['w.game_id', 'w.position', 'w.priority', 'w.note', 'w.on_sale', 'w.min_discount_percent'])
    .select(['w.target_currency', 'w.target_minor', 'w.currency', 'w.version', 'w.added_at', 'n.noticed_at'])
    .select(['g.title', 'g.developer', 'g.publisher', 'g.cover_url', 'g.genres', 'g.released_on'])
    .where('w.user_id', '=', userId);
}

async function withPrices(db: Kysely<Schema>, rows: readonly Row[], now: number): Promise<WishlistItem[]> {
  if (rows.length === 0) return [];
  const prices = await db
    .selectFrom('catalog_prices')
    .selectAll()
    .where(
      'game_id',
      'in',
      rows.map(({ game_id }) => game_id),
    )
    .orderBy('currency')
    .execute();
  const byGame = Map.groupBy(prices, ({ game_id }) => game_id);
  return rows.map((row) =>
    item(
      row,
      (byGame.get(row.game_id) ?? []).map((price) => shownPrice(price, now)),
    ),
  );
}

function shownPrice(row: Selectable<Schema['catalog_prices']>, now: number): WishPrice {
  const regular = isOnSale(stateOf(row), now) ? row.sale_from_minor : null;
  return {
    currency: row.currency,
    amount_minor: row.amount_minor,
    on_sale: regular !== null,
    regular_minor: regular,
    discount_percent: regular === null ? 0 : discountPercent(row.amount_minor, regular),
    sale_ends_at: regular === null ? null : (row.sale_ends_at?.toISOString() ?? null),
    lowest_minor: row.lowest_minor,
    lowest_at: row.lowest_at.toISOString(),
  };
}

function item(row: Row, prices: WishPrice[]): WishlistItem {
  const watched = row.currency ?? row.target_currency;
  const sales = prices.filter((price) => price.on_sale && (watched === null || price.currency === watched));
  return {
    game_id: row.game_id,
    title: row.title,
    developer: row.developer,
    publisher: row.publisher,
    cover_url: row.cover_url,
    genres: row.genres,
    released_on: row.released_on,
    priority: row.priority,
    note: row.note,
    notify: notifyOf(row),
    on_sale: sales.length > 0,
    discount_percent: Math.max(0, ...sales.map((price) => price.discount_percent)),
    prices,
    added_at: row.added_at.toISOString(),
    notified_at: row.noticed_at?.toISOString() ?? null,
    version: row.version,
  };
}
