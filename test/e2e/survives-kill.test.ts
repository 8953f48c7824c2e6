import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { GREETING_GAME_ID } from '../../lib/library/sample-catalog.ts';
import { LibraryClient, RequestFailed } from '../../scripts/client/library-client.ts';
import { demoToken } from '../../scripts/demo-token.ts';
import { embeddedProduct, type EmbeddedProduct } from './embedded-product.ts';

const DEVICE = '11111111-1111-4111-8111-111111111111';
const START_MS = 60_000;

describe('the embedded product', () => {
  let product: EmbeddedProduct;
  let demo: LibraryClient;

  beforeAll(async () => {
    product = embeddedProduct();
    await product.node.start();
    demo = new LibraryClient(() => product.node.url, await demoToken());
  }, START_MS);
  afterAll(() => product.remove(), START_MS);

  it(
    'still has the credited time of every acknowledged heartbeat after kill -9',
    async () => {
      const { session_id } = await demo.start({ game_id: GREETING_GAME_ID, device_id: DEVICE });
      let seq = 0;
      let credited = 0;
      while (credited < 1) {
        seq += 1;
        credited = (await demo.heartbeat({ session_id, seq })).credited_seconds;
      }

      await product.node.kill();
      await product.node.start();

      const { games } = await demo.stats();
      expect(games).toEqual([expect.objectContaining({ game_id: GREETING_GAME_ID, live: true })]);
      expect(games[0]?.total_seconds).toBeGreaterThanOrEqual(credited);
      const repeated = await demo.heartbeat({ session_id, seq });
      expect(repeated).toMatchObject({ status: 'live', outcome: 'accepted', seq, credited_seconds: credited });
      const ended = await demo.end({ session_id, seq: seq + 1 });
      expect(ended.status).toBe('ended');
    },
    2 * START_MS,
  );

  it('refuses a game that the user does not have, and a token of nobody', async () => {
    const foreign = demo.start({ game_id: '00000000-0000-7000-8000-0000000a0060', device_id: DEVICE });
    await expect(foreign).rejects.toMatchObject({ status: 404, code: 'GAME_NOT_IN_LIBRARY' });
    const nobody = new LibraryClient(() => product.node.url, 'not-a-token');
    await expect(nobody.stats()).rejects.toThrow(RequestFailed);
    await expect(nobody.stats()).rejects.toMatchObject({ status: 401, code: 'UNAUTHENTICATED' });
  });

  it('serves its documentation from itself alone', async () => {
    const page = await (await fetch(`${product.node.url}/docs/`)).text();
    const assets = Array.from(page.matchAll(/(?:src|href)="([^"#]+)"/g), ([, target = '']) => target);
    expect(assets.length).toBeGreaterThan(0);
    for (const asset of assets) {
      const response = await fetch(new URL(asset, `${product.node.url}/docs/`));
      expect([new URL(response.url).host, response.status]).toEqual([new URL(product.node.url).host, 200]);
    }
  });
});
