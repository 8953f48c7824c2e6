import { beforeEach, describe, expect, it } from '@jest/globals';
import { MAX_WISHES } from '../../../lib/contract/wishlist.ts';
import { putGame } from '../../../lib/library/catalog.ts';
import type { IfMatch } from '../../../lib/precondition.ts';
import { grantGame } from '../../../lib/library/access.ts';
import { addWish, patchWish, removeWish } from '../../../lib/wishlist/change-wishes.ts';
import { reorderWishlist } from '../../../lib/wishlist/order.ts';
import { priceHistory } from '../../../lib/wishlist/price-history.ts';
import { wish, wishlistPage } from '../../../lib/wishlist/wishes.ts';
import { onEachDatabase, TEST_NOW } from '../../databases.ts';
import { id } from '../../playtime-rows.ts';
import { eur, eventsOf, newGame, newWisher, usd } from '../../wisher.ts';

onEachDatabase('a wishlist', (database) => {
  let userId: string;
  let games: string[];
  beforeEach(async () => {
    userId = newWisher();
    games = [await newGame(database()), await newGame(database()), await newGame(database())];
  });

  const context = () => ({ db: database().db, userId, now: TEST_NOW });
  const add = (game_id: string, more: object = {}) => addWish(context(), { game_id, ...more });
  const addAll = async () => {
    for (const game of games) await add(game);
  };
  const page = (limit = 50, cursor?: string) =>
    wishlistPage(database().db, userId, { limit, ...(cursor === undefined ? {} : { cursor }) }, TEST_NOW);
  const order = async () => (await page()).items.map(({ game_id }) => game_id);
  const reorder = (game_ids: string[], ifMatch: IfMatch = null) => reorderWishlist(context(), { game_ids }, ifMatch);
  const grant = (gameId: string) =>
    grantGame({ ...context(), caller: { userId, roles: ['service'] } }, { game_id: gameId, source: 'purchase' });

  it('shows the games in the order in which they were wished for, in pages', async () => {
    await addAll();
    const first = await page(2);
    const rest = await page(2, first.next_cursor ?? '');
    expect([...first.items, ...rest.items].map(({ game_id }) => game_id)).toEqual(games);
    expect(rest).toMatchObject({ next_cursor: null, version: 3 });
    await expect(page(2, 'bm90IGE')).rejects.toMatchObject({ type: 'VALIDATION_ERROR' });
    expect(await wishlistPage(database().db, newWisher(), { limit: 5 }, TEST_NOW)).toEqual({
      items: [],
      next_cursor: null,
      version: 0,
    });
  });

  it('shows a wish with all that is known of the game and of what it costs', async () => {
    const notify = { min_discount_percent: 20, target_price: { currency: 'EUR', amount_minor: 1500 } };
    const made = await add(games[0]!.toUpperCase(), { priority: 5, note: 'soon', notify });
    expect(made).toMatchObject({
      game_id: games[0],
      priority: 5,
      note: 'soon',
      version: 1,
      notified_at: null,
      on_sale: false,
      discount_percent: 0,
      added_at: new Date(TEST_NOW).toISOString(),
      notify: { on_sale: true, ...notify, currency: null },
    });
    const ends = new Date(TEST_NOW + 1000).toISOString();
    const put = (...prices: ReturnType<typeof eur>[]) =>
      putGame(database().db, games[0]!, { title: 'Oru', genres: ['Puzzle'], prices }, TEST_NOW - 500);
    await put(eur(1300, 2000, ends));
    await put(eur(1400, 2000, ends));
    const shown = await wish(database().db, userId, games[0]!, TEST_NOW);
    expect(shown).toMatchObject({ title: 'Oru', genres: ['Puzzle'], on_sale: true, discount_percent: 30 });
    expect(shown.prices).toEqual([
      {
        currency: 'EUR',
        amount_minor: 1400,
        on_sale: true,
        regular_minor: 2000,
        discount_percent: 30,
        sale_ends_at: ends,
        lowest_minor: 1300,
        lowest_at: new Date(TEST_NOW - 500).toISOString(),
      },
    ]);
    const later = await wish(database().db, userId, games[0]!, TEST_NOW + 1000);
    expect(later).toMatchObject({ on_sale: false, discount_percent: 0, prices: [{ regular_minor: null }] });
    await patchWish(context(), games[0]!, { notify: { target_price: null, currency: 'USD' } }, null);
    expect(await wish(database().db, userId, games[0]!, TEST_NOW)).toMatchObject({ on_sale: false });
  });

  it('takes no game twice, none that is owned and none that is unknown', async () => {
    await add(games[0]!);
    await expect(add(games[0]!)).rejects.toMatchObject({ type: 'ALREADY_IN_WISHLIST', data: { version: 1 } });
    await grant(games[1]!);
    await expect(add(games[1]!)).rejects.toMatchObject({ type: 'GAME_ALREADY_OWNED', code: 409 });
    await expect(add(id(1, 'session'))).rejects.toMatchObject({ type: 'NOT_FOUND' });
    expect(await order()).toEqual([games[0]]);
    expect(await eventsOf(database(), userId, 'library.wishlist.item.added')).toHaveLength(1);
  });

  it('takes a game once when it is wished for many times at once', async () => {
    const outcomes = await Promise.allSettled(Array.from({ length: 10 }, () => add(games[0]!)));
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect((await page()).version).toBe(1);
  });

  it('has an end', async () => {
    await add(games[0]!);
    await database()
      .db.insertInto('wishlists')
      .values(
        Array.from({ length: MAX_WISHES - 1 }, (_, n) => ({
          user_id: userId,
          game_id: id(n, 'session'),
          position: n + 2,
          priority: 3,
          note: null,
          on_sale: true,
          min_discount_percent: null,
          target_currency: null,
          target_minor: null,
          currency: null,
          added_at: new Date(TEST_NOW),
          updated_at: new Date(TEST_NOW),
        })),
      )
      .execute();
    await expect(add(games[1]!)).rejects.toMatchObject({ type: 'QUOTA_EXCEEDED', data: { limit: MAX_WISHES } });
  });

  describe('that is changed', () => {
    it('keeps what a patch leaves out, and does not let two devices overwrite each other', async () => {
      await add(games[0]!, { note: 'a', notify: { min_discount_percent: 20, currency: 'EUR' } });
      const patch = (body: object, ifMatch: IfMatch = null) => patchWish(context(), games[0]!, body, ifMatch);
      expect(await patch({ priority: 1, notify: { on_sale: false } }, 1)).toMatchObject({
        priority: 1,
        note: 'a',
        version: 2,
        notify: { on_sale: false, min_discount_percent: 20, target_price: null, currency: 'EUR' },
      });
      await expect(patch({ note: 'b' }, 1)).rejects.toMatchObject({
        type: 'PRECONDITION_FAILED',
        data: { version: 2 },
      });
      expect(await patch({ priority: 1 }, '*')).toMatchObject({ version: 2 });
      expect(await patch({ note: null })).toMatchObject({ note: null, version: 3 });
      await expect(patchWish(context(), games[1]!, { priority: 1 }, null)).rejects.toMatchObject({ type: 'NOT_FOUND' });
      const dollars = { target_price: { currency: 'USD', amount_minor: 1 } };
      await expect(patch({ notify: dollars })).rejects.toMatchObject({ type: 'VALIDATION_ERROR' });
      expect(await patch({ notify: { ...dollars, currency: null } })).toMatchObject({ notify: dollars });
    });

    it('loses a wish that is taken back, once', async () => {
      await addAll();
      await expect(removeWish(context(), games[1]!, 9)).rejects.toMatchObject({ type: 'PRECONDITION_FAILED' });
      await removeWish(context(), games[1]!, 1);
      await expect(removeWish(context(), games[1]!, null)).rejects.toMatchObject({ type: 'NOT_FOUND' });
      expect(await order()).toEqual([games[0], games[2]]);
      expect(await eventsOf(database(), userId, 'library.wishlist.item.removed')).toEqual([
        { user_id: userId, game_id: games[1], reason: 'by_user' },
      ]);
      await add(games[1]!);
      expect(await order()).toEqual([games[0], games[2], games[1]]);
    });

    it('takes another order of exactly its games', async () => {
      await addAll();
      const [a, b, c] = games as [string, string, string];
      expect(await reorder([c, a.toUpperCase(), b], 3)).toEqual({ game_ids: [c, a, b], version: 4 });
      expect(await order()).toEqual([c, a, b]);
      expect(await reorder([c, a, b], 4)).toMatchObject({ version: 4 });
      await expect(reorder([a, b, c], 3)).rejects.toMatchObject({ type: 'PRECONDITION_FAILED', data: { version: 4 } });
      const stranger = id(7, 'session');
      await expect(reorder([b, stranger, c])).rejects.toMatchObject({
        type: 'CONFLICT',
        data: { missing: [a], unknown: [stranger], version: 4 },
      });
      await expect(reorder([a, b, c, a.toUpperCase()])).rejects.toMatchObject({ type: 'CONFLICT' });
      expect(await order()).toEqual([c, a, b]);
    });

    it('keeps pages in step while it is reordered between them', async () => {
      await addAll();
      const first = await page(1);
      await add(await newGame(database()));
      expect((await page(50, first.next_cursor ?? '')).items).toHaveLength(3);
    });
  });

  describe('of somebody who buys', () => {
    it('loses the game, with the event, in the same transaction', async () => {
      await addAll();
      await grant(games[0]!);
      expect(await order()).toEqual([games[1], games[2]]);
      expect((await page()).version).toBe(4);
      expect(await eventsOf(database(), userId, 'library.wishlist.item.removed')).toEqual([
        { user_id: userId, game_id: games[0], reason: 'acquired' },
      ]);
    });

    it('never keeps a game that is wished for and bought at the same time', async () => {
      for (const game of games) {
        const [wished] = await Promise.allSettled([add(game), grant(game)]);
        if (wished.status === 'rejected') expect(wished.reason).toMatchObject({ type: 'GAME_ALREADY_OWNED' });
      }
      expect(await order()).toEqual([]);
      const added = await eventsOf(database(), userId, 'library.wishlist.item.added');
      expect(await eventsOf(database(), userId, 'library.wishlist.item.removed')).toHaveLength(added.length);
    });
  });

  it('tells what a wished game has cost, and of no other', async () => {
    const game = games[0]!;
    const put = (now: number, ...prices: (ReturnType<typeof eur> | ReturnType<typeof usd>)[]) =>
      putGame(database().db, game, { title: 'x', prices }, now);
    await put(TEST_NOW + 1, eur(1000), usd(2200));
    await put(TEST_NOW + 2, eur(1000), usd(2200));
    await put(TEST_NOW + 3, eur(1000));
    await put(TEST_NOW + 4, eur(2000), usd(1100, 2200));
    await expect(priceHistory(database().db, userId, game, { limit: 9 })).rejects.toMatchObject({ type: 'NOT_FOUND' });
    await add(game);
    const all = await priceHistory(database().db, userId, game, { limit: 4 });
    expect(all.items.map((price) => [price.currency, price.amount_minor, price.discount_percent])).toEqual([
      ['USD', 1100, 50],
      ['EUR', 2000, 0],
      ['EUR', 1000, 50],
      ['USD', 2200, 0],
    ]);
    const euros = await priceHistory(database().db, userId, game, { limit: 9, currency: 'EUR' });
    expect(euros.items.map((price) => [price.amount_minor, price.regular_minor])).toEqual([
      [2000, null],
      [1000, 2000],
      [2000, null],
    ]);
    const rest = await priceHistory(database().db, userId, game, { limit: 4, cursor: all.next_cursor ?? '' });
    expect(rest).toMatchObject({ items: [{ currency: 'EUR', amount_minor: 2000 }], next_cursor: null });
    expect((await wish(database().db, userId, game, TEST_NOW)).prices).toMatchObject([
      { currency: 'EUR', lowest_minor: 1000, lowest_at: new Date(TEST_NOW + 1).toISOString() },
      { currency: 'USD', on_sale: true, lowest_minor: 1100 },
    ]);
  });
});
