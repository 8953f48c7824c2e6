import { it } from '@jest/globals';
import type { Page } from 'playwright-core';
import { describeWithBrowser } from './browser.ts';
import { eventually } from './eventually.ts';
import { expectAccessible, expectNoSidewaysScroll } from './expect-accessible.ts';
import { productOfSuite } from './product.ts';

const LONG_MS = 120_000;

describeWithBrowser('the wishlist of the demo', (browser) => {
  const product = productOfSuite(browser);
  const wishOf = (page: Page, title: string) =>
    page.locator('.wish', { has: page.getByRole('heading', { name: title }) });

  it(
    'shows a lower price and tells of it in every window, and of the same game not again',
    async () => {
      const page = await product.playPage({ view: 'wishes' });
      const other = await product.playPage({ view: 'library', beside: page });
      const wish = wishOf(page, 'Ink and Anchor');
      await page.getByRole('button', { name: 'Shop: lower the price …: Ink and Anchor' }).click();
      const dialog = page.getByRole('dialog');
      await dialog.getByLabel('Discount, %').fill('80');
      // The whole entry is put again: what is shown is the call that is made.
      await dialog.locator('details.call summary').click();
      await dialog.locator('pre', { hasText: '"achievements":[{' }).waitFor();
      await dialog.getByRole('button', { name: 'Lower the price' }).click();
      for (const window of [page, other]) {
        await window.getByText(/Ink and Anchor is on sale: .*80 % off!/).waitFor();
      }
      await wish.getByText('−80 %').waitFor();
      await wish.getByText(/For seven days nothing more is told/).waitFor();

      await page.getByRole('button', { name: 'Shop: lower the price …: Ink and Anchor' }).click();
      await dialog.getByText(/no news comes. Try it with another game/).waitFor();
      await dialog.getByRole('button', { name: 'Cancel' }).click();
      await wish.getByText('What it has cost').click();
      await wish.locator('tbody tr').nth(3).waitFor();
      await page.getByRole('button', { name: 'Shop: end the sale: Ink and Anchor' }).click();
      await wish.locator('.tag.good').waitFor({ state: 'detached' });
    },
    LONG_MS,
  );

  it(
    'loses a game that is bought to the library, and takes one that is found in the shop',
    async () => {
      const page = await product.playPage({ view: 'wishes' });
      await page.getByRole('button', { name: 'Shop: sell it to me: Zero Tide' }).click();
      await page.getByText('Zero Tide is yours: it left the wishlist and is in the library.').waitFor();
      await wishOf(page, 'Zero Tide').waitFor({ state: 'detached' });
      await page.getByRole('button', { name: 'Shop: take it back: Zero Tide' }).click();
      await page.getByText('Zero Tide was given back.').waitFor();

      await page.getByLabel('Part of the title').fill('zero t');
      await page.getByRole('button', { name: 'Search' }).click();
      await page.getByRole('button', { name: 'Wish for it: Zero Tide' }).click();
      await wishOf(page, 'Zero Tide').waitFor();
      await page.getByRole('button', { name: 'Move up: Zero Tide' }).click();
      await eventually(async () => (await page.locator('.wish h3').allTextContents()).at(-2), 'Zero Tide');

      await page.getByRole('button', { name: 'Change …: Zero Tide' }).click();
      await page.getByLabel('Note').fill('For the train');
      await page.getByLabel('Only from this discount on, %').fill('50');
      await page.getByRole('button', { name: 'Save' }).click();
      await wishOf(page, 'Zero Tide').getByText('“For the train”').waitFor();
      await wishOf(page, 'Zero Tide').getByText('of sales of 50 % and more, in EUR').waitFor();
      await page.getByRole('button', { name: 'Remove: Zero Tide' }).click();
      await wishOf(page, 'Zero Tide').waitFor({ state: 'detached' });
    },
    LONG_MS,
  );

  it('reads in Russian on a phone', async () => {
    const page = await product.playPage({ view: 'wishes', locale: 'ru', theme: 'dark', width: 360 });
    await page.getByRole('heading', { name: 'Список желаемого' }).waitFor();
    await page.locator('.wish').first().waitFor();
    await expectAccessible(page);
    await expectNoSidewaysScroll(page);
  });
});
