import type { Kysely } from 'kysely';
import type { Schema } from '../db/schema.ts';
import { DEMO_USER_ID } from '../library/demo-user.ts';
import { SAMPLE_GAMES } from '../library/sample-catalog.ts';

const DAY_MS = 86_400_000;

/** Numbers in the sample catalogue, of games that the demo user does not own, and what the wishes say. */
const WISHES = [
  { number: 25, priority: 5, note: 'With Mira, on the long weekend', onSale: true, minDiscount: null, target: null },
  { number: 29, priority: 4, note: null, onSale: true, minDiscount: 50, target: null },
  { number: 22, priority: 3, note: 'Only when it is cheap', onSale: false, minDiscount: null, target: 500 },
  { number: 33, priority: 3, note: null, onSale: true, minDiscount: 30, target: null },
  { number: 40, priority: 2, note: 'Ask whether it has a photo mode', onSale: true, minDiscount: null, target: null },
  { number: 51, priority: 1, note: null, onSale: false, minDiscount: null, target: null },
] as const;

/**
 * Some wishes for the demo user, once: a list that was ever touched is left as it is.
 *
 * @param now ms since the Unix epoch
 */
export async function loadDemoWishes(db: Kysely<Schema>, now: number): Promise<void> {
  await db.transaction().execute(async (transaction) => {
    const first = await transaction
      .insertInto('wishlist_versions')
      .values({ user_id: DEMO_USER_ID })
      .onConflict((conflict) => conflict.doNothing())
      .returning('user_id')
      .executeTakeFirst();
    if (first === undefined) return;
    await transaction
      .insertInto('wishlists')
      .values(
        WISHES.map(({ number, priority, note, onSale, minDiscount, target }, place) => ({
          user_id: DEMO_USER_ID,
          game_id: SAMPLE_GAMES[number]!.id,
          position: place + 1,
          priority,
          note,
          on_sale: onSale,
          min_discount_percent: minDiscount,
          currency: 'EUR',
          target_currency: target === null ? null : 'EUR',
          target_minor: target,
          added_at: new Date(now - (WISHES.length - place) * 3 * DAY_MS),
          updated_at: new Date(now),
        })),
      )
      .execute();
  });
}
