import { sql, type Kysely, type Transaction } from 'kysely';
import { noticeFor, offerOf, type Offer } from './discount-rules.ts';
import { termsOf } from './notify.ts';
import type { Schema } from '../db/schema.ts';
import { emit, type NewEvent } from '../events/emit.ts';
import { stateOf } from '../library/catalog-prices.ts';

/** Wishers that one transaction looks at. */
const BATCH = 500;

export interface AnnounceReport {
  /** Wishers looked at. */
  readonly wishers: number;
  /** Of these, those who were told. */
  readonly notices: number;
  /** Whether the limit came before the end of the work. */
  readonly more: boolean;
}

/**
 * Tells wishers of discounts (`library.wishlist.item.discounted`), batch by batch: each is one transaction that holds
 * the game's row of work, notes who was told, moves the cursor and emits. So a crash repeats nothing and loses nothing,
 * and no two processes tell the wishers of one game at once; of different games they may.
 *
 * @param now ms since the Unix epoch
 * @param limit wishers to look at, about
 */
export async function announceDiscounts(db: Kysely<Schema>, now: number, limit: number): Promise<AnnounceReport> {
  let [wishers, notices] = [0, 0];
  while (wishers < limit) {
    const batch = await db.transaction().execute((transaction) => announceBatch(transaction, now));
    if (batch === null) return { wishers, notices, more: false };
    wishers += batch.wishers;
    notices += batch.notices;
  }
  return { wishers, notices, more: true };
}

/** Null: no game is waiting that nobody else works on. */
async function announceBatch(transaction: Transaction<Schema>, now: number) {
  const work = await transaction
    .selectFrom('wishlist_discount_work')
    .select(['game_id', 'currencies', 'told_up_to'])
    .orderBy('queued_at')
    .limit(1)
    .forUpdate()
    .skipLocked()
    .executeTakeFirst();
  if (work === undefined) return null;
  const offers = await offersOf(transaction, work.game_id, work.currencies, now);
  const wishers = offers.length === 0 ? [] : await nextWishers(transaction, work.game_id, work.told_up_to);
  const events: NewEvent[] = [];
  for (const wisher of wishers) {
    const offer = noticeFor(termsOf(wisher), wisher.noticed_at?.getTime() ?? null, offers, now);
    if (offer !== null) events.push(discounted(wisher.user_id, work.game_id, offer));
  }
  await noteNotices(transaction, work.game_id, events, offers, now);
  await moveCursor(transaction, work.game_id, wishers.length < BATCH ? null : (wishers.at(-1)?.user_id ?? null));
  await emit(transaction, now, events);
  return { wishers: wishers.length, notices: events.length };
}

/** What there is to tell now, in the currencies in which the price changed: the sale may be over already. */
async function offersOf(
  transaction: Transaction<Schema>,
  gameId: string,
  currencies: readonly string[],
  now: number,
): Promise<readonly Offer[]> {
  const prices = await transaction
    .selectFrom('catalog_prices')
    .selectAll()
    .where('game_id', '=', gameId)
    .where('currency', 'in', currencies)
    .orderBy('currency')
    .execute();
  return prices.flatMap((price) => offerOf(price.currency, stateOf(price), now) ?? []);
}

/**
 * Those behind the cursor who want to be told of prices, in the order of the index. Their wishes are held, so that none
 * is taken back and still told of. Who is being erased is passed over: nothing of theirs can be written any more.
 */
async function nextWishers(transaction: Transaction<Schema>, gameId: string, after: string | null) {
  let select = transaction
    .selectFrom('wishlists as w')
    .leftJoin('wishlist_notices as n', (join) =>
      join.onRef('n.user_id', '=', 'w.user_id').onRef('n.game_id', '=', 'w.game_id'),
    )
    .select(['w.user_id', 'w.on_sale', 'w.min_discount_percent', 'w.target_currency', 'w.target_minor', 'w.currency'])
    .select('n.noticed_at')
    .where('w.game_id', '=', gameId)
    .where((wanted) => wanted.or([wanted('w.on_sale', '=', true), wanted('w.target_minor', 'is not', null)]))
    .where(sql<boolean>`NOT EXISTS (SELECT FROM erasures WHERE user_digest = sha256(uuid_send(w.user_id)))`)
    .orderBy('w.user_id')
    .limit(BATCH)
    .forKeyShare('w');
  if (after !== null) select = select.where('w.user_id', '>', after);
  return select.execute();
}

async function noteNotices(
  transaction: Transaction<Schema>,
  gameId: string,
  events: readonly NewEvent[],
  offers: readonly Offer[],
  now: number,
): Promise<void> {
  if (events.length === 0) return;
  // Not before the sale began, should the clock of whoever took in the price be ahead of ours: that would be told twice.
  const at = new Date(Math.max(now, ...offers.map(({ since }) => since)));
  await sql`
    INSERT INTO wishlist_notices (user_id, game_id, noticed_at)
    SELECT user_id, ${gameId}::uuid, ${at}::timestamptz FROM unnest(${events.map(({ data }) => data.user_id)}::uuid[]) AS u (user_id)
    ON CONFLICT (user_id, game_id) DO UPDATE SET noticed_at = excluded.noticed_at`.execute(transaction);
}

/** @param userId the last one looked at; null: there are no more */
async function moveCursor(transaction: Transaction<Schema>, gameId: string, userId: string | null): Promise<void> {
  if (userId === null) {
    await transaction.deleteFrom('wishlist_discount_work').where('game_id', '=', gameId).execute();
    return;
  }
  await transaction
    .updateTable('wishlist_discount_work')
    .set({ told_up_to: userId })
    .where('game_id', '=', gameId)
    .execute();
}

function discounted(userId: string, gameId: string, offer: Offer): NewEvent {
  return {
    type: 'library.wishlist.item.discounted',
    data: {
      user_id: userId,
      game_id: gameId,
      currency: offer.currency,
      amount_minor: offer.amountMinor,
      regular_minor: offer.regularMinor,
      discount_percent: offer.discountPercent,
    },
  };
}
