import { sql, type Transaction } from 'kysely';
import type { Schema } from '../db/schema.ts';

/**
 * Leaves word that the wishers of a game may have to be told of its prices, in the transaction that changes them. A game
 * whose wishers are being told already is begun anew: who was told stays told.
 *
 * @param currencies in which a price changed so; none: nothing to do
 * @param now ms since the Unix epoch
 */
export async function queueDiscounts(
  transaction: Transaction<Schema>,
  gameId: string,
  currencies: readonly string[],
  now: number,
): Promise<void> {
  if (currencies.length === 0) return;
  await sql`
    INSERT INTO wishlist_discount_work AS w (game_id, currencies, queued_at)
    SELECT ${gameId}::uuid, ${[...currencies]}::text[], ${new Date(now)}::timestamptz
    WHERE EXISTS (SELECT FROM wishlists WHERE game_id = ${gameId} AND (on_sale OR target_minor IS NOT NULL))
    ON CONFLICT (game_id) DO UPDATE SET
      currencies = ARRAY(SELECT DISTINCT unnest(w.currencies || excluded.currencies) ORDER BY 1),
      told_up_to = NULL`.execute(transaction);
}
