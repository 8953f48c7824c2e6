import type { Selectable, Transaction } from 'kysely';
import type { Game, GameBody } from '../contract/admin.ts';
import type { Schema } from '../db/schema.ts';
import { queueDiscounts } from '../wishlist/discount-work.ts';
import { nextPrice, type PriceState } from '../wishlist/discount-rules.ts';

export type Price = Game['prices'][number];
type PriceRow = Selectable<Schema['catalog_prices']>;

/** The prices of an entry in the order and form in which they are kept and shown. */
export function toldPrices(prices: NonNullable<GameBody['prices']>): readonly Price[] {
  return prices
    .map(({ currency, amount_minor, regular_minor, sale_ends_at }) => ({
      currency,
      amount_minor,
      ...(typeof regular_minor === 'number' ? { regular_minor } : {}),
      ...(typeof sale_ends_at === 'string' ? { sale_ends_at: new Date(sale_ends_at).toISOString() } : {}),
    }))
    .sort((a, b) => (a.currency < b.currency ? -1 : 1));
}

/** What is known of a game's prices, by currency. */
export async function priceRows(transaction: Transaction<Schema>, gameId: string): Promise<readonly PriceRow[]> {
  return transaction
    .selectFrom('catalog_prices')
    .selectAll()
    .where('game_id', '=', gameId)
    .orderBy('currency')
    .execute();
}

/** Whether the catalogue tells other prices than before. */
export function pricesDiffer(rows: readonly PriceRow[], prices: readonly Price[]): boolean {
  return JSON.stringify(rows.map(told)) !== JSON.stringify(prices);
}

/** A price as the catalogue told it. */
export function told({ currency, amount_minor, regular_minor, sale_ends_at }: PriceRow): Price {
  return {
    currency,
    amount_minor,
    ...(regular_minor === null ? {} : { regular_minor }),
    ...(sale_ends_at === null ? {} : { sale_ends_at: sale_ends_at.toISOString() }),
  };
}

/**
 * Replaces the prices of a game whose entry the transaction has locked: writes the history, works out sales, and leaves
 * word where wishers may have to be told.
 *
 * @param now ms since the Unix epoch
 */
export async function replacePrices(
  transaction: Transaction<Schema>,
  gameId: string,
  prices: readonly Price[],
  now: number,
): Promise<void> {
  const before = new Map((await priceRows(transaction, gameId)).map((row) => [row.currency, row]));
  const changed = prices.filter((price) => {
    const row = before.get(price.currency);
    return row === undefined || JSON.stringify(told(row)) !== JSON.stringify(price);
  });
  await dropOthers(transaction, gameId, prices);
  if (changed.length === 0) return;
  const lowest = await lowestEver(transaction, gameId);
  const announced: string[] = [];
  const rows = changed.map((price): PriceRow => {
    const row = before.get(price.currency);
    const endsAt = typeof price.sale_ends_at === 'string' ? new Date(price.sale_ends_at) : null;
    const { price: state, announce } = nextPrice(
      row === undefined ? null : stateOf(row),
      {
        amountMinor: price.amount_minor,
        regularMinor: price.regular_minor ?? null,
        saleEndsAt: endsAt?.getTime() ?? null,
      },
      now,
    );
    if (announce) announced.push(price.currency);
    const low = lowest.get(price.currency);
    const isLowest = low === undefined || price.amount_minor < low.amount;
    return {
      game_id: gameId,
      currency: price.currency,
      amount_minor: price.amount_minor,
      regular_minor: price.regular_minor ?? null,
      sale_ends_at: endsAt,
      sale_from_minor: state.saleFromMinor,
      offer_since: state.offerSince === null ? null : new Date(state.offerSince),
      lowest_minor: isLowest ? price.amount_minor : low.amount,
      lowest_at: isLowest ? new Date(now) : low.at,
    };
  });
  await storePrices(transaction, rows);
  await recordHistory(transaction, rows, now);
  await queueDiscounts(transaction, gameId, announced, now);
}

/** The state that the rules work on. */
export function stateOf(row: PriceRow): PriceState {
  return {
    amountMinor: row.amount_minor,
    saleFromMinor: row.sale_from_minor,
    saleEndsAt: row.sale_ends_at?.getTime() ?? null,
    offerSince: row.offer_since?.getTime() ?? null,
  };
}

async function dropOthers(transaction: Transaction<Schema>, gameId: string, prices: readonly Price[]): Promise<void> {
  let drop = transaction.deleteFrom('catalog_prices').where('game_id', '=', gameId);
  const kept = prices.map(({ currency }) => currency);
  if (kept.length > 0) drop = drop.where('currency', 'not in', kept);
  await drop.execute();
}

/** From the history, which also knows of currencies that were taken away meanwhile. */
async function lowestEver(transaction: Transaction<Schema>, gameId: string) {
  const rows = await transaction
    .selectFrom('wishlist_price_history')
    .distinctOn('currency')
    .select(['currency', 'amount_minor', 'changed_at'])
    .where('game_id', '=', gameId)
    .orderBy('currency')
    .orderBy('amount_minor')
    .orderBy('change_number')
    .execute();
  return new Map(rows.map((row) => [row.currency, { amount: row.amount_minor, at: row.changed_at }]));
}

async function storePrices(transaction: Transaction<Schema>, rows: readonly PriceRow[]): Promise<void> {
  await transaction
    .insertInto('catalog_prices')
    .values([...rows])
    .onConflict((conflict) =>
      conflict.columns(['game_id', 'currency']).doUpdateSet((expression) => ({
        amount_minor: expression.ref('excluded.amount_minor'),
        regular_minor: expression.ref('excluded.regular_minor'),
        sale_ends_at: expression.ref('excluded.sale_ends_at'),
        sale_from_minor: expression.ref('excluded.sale_from_minor'),
        offer_since: expression.ref('excluded.offer_since'),
        lowest_minor: expression.ref('excluded.lowest_minor'),
        lowest_at: expression.ref('excluded.lowest_at'),
      })),
    )
    .execute();
}

async function recordHistory(transaction: Transaction<Schema>, rows: readonly PriceRow[], now: number): Promise<void> {
  await transaction
    .insertInto('wishlist_price_history')
    .values(
      rows.map(({ game_id, currency, amount_minor, sale_from_minor }) => ({
        game_id,
        currency,
        changed_at: new Date(now),
        amount_minor,
        regular_minor: sale_from_minor,
      })),
    )
    .execute();
}
