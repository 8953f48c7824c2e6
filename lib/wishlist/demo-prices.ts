import type { Kysely } from 'kysely';
import type { Schema } from '../db/schema.ts';
import { SAMPLE_GAMES } from '../library/sample-catalog.ts';

const DAY_MS = 86_400_000;
/** Every fourth sample game is on sale, by one of these percentages. */
const SALES = [20, 35, 50, 75] as const;

interface PastPrice {
  readonly daysAgo: number;
  readonly amount: number;
  readonly regular: number | null;
}

/**
 * The sample games' prices: what they cost half a year ago, in a sale since, and today, when some are on sale again.
 * Prices that are there already stay as they are.
 *
 * @param now ms since the Unix epoch
 */
export async function loadSamplePrices(db: Kysely<Schema>, now: number): Promise<void> {
  const at = (daysAgo: number) => new Date(now - daysAgo * DAY_MS);
  const samples = SAMPLE_GAMES.flatMap(({ id, priceMinor }, number) =>
    Object.entries(priceMinor).map(([currency, regular]) => ({
      game_id: id,
      currency,
      past: pastPrices(number, regular),
    })),
  );
  const made = await db
    .insertInto('catalog_prices')
    .values(
      samples.map(({ game_id, currency, past }) => {
        const today = past[past.length - 1]!;
        const lowest = past.reduce((low, price) => (price.amount < low.amount ? price : low));
        return {
          game_id,
          currency,
          amount_minor: today.amount,
          regular_minor: today.regular,
          sale_from_minor: today.regular,
          sale_ends_at: today.regular === null ? null : at(-10),
          offer_since: today.regular === null ? null : at(today.daysAgo),
          lowest_minor: lowest.amount,
          lowest_at: at(lowest.daysAgo),
        };
      }),
    )
    .onConflict((conflict) => conflict.doNothing())
    .returning(['game_id', 'currency'])
    .execute();
  const isNew = new Set(made.map(({ game_id, currency }) => game_id + currency));
  const history = samples
    .filter(({ game_id, currency }) => isNew.has(game_id + currency))
    .flatMap(({ game_id, currency, past }) =>
      past.map(({ daysAgo, amount, regular }) => ({
        game_id,
        currency,
        changed_at: at(daysAgo),
        amount_minor: amount,
        regular_minor: regular,
      })),
    );
  if (history.length > 0) await db.insertInto('wishlist_price_history').values(history).execute();
}

function pastPrices(number: number, regular: number): readonly PastPrice[] {
  const cut = (percent: number) => Math.floor((regular * (100 - percent)) / 100);
  const sale = number % 4 === 1 ? SALES[Math.floor(number / 4) % SALES.length]! : null;
  return [
    { daysAgo: 180, amount: regular, regular: null },
    { daysAgo: 95, amount: cut(30), regular },
    { daysAgo: 85, amount: regular, regular: null },
    ...(sale === null ? [] : [{ daysAgo: 2, amount: cut(sale), regular }]),
  ];
}
