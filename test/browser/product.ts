import { afterAll, beforeAll } from '@jest/globals';
import type { Page } from 'playwright-core';
import { openDatabase, type Database } from '../../lib/db/database.ts';
import { embeddedProduct, type EmbeddedProduct } from '../e2e/embedded-product.ts';
import type { Look, TestBrowser } from './browser.ts';

/** Who `POST /demo/tokens` gives tokens of. */
export type Account = 'player' | 'friend' | 'operator' | 'support' | 'shop';

export interface ServedProduct {
  /** Where it is; for hooks and tests only. */
  readonly url: string;
  readonly process: EmbeddedProduct['node'];
  /** Stops it, works on what it keeps, and starts it again: elsewhere, and with everybody signed out. */
  betweenTwoRuns(work: (db: Database['db']) => Promise<unknown>): Promise<void>;
  /** A token of one of the demo's accounts. */
  token(account: Account): Promise<string>;
  /** The console as somebody sees it who has signed in. @param view the first steps of its route: `users/42` */
  consolePage(account: 'operator' | 'support', look?: Look & { readonly view?: string }): Promise<Page>;
  /** The demo as it shows itself. */
  playPage(look?: Look & { readonly view?: string }): Promise<Page>;
}

const START_MS = 120_000;
/** Play is seen to go on within a test: nobody waits minutes for what is reported by the minute. */
const FAST = {
  HEARTBEAT_INTERVAL_SECONDS: '1',
  MAX_GAP_SECONDS: '5',
  SESSION_TIMEOUT_SECONDS: '8',
  FLUSH_INTERVAL_SECONDS: '1',
  LINGER_SECONDS: '5',
  FAMILY_GRACE_SECONDS: '5',
  // The rings are of many shards in the big clusters; all of them here would only take time.
  SHARDS: '256',
};

/**
 * The product as `npm start` runs it, all embedded, for one suite: in a folder of its own, on a free port, with play that
 * is reported by the second.
 */
export function productOfSuite(browser: TestBrowser, settings: Readonly<Record<string, string>> = {}): ServedProduct {
  let product: EmbeddedProduct;
  beforeAll(async () => {
    product = embeddedProduct({ ...FAST, ...settings });
    await product.node.start();
  }, START_MS);
  afterAll(() => product.remove(), START_MS);

  async function token(account: Account): Promise<string> {
    const response = await fetch(`${product.node.url}/demo/tokens`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ account }),
    });
    if (!response.ok) throw new Error(`no token of ${account}: ${response.status} ${await response.text()}`);
    return ((await response.json()) as { token: string }).token;
  }

  return {
    get url() {
      return product.node.url;
    },
    get process() {
      return product.node;
    },
    async betweenTwoRuns(work) {
      await product.node.stop();
      const database = await openDatabase({ directory: product.dataFolder });
      try {
        await work(database.db);
      } finally {
        await database.close();
      }
      await product.node.start();
    },
    token,
    async consolePage(account, { view = '', ...look } = {}) {
      const page = await browser.page(look);
      const kept = await token(account);
      // As the console keeps it, for as long as the tab is open. Who signs out stays out.
      await page.addInitScript((text) => {
        if (sessionStorage.getItem('library.test') !== null) return;
        sessionStorage.setItem('library.test', 'signed in');
        sessionStorage.setItem('library.console.token', text);
      }, kept);
      await page.goto(`${product.node.url}/console${view === '' ? '' : `#/${view}`}`);
      return page;
    },
    async playPage({ view = '', ...look } = {}) {
      const page = await browser.page(look);
      await page.goto(`${product.node.url}/play${view === '' ? '' : `#/${view}`}`);
      return page;
    },
  };
}
