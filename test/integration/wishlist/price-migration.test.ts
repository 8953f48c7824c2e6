import { expect, it } from '@jest/globals';
import { sql } from 'kysely';
import { migrateDown, migrateToLatest } from '../../../lib/db/migrate.ts';
import { putGame } from '../../../lib/library/catalog.ts';
import { wish } from '../../../lib/wishlist/wishes.ts';
import { onEachDatabase, TEST_NOW } from '../../databases.ts';
import { id } from '../../playtime-rows.ts';
import { eur, wishFor } from '../../wisher.ts';

onEachDatabase('prices from before there were wishlists', (database) => {
  it('are where their history begins, and what a sale is compared with', async () => {
    while (!(await migrateDown(database())).includes('0015_wishlist'));
    const game = id(1, 'game');
    const at = new Date(TEST_NOW);
    await sql`INSERT INTO catalog_games (game_id, title, updated_at) VALUES (${game}, 'x', ${at})`.execute(
      database().db,
    );
    await sql`INSERT INTO catalog_prices VALUES (${game}, 'EUR', 2000)`.execute(database().db);
    await migrateToLatest(database());

    const user = await wishFor(database(), game);
    const { prices } = await wish(database().db, user, game, TEST_NOW);
    expect(prices).toMatchObject([
      { amount_minor: 2000, on_sale: false, lowest_minor: 2000, lowest_at: at.toISOString() },
    ]);
    await putGame(database().db, game, { title: 'x', prices: [eur(1500)] }, TEST_NOW + 1);
    expect(await wish(database().db, user, game, TEST_NOW + 1)).toMatchObject({ on_sale: true, discount_percent: 25 });
  });
});
