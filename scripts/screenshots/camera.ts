import { statSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';

export interface Look {
  readonly locale?: 'en' | 'ru';
  readonly theme?: 'light' | 'dark';
  readonly size?: 'screen' | 'phone' | 'wall';
}

const SIZES = {
  screen: { width: 1280, height: 720 },
  phone: { width: 360, height: 740 },
  wall: { width: 2560, height: 1440 },
};
const WAIT_MS = 60_000;

/** Opens pages as somebody sees them, and keeps what is seen. */
export class Camera {
  readonly #browser: Browser;
  readonly #folder: string;
  readonly #contexts: BrowserContext[] = [];

  constructor(browser: Browser, folder: string) {
    this.#browser = browser;
    this.#folder = folder;
  }

  /** @param token of who has signed in to the console; null: nobody */
  async open(url: string, token: string | null, { locale = 'en', theme = 'light', size = 'screen' }: Look = {}) {
    const context = await this.#browser.newContext({
      locale: locale === 'ru' ? 'ru-RU' : 'en-GB',
      colorScheme: theme,
      viewport: SIZES[size],
    });
    context.setDefaultTimeout(WAIT_MS);
    this.#contexts.push(context);
    const page = await context.newPage();
    if (token !== null) await page.addInitScript(`sessionStorage.setItem('library.console.token', '${token}')`);
    await page.goto(url);
    await settled(page);
    return page;
  }

  async take(page: Page, name: string): Promise<void> {
    await settled(page);
    const path = join(this.#folder, `${name}.png`);
    await page.screenshot({ path, animations: 'disabled' });
    console.log(`  ${`${name}.png`.padEnd(40)}${Math.ceil(statSync(path).size / 1024)} KiB`);
  }

  /** Closes what was opened so far; the browser stays. */
  async close(): Promise<void> {
    await Promise.all(this.#contexts.splice(0).map((context) => context.close()));
  }
}

export async function goTo(page: Page, view: string): Promise<void> {
  await page.evaluate(`location.hash = ${JSON.stringify(`#/${view}`)}`);
  await settled(page);
}

/** The view has something to say, and nothing is loading. */
async function settled(page: Page): Promise<void> {
  const loading =
    /Loading …|Reading( the wishlist)? …|Загрузка…|Читаем список…|Waiting for the first figures|Ждём первых/;
  await page.locator('#content').filter({ hasText: /\S/, hasNotText: loading }).waitFor();
}
