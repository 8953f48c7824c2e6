import { afterAll, afterEach, beforeAll, describe } from '@jest/globals';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { findChromium, openChromium } from '../../scripts/browser/chromium.ts';
import { WANTS_BROWSER } from '../server-variables.ts';

/** How a page is looked at. */
export interface Look {
  readonly locale?: 'en' | 'ru';
  readonly theme?: 'light' | 'dark';
  readonly width?: number;
  readonly height?: number;
  /** Another tab of the same browser window: it shares what is kept longer than a tab is. */
  readonly beside?: Page;
}

export interface TestBrowser {
  /** An empty page in a profile of its own, which ends with the test. For hooks and tests only. */
  page(look?: Look): Promise<Page>;
  /** Lets a test go on although a page complained of what matches. */
  allowTrouble(pattern: RegExp): void;
}

const OPEN_MS = 60_000;
/** A page waits for the product, and the product for a busy machine. */
const WAIT_MS = 30_000;

/**
 * A suite that looks through a real browser, one for the suite. A page that throws, complains on its console or is
 * stopped by its content security policy fails the test it is open in. Without a Chromium the suite is skipped, and says
 * so in its title.
 */
export function describeWithBrowser(title: string, body: (browser: TestBrowser) => void): void {
  if (findChromium() === null) return describe.skip(`${title} ${WANTS_BROWSER}`, () => body(NO_BROWSER));
  describe(title, () => body(browserOfSuite()));
}

const NO_BROWSER: TestBrowser = {
  page: () => Promise.reject(new Error('there is no browser')),
  allowTrouble: () => {},
};

function browserOfSuite(): TestBrowser {
  let browser: Browser;
  let contexts = new Set<BrowserContext>();
  let trouble: string[] = [];
  let allowed: RegExp[] = [];
  beforeAll(async () => {
    browser = await openChromium();
  }, OPEN_MS);
  afterAll(() => browser.close(), OPEN_MS);
  afterEach(async () => {
    const told = trouble.filter((words) => !allowed.some((pattern) => pattern.test(words)));
    await Promise.all(Array.from(contexts, (context) => context.close()));
    contexts = new Set();
    [trouble, allowed] = [[], []];
    if (told.length > 0) throw new Error(`The page is in trouble:\n${told.join('\n')}`);
  }, OPEN_MS);

  async function context({ locale = 'en', theme = 'light', width = 1280, height = 800 }: Look) {
    const opened = await browser.newContext({
      locale: locale === 'ru' ? 'ru-RU' : 'en-GB',
      colorScheme: theme,
      viewport: { width, height },
      permissions: ['clipboard-read', 'clipboard-write'],
    });
    opened.setDefaultTimeout(WAIT_MS);
    contexts.add(opened);
    return opened;
  }

  return {
    async page(look = {}) {
      const page = await (look.beside?.context() ?? (await context(look))).newPage();
      page.on('pageerror', (error) => trouble.push(error.stack ?? error.message));
      page.on('console', (message) => {
        if (message.type() !== 'error' && message.type() !== 'warning') return;
        const words = `${message.text()} (${message.location().url})`;
        if (!isOfTheNetwork(words)) trouble.push(words);
      });
      return page;
    },
    allowTrouble: (pattern) => void allowed.push(pattern),
  };
}

/** That a call was refused or nobody answered is for the page to say; that a part of the page is missing is trouble. */
function isOfTheNetwork(words: string): boolean {
  if (/\/pages\//.test(words)) return false;
  return /^(Failed to load resource|WebSocket connection to)|net::ERR_/.test(words);
}
