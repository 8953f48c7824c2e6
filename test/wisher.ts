import { id } from './playtime-rows.ts';
import { TEST_NOW } from './databases.ts';
import type { Database } from '../lib/db/database.ts';
import { putGame } from '../lib/library/catalog.ts';
import type { WishBody } from '../lib/contract/wishlist.ts';
import { addWish } from '../lib/wishlist/change-wishes.ts';

let lastUser = 500_000;
let lastGame = 500_000;

/** Somebody whom no other test knows. */
export function newWisher(): string {
  return id((lastUser += 1), 'user');
}

export type Prices = NonNullable<Parameters<typeof putGame>[2]['prices']>;

/** A game whom no other test knows, with prices in EUR and USD unless told otherwise. */
export async function newGame(
  database: Database,
  prices: Prices = [eur(2000), usd(2200)],
  now = TEST_NOW,
): Promise<string> {
  const gameId = id((lastGame += 1), 'game');
  await putGame(database.db, gameId, { title: `Game ${lastGame}`, prices }, now);
  return gameId;
}

export const eur = (amount_minor: number, regular_minor: number | null = null, sale_ends_at: string | null = null) => ({
  currency: 'EUR',
  amount_minor,
  regular_minor,
  sale_ends_at,
});
export const usd = (amount_minor: number, regular_minor: number | null = null) => ({
  currency: 'USD',
  amount_minor,
  regular_minor,
});

/** Wishes for the game as somebody new; returns who. */
export async function wishFor(
  database: Database,
  gameId: string,
  notify: WishBody['notify'] = {},
  userId = newWisher(),
): Promise<string> {
  await addWish({ db: database.db, userId, now: TEST_NOW }, { game_id: gameId, notify });
  return userId;
}

/** The data of a user's events of a type, in their order. */
export async function eventsOf(database: Database, userId: string, type: string): Promise<Record<string, unknown>[]> {
  const rows = await database.db
    .selectFrom('outbox_events')
    .select('data')
    .where('user_id', '=', userId)
    .where('event_type', '=', type)
    .orderBy('event_number')
    .execute();
  return rows.map(({ data }) => data);
}
