import { it } from '@jest/globals';
import type { Page } from 'playwright-core';
import { describeWithBrowser } from './browser.ts';
import { eventually } from './eventually.ts';
import { expectAccessible, expectNoSidewaysScroll } from './expect-accessible.ts';
import { productOfSuite } from './product.ts';

const LONG_MS = 120_000;

describeWithBrowser('the saves of the demo', (browser) => {
  const product = productOfSuite(browser);
  const device = (page: Page, name: string) => page.getByRole('region', { name, exact: true });
  const textOf = (page: Page, name: string) => device(page, name).getByLabel('What the game would save');
  const versions = (page: Page) => page.getByRole('region', { name: /^Versions of/ }).locator('tbody tr');

  async function saveAs(page: Page, name: string, text: string): Promise<void> {
    await textOf(page, name).fill(text);
    await device(page, name).getByRole('button', { name: 'Save to the cloud' }).click();
  }

  async function openGame(title: string): Promise<Page> {
    const page = await product.playPage({ view: 'saves' });
    await page.getByRole('combobox', { name: 'Game', exact: true }).selectOption({ label: title });
    await device(page, 'PC').waitFor();
    return page;
  }

  /** Both save from the same base; the Deck loses. */
  async function conflictOf(page: Page): Promise<void> {
    await saveAs(page, 'PC', 'gold: 1');
    await device(page, 'PC')
      .getByText(/It is version/)
      .waitFor();
    await device(page, 'Deck').getByRole('button', { name: 'Load from the cloud' }).click();
    await eventually(() => textOf(page, 'Deck').inputValue(), 'gold: 1');
    await saveAs(page, 'PC', 'gold: 2, from the PC');
    await device(page, 'PC')
      .getByText(/It is version/)
      .waitFor();
    await device(page, 'Deck')
      .getByText(/The cloud is at version \d+ by now, from: PC/)
      .waitFor();
    await saveAs(page, 'Deck', 'gold: 3, from the Deck');
    await device(page, 'Deck')
      .getByText(/Another device saved since/)
      .waitFor();
    await device(page, 'Deck').getByRole('button', { name: 'Keep mine beside it' }).click();
    const conflict = page.getByRole('region', { name: /A conflict to decide/ });
    await conflict.getByText('gold: 3, from the Deck').waitFor();
    await conflict.getByText('gold: 2, from the PC').waitFor();
    await page
      .getByText(/Conflict in autosave: the save of Deck/)
      .first()
      .waitFor();
  }

  it(
    'conflict when two devices save at once, and the one that lost can be made the head',
    async () => {
      const page = await openGame('Paper Kingdoms');
      await conflictOf(page);
      await expectAccessible(page);
      await page.getByRole('button', { name: 'Keep this one (Deck)' }).click();
      await device(page, 'Deck').getByText('In step with the cloud.').waitFor();
      await device(page, 'PC').getByRole('button', { name: 'Load from the cloud' }).click();
      await eventually(() => textOf(page, 'PC').inputValue(), 'gold: 3, from the Deck');
    },
    LONG_MS,
  );

  it(
    'conflict, and the one in the cloud can stay, or both can be kept',
    async () => {
      const page = await openGame('Emberline');
      await conflictOf(page);
      await page.getByRole('button', { name: 'Keep the one in the cloud' }).click();
      await eventually(() => textOf(page, 'Deck').inputValue(), 'gold: 2, from the PC');
      await conflictOf(page);
      await page.getByRole('button', { name: 'Keep both' }).click();
      await page.getByText('Both are kept: the other one is in the slot autosave-2.').waitFor();
      await page.getByRole('combobox', { name: 'Slot', exact: true }).selectOption('autosave-2');
      await device(page, 'PC').getByRole('button', { name: 'Load from the cloud' }).click();
      await eventually(() => textOf(page, 'PC').inputValue(), 'gold: 3, from the Deck');
    },
    LONG_MS,
  );

  it(
    'keep versions, which come back, are pinned and go; a slot that was deleted comes back, too',
    async () => {
      const page = await openGame('Tidewrack');
      for (const text of ['one', 'two']) {
        await saveAs(page, 'PC', text);
        await device(page, 'PC')
          .getByText(/It is version/)
          .waitFor();
        await page.locator('tr', { hasText: 'head' }).waitFor();
      }
      await eventually(() => versions(page).count(), 2);
      const first = versions(page).last();
      await first.getByRole('button', { name: /^Show/ }).click();
      await first.getByText('one', { exact: true }).waitFor();
      await first.getByRole('button', { name: /^Pin/ }).click();
      await first.getByText('pinned', { exact: true }).waitFor();
      await first.getByRole('button', { name: /^Restore/ }).click();
      await eventually(() => versions(page).count(), 3);
      await versions(page)
        .first()
        .getByText(/restored from/)
        .waitFor();

      await versions(page)
        .nth(1)
        .getByRole('button', { name: /^Delete/ })
        .click();
      await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
      await eventually(() => versions(page).count(), 2);

      await page.getByRole('button', { name: 'Delete the slot' }).click();
      await page.getByRole('button', { name: 'Bring back: slot autosave' }).click();
      await page.getByText('The slot autosave is back.').waitFor();
      await device(page, 'Deck').getByRole('button', { name: 'Load from the cloud' }).click();
      await eventually(() => textOf(page, 'Deck').inputValue(), 'one');
      await page.getByText(/stored, .* reserved by unfinished uploads/).waitFor();
    },
    LONG_MS,
  );

  it('read in Russian on a phone', async () => {
    const page = await product.playPage({ view: 'saves', locale: 'ru', theme: 'dark', width: 360 });
    await page.getByRole('region', { name: 'ПК', exact: true }).waitFor();
    await expectAccessible(page);
    await expectNoSidewaysScroll(page);
  });
});
