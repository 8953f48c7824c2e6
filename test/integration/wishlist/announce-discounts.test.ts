import { beforeEach, describe, expect, it } from '@jest/globals';
import { sql } from 'kysely';
import { putGame } from '../../../lib/library/catalog.ts';
import { announceDiscounts } from '../../../lib/wishlist/announce-discounts.ts';
import { addWish, patchWish, removeWish } from '../../../lib/wishlist/change-wishes.ts';
import { wish } from '../../../lib/wishlist/wishes.ts';
import { onEachDatabase, TEST_NOW } from '../../databases.ts';
import { eur, eventsOf, newGame, usd, wishFor, type Prices } from '../../wisher.ts';

const DAY = 86_400_000;
const NOTICE = 'library.wishlist.item.discounted';

onEachDatabase('a discount', (database) => {
  let game: string;
  beforeEach(async () => {
    await database().db.deleteFrom('wishlist_discount_work').execute();
    game = await newGame(database());
  });

  const put = (day: number, ...prices: Prices) =>
    putGame(database().db, game, { title: 'x', prices }, TEST_NOW + day * DAY);
  const announce = (day: number, limit = 1_000_000) => announceDiscounts(database().db, TEST_NOW + day * DAY, limit);
  /** The catalogue changes, and the job does its work. */
  const change = async (day: number, ...prices: Prices) => {
    await put(day, ...prices);
    return announce(day);
  };
  const told = async (userId: string) =>
    (await eventsOf(database(), userId, NOTICE)).map((data) => [data['currency'], data['discount_percent']]);
  const waiting = async () => (await database().db.selectFrom('wishlist_discount_work').selectAll().execute()).length;
  const many = async (count: number) => {
    await sql`
      INSERT INTO wishlists (user_id, game_id, position, priority, on_sale, added_at, updated_at)
      SELECT ('10000000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, ${game}, 1, 3, true, now(), now()
      FROM generate_series(1, ${count}) n`.execute(database().db);
  };
  const notices = async () => {
    const { rows } = await sql<{ events: number; users: number }>`
      SELECT count(*) AS events, count(DISTINCT user_id) AS users FROM outbox_events
      WHERE event_type = ${NOTICE} AND data ->> 'game_id' = ${game}`.execute(database().db);
    return rows[0];
  };

  it('is told with what the game costs and cost', async () => {
    const user = await wishFor(database(), game);
    expect(await change(1, eur(1500), usd(2200))).toEqual({ wishers: 1, notices: 1, more: false });
    expect(await eventsOf(database(), user, NOTICE)).toEqual([
      {
        user_id: user,
        game_id: game,
        currency: 'EUR',
        amount_minor: 1500,
        regular_minor: 2000,
        discount_percent: 25,
      },
    ]);
    expect(await wish(database().db, user, game, TEST_NOW)).toMatchObject({
      notified_at: new Date(TEST_NOW + DAY).toISOString(),
    });
  });

  it('is told once a sale, however long it lasts and deep it gets', async () => {
    const user = await wishFor(database(), game);
    await change(1, eur(1500));
    await change(2, eur(1000));
    await change(30, eur(500));
    expect(await told(user)).toEqual([['EUR', 25]]);
    await change(40, eur(2000));
    await change(41, eur(1000));
    expect(await told(user)).toEqual([
      ['EUR', 25],
      ['EUR', 50],
    ]);
  });

  it('is told later to those whose terms only a deeper cut of the same sale meets', async () => {
    const any = await wishFor(database(), game);
    const half = await wishFor(database(), game, { min_discount_percent: 50 });
    const target = await wishFor(database(), game, { target_price: { currency: 'EUR', amount_minor: 600 } });
    const never = await wishFor(database(), game, { on_sale: false });
    await change(1, eur(1500, 2000));
    expect(await Promise.all([any, half, target, never].map(told))).toEqual([[['EUR', 25]], [], [], []]);
    await change(2, eur(1000, 2000));
    expect(await Promise.all([half, target].map(told))).toEqual([[['EUR', 50]], []]);
    await change(3, eur(600, 2000));
    expect(await Promise.all([any, half, target, never].map(told))).toEqual([
      [['EUR', 25]],
      [['EUR', 50]],
      [['EUR', 70]],
      [],
    ]);
  });

  it('is not told again within seven days, whatever sales come and go', async () => {
    const user = await wishFor(database(), game);
    for (const day of [1, 3, 5, 7]) {
      await change(day, eur(1000));
      await change(day + 1, eur(2000));
    }
    expect(await told(user)).toHaveLength(1);
    await change(8, eur(1000));
    expect(await told(user)).toHaveLength(2);
  });

  it('does not come of a currency that appears or goes, nor in one that is not watched', async () => {
    const any = await wishFor(database(), game);
    const dollars = await wishFor(database(), game, { currency: 'USD' });
    await change(1, usd(2200));
    await change(2, eur(100), usd(2200));
    await change(3, eur(90, 2000), { currency: 'JPY', amount_minor: 5, regular_minor: 900 }, usd(2200));
    expect(await told(any)).toEqual([['EUR', 95]]);
    await change(4, { currency: 'JPY', amount_minor: 5, regular_minor: 900 }, usd(2200));
    expect(await told(dollars)).toEqual([]);
    await change(5, usd(1100));
    expect(await told(dollars)).toEqual([['USD', 50]]);
  });

  it('that is over before its turn comes is not told', async () => {
    const user = await wishFor(database(), game);
    await put(1, eur(1000, 2000, new Date(TEST_NOW + 2 * DAY).toISOString()));
    expect(await announce(2)).toMatchObject({ notices: 0 });
    await put(3, eur(1000, 2000));
    await put(4, eur(2000));
    expect(await announce(4)).toMatchObject({ notices: 0 });
    expect(await told(user)).toEqual([]);
    expect(await waiting()).toBe(0);
  });

  it('for good is told to those whose target it meets, as no sale', async () => {
    const any = await wishFor(database(), game);
    const target = await wishFor(database(), game, {
      on_sale: false,
      target_price: { currency: 'EUR', amount_minor: 1500 },
    });
    await change(1, eur(1500, 1500));
    expect(await eventsOf(database(), target, NOTICE)).toMatchObject([{ regular_minor: null, discount_percent: 0 }]);
    expect(await told(any)).toEqual([]);
  });

  it('is not told twice to who takes the wish back and makes it again', async () => {
    const user = await wishFor(database(), game);
    await change(1, eur(1500));
    const context = { db: database().db, userId: user, now: TEST_NOW + DAY };
    await removeWish(context, game, null);
    await addWish(context, { game_id: game });
    await change(20, eur(1000));
    expect(await told(user)).toEqual([['EUR', 25]]);
  });

  it('leaves no work behind where nobody wants to be told', async () => {
    await wishFor(database(), game, { on_sale: false });
    await put(1, eur(1000));
    expect(await waiting()).toBe(0);
  });

  describe('with many wishers', () => {
    const COUNT = 1234;

    it('is told to each once, by several processes at once that stop half-way and go on', async () => {
      await many(COUNT);
      await put(1, eur(1000));
      expect(await announce(1, 1)).toEqual({ wishers: 500, notices: 500, more: true });
      const reports = await Promise.all(Array.from({ length: 4 }, () => announce(1, 500)));
      await announce(1);
      expect(reports.reduce((sum, report) => sum + report.wishers, 0)).toBeLessThanOrEqual(COUNT - 500);
      expect(await notices()).toEqual({ events: COUNT, users: COUNT });
      expect(await waiting()).toBe(0);
    });

    it('repeats nothing and loses nothing when a batch dies before its commit', async () => {
      await many(COUNT);
      await put(1, eur(1000));
      await announce(1, 1);
      await sql`
        CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'the process died'; END $$`.execute(
        database().db,
      );
      await sql`
        CREATE TRIGGER refuse BEFORE INSERT ON outbox_events FOR EACH STATEMENT EXECUTE FUNCTION refuse()`.execute(
        database().db,
      );
      await expect(announce(1)).rejects.toThrow('the process died');
      await sql`DROP FUNCTION refuse CASCADE`.execute(database().db);
      expect(await notices()).toEqual({ events: 500, users: 500 });
      await announce(1);
      expect(await notices()).toEqual({ events: COUNT, users: COUNT });
    });

    it('begins anew when the price changes half-way: nobody is told twice, and the rest of the new price', async () => {
      await many(COUNT);
      await put(1, eur(1000));
      await announce(1, 1);
      await put(1.1, eur(800));
      await announce(1.1);
      expect(await notices()).toEqual({ events: COUNT, users: COUNT });
      const { rows } = await sql<{ percent: number; count: number }>`
        SELECT (data ->> 'discount_percent')::integer AS percent, count(*) FROM outbox_events
        WHERE event_type = ${NOTICE} AND data ->> 'game_id' = ${game} GROUP BY 1 ORDER BY 1`.execute(database().db);
      expect(rows).toEqual([
        { percent: 50, count: 500 },
        { percent: 60, count: COUNT - 500 },
      ]);
    });

    it('is told while some change their wishes, take them back or are erased', async () => {
      await many(COUNT);
      const user = (n: number) => `10000000-0000-7000-8000-${n.toString(16).padStart(12, '0')}`;
      await sql`
        INSERT INTO erasures (user_digest, user_id, erased_at)
        VALUES (sha256(uuid_send(${user(3)}::uuid)), ${user(3)}, now())`.execute(database().db);
      await put(1, eur(1000));
      const context = (n: number) => ({ db: database().db, userId: user(n), now: TEST_NOW + DAY });
      await Promise.all([
        announce(1),
        ...Array.from({ length: 20 }, (_, n) => patchWish(context(n * 50 + 10), game, { note: 'x' }, null)),
        ...Array.from({ length: 20 }, (_, n) => removeWish(context(n * 50 + 11), game, null)),
      ]);
      await sql`DELETE FROM erasures`.execute(database().db);
      // Of one who takes the wish back, a notice comes before the removal or not at all.
      const { rows } = await sql<{ late: number }>`
        SELECT count(*) AS late FROM outbox_events d JOIN outbox_events r USING (user_id)
        WHERE d.event_type = ${NOTICE} AND r.event_type = 'library.wishlist.item.removed'
          AND d.data ->> 'game_id' = ${game} AND r.data ->> 'game_id' = ${game}
          AND d.event_number > r.event_number`.execute(database().db);
      expect(rows).toEqual([{ late: 0 }]);
      const { events = 0, users } = (await notices()) ?? {};
      expect(users).toBe(events);
      expect(events).toBeGreaterThanOrEqual(COUNT - 21);
      expect(events).toBeLessThanOrEqual(COUNT - 1);
      expect(await eventsOf(database(), user(3), NOTICE)).not.toContainEqual(
        expect.objectContaining({ game_id: game }),
      );
    });
  });

  it('walks the wishers of a game by an index', async () => {
    await sql`
      INSERT INTO wishlists (user_id, game_id, position, priority, on_sale, added_at, updated_at)
      SELECT ('20000000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid,
        CASE WHEN n % 10 = 0 THEN ${game}::uuid ELSE gen_random_uuid() END, 1, 3, true, now(), now()
      FROM generate_series(1, 30000) n`.execute(database().db);
    await sql`ANALYZE wishlists`.execute(database().db);
    const { rows } = await sql<{ 'QUERY PLAN': string }>`
      EXPLAIN SELECT user_id FROM wishlists
      WHERE game_id = ${game} AND (on_sale OR target_minor IS NOT NULL) AND user_id > ${'20000000-0000-7000-8000-000000000007'}
      ORDER BY user_id LIMIT 500`.execute(database().db);
    const plan = rows.map((row) => row['QUERY PLAN']).join('\n');
    expect(plan).toContain('wishlists_wishers');
    expect(plan).not.toContain('Sort');
  });
});
