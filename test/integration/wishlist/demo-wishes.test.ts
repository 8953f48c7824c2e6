import { expect, it } from '@jest/globals';
import { loadDemoData } from '../../../lib/library/demo-data.ts';
import { DEMO_USER_ID } from '../../../lib/library/demo-user.ts';
import { GREETING_GAME_ID } from '../../../lib/library/sample-catalog.ts';
import { readSettings } from '../../../lib/settings/game-settings.ts';
import { settingsHistory } from '../../../lib/settings/settings-history.ts';
import { removeWish } from '../../../lib/wishlist/change-wishes.ts';
import { priceHistory } from '../../../lib/wishlist/price-history.ts';
import { wishlistPage } from '../../../lib/wishlist/wishes.ts';
import { onEachDatabase, TEST_NOW } from '../../databases.ts';

onEachDatabase('the demo user', (database) => {
  const load = () => loadDemoData(database().db, TEST_NOW);
  const wishes = async () => (await wishlistPage(database().db, DEMO_USER_ID, { limit: 50 }, TEST_NOW)).items;

  it('has wishes, some of them on sale, with a history of prices', async () => {
    await Promise.all([load(), load()]);
    const items = await wishes();
    expect(items).toHaveLength(6);
    expect(items.filter(({ on_sale }) => on_sale).map(({ discount_percent }) => discount_percent)).toEqual([
      50, 75, 20,
    ]);
    for (const { game_id, prices, on_sale } of items) {
      const { items: history } = await priceHistory(database().db, DEMO_USER_ID, game_id, {
        limit: 50,
        currency: 'EUR',
      });
      const euros = prices.find(({ currency }) => currency === 'EUR');
      expect(history).toHaveLength(on_sale ? 4 : 3);
      expect(history[0]).toMatchObject({ amount_minor: euros?.amount_minor, regular_minor: euros?.regular_minor });
      expect(Math.min(...history.map(({ amount_minor }) => amount_minor))).toBe(euros?.lowest_minor);
    }
  });

  it('has settings of a game, with a version to roll back to', async () => {
    await load();
    const of = { db: database().db, userId: DEMO_USER_ID, gameId: GREETING_GAME_ID, deviceId: null, now: TEST_NOW };
    expect(JSON.parse((await readSettings(of)).json)).toMatchObject({ version: 2, settings: { language: 'en' } });
    expect((await settingsHistory(of, { limit: 50 })).items.map(({ version }) => version)).toEqual([2, 1]);
  });

  it('does not get back at the next start what was removed by hand', async () => {
    await load();
    const [first] = await wishes();
    await removeWish({ db: database().db, userId: DEMO_USER_ID, now: TEST_NOW }, first!.game_id, null);
    await load();
    expect((await wishes()).map(({ game_id }) => game_id)).not.toContain(first?.game_id);
  });
});
