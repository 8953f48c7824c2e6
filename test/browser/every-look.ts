import { expect } from '@jest/globals';
import type { Page } from 'playwright-core';
import { expectAccessible, expectNoSidewaysScroll } from './expect-accessible.ts';
import { settled, unreachableByKeyboard } from './walk.ts';

const WIDTHS = [360, 1280, 2560];
const LOCALES = ['ru', 'en'] as const;
const THEMES = ['dark', 'light'] as const;

/** Looks at the view that is shown in both languages and both themes, on a phone, a screen and a wall, without a mouse. */
export async function expectGoodInEveryLook(page: Page): Promise<void> {
  for (const locale of LOCALES) {
    await page.locator('header select').first().selectOption(locale);
    expect(await page.locator('html').getAttribute('lang')).toBe(locale);
    await settled(page);
    expect(await page.title()).toMatch(/\S/);
    for (const width of WIDTHS) {
      await page.setViewportSize({ width, height: width === 360 ? 740 : 800 });
      await expectNoSidewaysScroll(page);
    }
    await page.setViewportSize({ width: locale === 'ru' ? 360 : 1280, height: 800 });
    for (const theme of THEMES) {
      await page.emulateMedia({ colorScheme: theme });
      await expectAccessible(page);
    }
  }
  expect(await unreachableByKeyboard(page)).toEqual([]);
}
