import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { NewsFrame } from '../../lib/contract/frames.ts';
import { LibraryClient } from '../../scripts/client/library-client.ts';
import { LibrarySocket } from '../../scripts/client/library-socket.ts';
import { demoToken } from '../../scripts/demo-token.ts';
import { SAMPLE_GAME_IDS } from '../../lib/library/sample-catalog.ts';
import { embeddedProduct, type EmbeddedProduct } from './embedded-product.ts';

const START_MS = 60_000;
/** None of the demo user's. */
const WISHED = SAMPLE_GAME_IDS.slice(-3);

let product: EmbeddedProduct;
let socket: LibrarySocket | null = null;

beforeAll(async () => {
  product = embeddedProduct();
  await product.node.start();
}, START_MS);
afterAll(async () => {
  socket?.close();
  await product.remove();
}, START_MS);

it(
  'a launcher hears over its socket what happens over REST, and what it missed while the product was killed and came back',
  async () => {
    const token = await demoToken();
    const url = (): string => product.node.url;
    const demo = new LibraryClient(url, token);
    const heard: NewsFrame[] = [];
    const ready: string[] = [];
    let look = (): void => {};
    const until = async (isSo: () => boolean): Promise<void> => {
      while (!isSo()) await new Promise<void>((resolve) => (look = resolve));
    };
    socket = new LibrarySocket({
      url,
      token: () => token,
      rest: demo,
      onNews: (news) => {
        heard.push(news);
        look();
      },
      onReady: ({ data }) => {
        ready.push(data.resume);
        look();
      },
    });
    socket.open();
    await until(() => ready.length === 1);
    const wish = (game_id: string | undefined) => demo.send('POST', '/wishlist', { game_id });
    await wish(WISHED[0]);
    await until(() => heard.length === 1);
    await wish(WISHED[1]);
    await product.node.kill();
    await product.node.start();
    await wish(WISHED[2]);
    await until(() => heard.length >= 3);
    expect(heard.map(({ event, data }) => [event, data['change'], data['game_id']])).toEqual(
      WISHED.map((game) => ['wishlist.updated', 'added', game]),
    );
    expect(ready).toEqual(['fresh', 'resumed']);
  },
  3 * START_MS,
);
