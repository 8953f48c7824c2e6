import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DEMO_USER_ID } from '../../lib/library/demo-user.ts';
import { SAMPLE_GAME_IDS } from '../../lib/library/sample-catalog.ts';
import { LibraryClient, RequestFailed } from '../../scripts/client/library-client.ts';
import { demoToken } from '../../scripts/demo-token.ts';
import { embeddedProduct, type EmbeddedProduct } from './embedded-product.ts';

const START_MS = 60_000;

interface Wishes {
  readonly items: readonly { readonly game_id: string }[];
}

describe('what happens on the platform, told to the embedded product', () => {
  let product: EmbeddedProduct;
  let demo: LibraryClient;
  let admin: LibraryClient;

  beforeAll(async () => {
    // It asks again and again, as fast as it can.
    product = embeddedProduct({ LIMITS_USER_PER_SECOND: '0' });
    await product.node.start();
    demo = new LibraryClient(() => product.node.url, await demoToken());
    admin = new LibraryClient(() => product.node.url, await demoToken(DEMO_USER_ID, ['admin']));
  }, START_MS);
  afterAll(() => product.remove(), START_MS);

  const wishes = async () => (await demo.send<Wishes>('GET', '/wishlist')).items.map(({ game_id }) => game_id);
  const owns = (gameId: string) =>
    demo.send('GET', `/${gameId}`).then(
      () => true,
      (error: unknown) => {
        if (error instanceof RequestFailed && error.code === 'GAME_NOT_IN_LIBRARY') return false;
        throw error;
      },
    );
  const purchase = (gameId: string, id: string) =>
    admin.send('POST', '/admin/events', {
      id,
      source: '/shop',
      type: 'payment.purchase.completed',
      data: { user_id: DEMO_USER_ID, order_id: id, game_ids: [gameId] },
    });

  it(
    'a purchase brings the game into the library and takes it off the wishlist',
    async () => {
      const [wished = ''] = await wishes();
      expect(await owns(wished)).toBe(false);
      await purchase(wished, 'e1');
      while (!(await owns(wished)));
      expect(await wishes()).not.toContain(wished);
    },
    START_MS,
  );

  it(
    'an event that was accepted takes effect, once, also when the process is killed right after',
    async () => {
      const games = SAMPLE_GAME_IDS.slice(40, 50);
      await Promise.all(games.map((game, n) => purchase(game, `crash ${n}`)));
      await product.node.kill();
      await product.node.start();
      for (const game of games) while (!(await owns(game)));
      const { items } = await admin.send<{ items: { game_id: string }[] }>(
        'GET',
        `/admin/audit?user_id=${DEMO_USER_ID}&limit=200`,
      );
      expect(
        items
          .map(({ game_id }) => game_id)
          .filter((game) => games.includes(game))
          .sort(),
      ).toEqual([...games].sort());
    },
    START_MS,
  );

  it('an event that is not what its schema says is refused at the door', async () => {
    const refused = admin.send('POST', '/admin/events', {
      source: '/shop',
      type: 'payment.purchase.completed',
      data: { user_id: DEMO_USER_ID },
    });
    await expect(refused).rejects.toMatchObject({ status: 422, code: 'VALIDATION_ERROR' });
    expect(await admin.send('GET', '/admin/dead-letters')).toEqual({ items: [] });
  });
});
