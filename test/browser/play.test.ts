import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, it } from '@jest/globals';
import type { Locator, Page, WebSocketRoute } from 'playwright-core';
import { describeWithBrowser } from './browser.ts';
import { expectAccessible, expectNoSidewaysScroll } from './expect-accessible.ts';
import { productOfSuite } from './product.ts';

const shell = promisify(execFile);
const TEST_MS = 120_000;

const game = (number: number): string => `00000000-0000-7000-8000-0000000a${String(number).padStart(4, '0')}`;

describeWithBrowser('playing in a browser', (browser) => {
  // Long enough to load a page again on a busy machine, short enough to wait for.
  const product = productOfSuite(browser, { SESSION_TIMEOUT_SECONDS: '15' });

  /** Two windows: two devices of the same player. */
  async function twoWindows(view: string): Promise<readonly [Page, Page]> {
    const one = await product.playPage({ view });
    return [one, await product.playPage({ view, beside: one })];
  }

  it(
    'starts a game, and the minutes that the service acknowledged grow until it is ended',
    async () => {
      const page = await product.playPage();
      await page.getByRole('button', { name: 'Play Lanterns of Oru' }).click();
      const card = page.locator('.now .playing');
      await grownTo(fact(card, 'confirmed'), 2);
      await card.getByRole('button', { name: 'Stop playing' }).click();
      await page.locator('.now .ended', { hasText: 'Finished' }).waitFor();
      expect(await secondsOf(fact(page.locator('.now'), 'credited'))).toBeGreaterThanOrEqual(2);
    },
    TEST_MS,
  );

  it(
    'counts nothing while it is paused, and goes on with the same session',
    async () => {
      const page = await product.playPage({ view: `library/${game(2)}` });
      await page.getByRole('button', { name: 'Play Salt & Sextant' }).click();
      const card = page.locator('.now .card');
      await grownTo(fact(card, 'confirmed'), 1);
      await card.getByRole('button', { name: 'Pause' }).click();
      await card.getByRole('button', { name: 'Go on' }).waitFor();
      const before = await secondsOf(fact(card, 'confirmed'));
      await grownTo(fact(card, 'not-counted'), 3);
      expect(await secondsOf(fact(card, 'confirmed'))).toBe(before);
      await page.reload();
      await card.getByRole('button', { name: 'Go on' }).click();
      await grownTo(fact(card, 'confirmed'), before + 2);
      expect(await live(game(2))).toHaveLength(1);
    },
    TEST_MS,
  );

  it(
    'shows a second window what is played in the first, which hands over when it is taken over',
    async () => {
      const [first, second] = await twoWindows(`library/${game(3)}`);
      await first.getByRole('button', { name: 'Play The Quiet Reactor' }).click();
      await first.locator('.now .playing').waitFor();
      const elsewhere = second.locator('.now .elsewhere', { hasText: 'The Quiet Reactor' });
      await elsewhere.waitFor();
      await grownTo(elsewhere.locator('.clock'), 2);
      await elsewhere.getByRole('button', { name: 'Play here' }).click();
      await second.getByRole('dialog').getByRole('button', { name: 'Take over' }).click();
      await second.locator('.now .playing', { hasText: 'The Quiet Reactor' }).waitFor();
      await first.locator('.now .taken', { hasText: 'Taken over by another device' }).waitFor();
      await first.locator('.now .elsewhere', { hasText: 'The Quiet Reactor' }).waitFor();
      expect(await live(game(3))).toHaveLength(1);
    },
    TEST_MS,
  );

  it(
    'goes on with the session when the page is loaded again',
    async () => {
      const page = await product.playPage({ view: `library/${game(5)}` });
      await page.getByRole('button', { name: 'Play Iron Meridian' }).click();
      await grownTo(fact(page.locator('.now .playing'), 'confirmed'), 1);
      const [before] = await live(game(5));
      await page.reload();
      await grownTo(fact(page.locator('.now .playing'), 'confirmed'), 2);
      expect(await live(game(5))).toEqual([before]);
    },
    TEST_MS,
  );

  it(
    'leaves a session whose tab was closed to end by time',
    async () => {
      const [first, second] = await twoWindows(`library/${game(6)}`);
      await first.getByRole('button', { name: 'Play Paper Kingdoms' }).click();
      await second.locator('.now .elsewhere', { hasText: 'Paper Kingdoms' }).waitFor();
      await first.close();
      await second.getByText('ran out of time').waitFor();
      await second.locator('.now .elsewhere', { hasText: 'Paper Kingdoms' }).waitFor({ state: 'detached' });
    },
    TEST_MS,
  );

  it(
    'pops up an achievement in every window, and shows progress towards others',
    async () => {
      const [first, second] = await twoWindows(`achievements/${game(8)}`);
      await first.getByRole('button', { name: 'Play Starling Express' }).click();
      await first.locator('.now .playing').waitFor();
      await first.getByRole('button', { name: 'Unlock: First steps' }).click();
      for (const page of [first, second]) await page.locator('.unlock', { hasText: 'First steps' }).waitFor();
      await second.locator('.achievements .unlocked', { hasText: 'First steps' }).waitFor();
      await first.getByRole('button', { name: '60 steps on: Collector' }).click();
      await first.getByText('60 of 10,000').waitFor();
      await first.getByRole('button', { name: 'As the server: 10 steps on: Champion' }).click();
      await first.getByText('10 of 50').waitFor();
      await expectAccessible(first);
    },
    TEST_MS,
  );

  it(
    'finds games by their title, and shows the call that did',
    async () => {
      const page = await product.playPage();
      await page.getByLabel('Search by title').fill('lantern');
      await page.getByText('1 game · ').waitFor();
      expect(await page.locator('.games > li').count()).toBe(1);
      await page.locator('search .call > summary').click();
      expect(await page.locator('search .call pre').innerText()).toContain('q=lantern');
    },
    TEST_MS,
  );

  it(
    'hands out calls that work as they are in a shell',
    async () => {
      const page = await product.playPage({ view: `library/${game(9)}` });
      await page.getByRole('button', { name: /^Favourite$/ }).click();
      await page.getByRole('button', { name: /Calls/ }).click();
      const drawer = page.getByRole('complementary', { name: 'Calls' });
      await drawer.getByText('First, get tokens for your shell').click();
      const token = await copied(page, drawer.locator('.copyable').first());
      const entry = drawer.locator('.log li', { hasText: 'PATCH' }).first();
      await entry.locator('summary').click();
      const call = await copied(page, entry.locator('.copyable'));
      const { stdout } = await shell('bash', ['-c', `${token}\n${call}`]);
      expect(JSON.parse(stdout)).toMatchObject({ game_id: game(9), favorite: true });
      await expectAccessible(page);
      await page.keyboard.press('Escape');
      await drawer.waitFor({ state: 'detached' });
      expect(await page.evaluate(() => document.activeElement?.id)).toBe('calls-button');
    },
    TEST_MS,
  );

  it(
    'says when it is cut off, counts what could not be sent once, and comes back by itself',
    async () => {
      const page = await browser.page();
      const sockets: WebSocketRoute[] = [];
      let isCut = false;
      await page.routeWebSocket('**/api/v1/library/ws*', (socket) => {
        if (isCut) return void socket.close();
        sockets.push(socket);
        socket.connectToServer();
      });
      await page.goto(`${product.url}/play#/library/${game(10)}`);
      await page.getByRole('button', { name: 'Play Clockwork Orchard' }).click();
      await grownTo(fact(page.locator('.now .playing'), 'confirmed'), 1);
      isCut = true;
      await Promise.all(sockets.map((socket) => socket.close({ code: 1012 })));
      await page.locator('.connection.bad').waitFor();
      // Heartbeats go over REST meanwhile.
      await grownTo(fact(page.locator('.now .playing'), 'confirmed'), 4);
      isCut = false;
      await page.locator('.connection.good').waitFor();
      expect(await live(game(10))).toHaveLength(1);
    },
    TEST_MS,
  );

  it(
    'speaks Russian, and fits a phone',
    async () => {
      const page = await product.playPage({ locale: 'ru', theme: 'dark', width: 360, height: 740 });
      await page.getByRole('button', { name: 'Играть: Choir of Engines' }).click();
      await page.getByText('Подтверждено сервисом').waitFor();
      expect(await page.evaluate(() => document.documentElement.lang)).toBe('ru');
      await page.getByRole('link', { name: 'Choir of Engines' }).first().click();
      await page.getByRole('heading', { name: 'Достижения' }).waitFor();
      await expectNoSidewaysScroll(page);
      await expectAccessible(page);
      await page.getByRole('button', { name: /Вызовы/ }).click();
      await expectNoSidewaysScroll(page);
    },
    TEST_MS,
  );

  async function live(gameId: string): Promise<readonly string[]> {
    const response = await fetch(`${product.url}/api/v1/library/playtime/live`, {
      headers: { authorization: `Bearer ${await product.token('player')}` },
    });
    const { items } = (await response.json()) as { items: { game_id: string; session_id: string }[] };
    return items.filter(({ game_id }) => game_id === gameId).map(({ session_id }) => session_id);
  }
});

function fact(within: Locator, id: string): Locator {
  return within.locator(`[data-fact="${id}"] dd`);
}

/** Of durations as the page writes them: `1m 12s`. */
async function secondsOf(place: Locator): Promise<number> {
  const text = await place.first().innerText();
  const part = (unit: string): number => Number(new RegExp(`(\\d+)\\s*${unit}`).exec(text)?.[1] ?? 0);
  return part('h') * 3_600 + part('m') * 60 + part('s');
}

/** Waits until a duration below the hour is at least this many seconds, below a minute. */
async function grownTo(place: Locator, seconds: number): Promise<void> {
  const enough = Array.from({ length: 60 - seconds }, (_, more) => seconds + more);
  await place
    .filter({ hasText: new RegExp(`^(${enough.join('|')})s$|m `) })
    .first()
    .waitFor();
}

async function copied(page: Page, within: Locator): Promise<string> {
  await within.getByRole('button').click();
  await within.getByText('Copied').waitFor();
  return page.evaluate(() => navigator.clipboard.readText());
}
