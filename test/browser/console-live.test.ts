/** The console of a product that runs all in one process: who gets in, what moves, and what is said when nothing does. */
import { randomUUID } from 'node:crypto';
import { expect, it } from '@jest/globals';
import type { Page } from 'playwright-core';
import { describeWithBrowser } from './browser.ts';
import { expectNoSidewaysScroll } from './expect-accessible.ts';
import { SAMPLE_GAME_IDS } from '../../lib/library/sample-catalog.ts';
import { productOfSuite } from './product.ts';

const LONG_MS = 90_000;

function bigFigure(page: Page, name: string) {
  return page.locator(`.big-figures [data-figure="${name}"] dd`);
}

describeWithBrowser('the console of one product', (browser) => {
  const product = productOfSuite(browser);

  it(
    'lets the demo operator in, and takes back whoever signs out',
    async () => {
      const page = await browser.page();
      await page.goto(`${product.url}/console`);
      await page.getByRole('button', { name: 'Enter as demo operator' }).click();
      await page.locator('.connection.live').waitFor();
      await page.reload();
      await page.locator('.connection.live').waitFor();
      await page.getByRole('button', { name: 'Sign out' }).click();
      await page.getByRole('heading', { name: 'Sign in' }).waitFor();
      expect(await page.evaluate(() => sessionStorage.getItem('library.console.token'))).toBeNull();
    },
    LONG_MS,
  );

  it(
    'takes a token that is pasted, and says no to one of a player and to what is no token',
    async () => {
      const page = await browser.page();
      await page.goto(`${product.url}/console`);
      await page.getByLabel('Token').fill('not a token');
      await page.getByRole('button', { name: 'Enter', exact: true }).click();
      await page.getByText('This is no token of the platform.').waitFor();
      await page.getByLabel('Token').fill(await product.token('player'));
      await page.getByRole('button', { name: 'Enter', exact: true }).click();
      await page.getByRole('heading', { name: 'The console is for support and admin.' }).waitFor();
      expect(await page.locator('nav a').count()).toBe(0);
      await page.getByLabel('Token').fill(await product.token('support'));
      await page.getByRole('button', { name: 'Enter', exact: true }).click();
      await page.locator('.connection.live').waitFor();
    },
    LONG_MS,
  );

  it(
    'shows a session that begins: in the big figure, in the middle of the ring and in its chart',
    async () => {
      const page = await product.consolePage('operator');
      await bigFigure(page, 'live_sessions').filter({ hasText: /^0$/ }).waitFor();
      await play(product.url, await product.token('player'));
      await bigFigure(page, 'live_sessions').filter({ hasText: /^1$/ }).waitFor();
      await page.locator('.ring-middle', { hasText: /^1live session/ }).waitFor();
      await page.locator('.legend [data-figure="live_sessions"] strong', { hasText: /^1$/ }).waitFor();
      await page.getByRole('button', { name: /^Show figures.*Live sessions$/ }).click();
      const cells = page.getByRole('group', { name: 'Live sessions: figures' }).locator('td');
      await cells.filter({ hasText: /^1$/ }).first().waitFor();
    },
    LONG_MS,
  );

  it(
    'looks closer at all charts by keyboard, and comes back to now',
    async () => {
      const page = await product.consolePage('support');
      await page.locator('.chart').first().waitFor();
      const stretch = page.locator('.charts-controls .figure');
      await page.getByRole('button', { name: '1 hour' }).press('Enter');
      expect(await page.getByRole('button', { name: '1 hour' }).getAttribute('aria-pressed')).toBe('true');
      await page.getByRole('button', { name: 'Closer' }).press('Enter');
      await page.getByRole('button', { name: 'Earlier' }).press('Enter');
      const still = (await stretch.textContent()) ?? '';
      expect(still).toMatch(/ to /);
      await page.getByRole('button', { name: 'Back to now' }).press('Enter');
      await stretch.filter({ hasNotText: still }).waitFor();
    },
    LONG_MS,
  );

  it(
    'looks closer where a chart is dragged over, and goes back with a double click',
    async () => {
      const page = await product.consolePage('support');
      const over = page.locator('.chart .u-over').first();
      await over.scrollIntoViewIfNeeded();
      const box = (await over.boundingBox()) ?? { x: 0, y: 0, width: 0, height: 0 };
      const at = (share: number) => [box.x + box.width * share, box.y + box.height / 2] as const;
      await page.mouse.move(...at(0.2));
      await page.mouse.down();
      await page.mouse.move(...at(0.7), { steps: 4 });
      await page.mouse.up();
      await page.locator('button:enabled', { hasText: 'Back to now' }).waitFor();
      await page.mouse.dblclick(...at(0.5));
      await page.locator('button:disabled', { hasText: 'Back to now' }).waitFor();
    },
    LONG_MS,
  );

  it(
    'offers support nothing that changes the cluster',
    async () => {
      const page = await product.consolePage('support');
      await page.locator('table.nodes tbody tr').first().waitFor();
      for (const name of ['Drain', 'Rejoin', 'Rebalance', 'Flush']) {
        expect(await page.getByRole('button', { name: new RegExp(`^${name}`) }).count()).toBe(0);
      }
      const refused = await command(product.url, await product.token('support'), 'flush');
      expect(refused.status).toBe(403);
    },
    LONG_MS,
  );

  it(
    'says why the last engine cannot be drained, in the words of the service',
    async () => {
      const page = await product.consolePage('operator');
      const drain = page.getByRole('button', { name: 'Drain' });
      await drain.click();
      const dialog = page.getByRole('dialog');
      await dialog.getByRole('button', { name: 'Drain' }).click();
      await dialog.getByRole('alert').filter({ hasText: 'is the last engine in placement' }).waitFor();
      await dialog.getByRole('button', { name: 'Cancel' }).click();
      await dialog.waitFor({ state: 'detached' });
      await page.locator('button:focus', { hasText: 'Drain' }).waitFor();
    },
    LONG_MS,
  );

  it(
    'speaks Russian on a phone, and scrolls in one direction only',
    async () => {
      const page = await product.consolePage('operator', { locale: 'ru', theme: 'dark', width: 360, height: 740 });
      await page.getByRole('heading', { name: 'Узлы' }).waitFor();
      await page.locator('.connection.live', { hasText: 'на связи' }).waitFor();
      expect(await page.evaluate(() => document.documentElement.lang)).toBe('ru');
      expect(await page.title()).toContain('Кластер');
      await expectNoSidewaysScroll(page);
      await page.getByRole('button', { name: 'Освободить' }).click();
      await page.getByRole('dialog').getByText('Ни один запрос не пострадает').waitFor();
      await expectNoSidewaysScroll(page);
    },
    LONG_MS,
  );

  // Last: the product is not there for a while.
  it(
    'says that the feed is lost for as long as it is, and goes on by itself',
    async () => {
      const page = await product.consolePage('operator');
      await page.locator('.connection.live').waitFor();
      await product.process.stop();
      await page.locator('.not-live', { hasText: 'The connection to the cluster was lost at' }).waitFor();
      expect(await page.locator('.connection').textContent()).toContain('connection lost');
      expect(await page.locator('.fed.past').count()).toBe(1);
      await product.process.start();
      await page.locator('.connection.live').waitFor();
      expect(await page.locator('.not-live').count()).toBe(0);
    },
    LONG_MS,
  );
});

async function play(url: string, token: string): Promise<void> {
  const response = await fetch(`${url}/api/v1/library/playtime/start`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ game_id: SAMPLE_GAME_IDS[0], device_id: randomUUID() }),
  });
  expect(response.status).toBe(200);
}

async function command(url: string, token: string, line: string): Promise<Response> {
  return fetch(`${url}/api/v1/library/admin/commands`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ line }),
  });
}
