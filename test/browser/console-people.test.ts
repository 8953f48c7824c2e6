/** The console's look at users: what there is of them, and what is done to it. */
import { expect, it } from '@jest/globals';
import type { Page } from 'playwright-core';
import { describeWithBrowser } from './browser.ts';
import { beat, endPlaying, makeConflict, PLAYER, send, startPlaying } from './console-calls.ts';
import { eventually } from './eventually.ts';
import { expectAccessible, expectNoSidewaysScroll } from './expect-accessible.ts';
import { productOfSuite } from './product.ts';

const LONG_MS = 120_000;
const STRANGER = '00000000-0000-7000-8000-0000000e0001';

describeWithBrowser('users in the console', (browser) => {
  // A busy machine takes longer over a look at a session than a player over a beat.
  const product = productOfSuite(browser, { SESSION_TIMEOUT_SECONDS: '120' });
  const dialog = (page: Page) => page.getByRole('dialog');
  const written = (page: Page) => page.getByRole('status', { name: 'Written to the audit log' });

  it(
    'are looked up by their id, and what is no id is told',
    async () => {
      const page = await product.consolePage('support', { view: 'users' });
      await page.getByLabel('Id', { exact: true }).fill('somebody');
      await page.getByRole('button', { name: 'Look up' }).click();
      await page.getByRole('alert').getByText('This is no id: ids are UUIDs.').waitFor();
      await page.getByLabel('Id', { exact: true }).fill(PLAYER.toUpperCase());
      await page.getByRole('button', { name: 'Look up' }).click();
      await page.waitForURL(`**/console#/users/${PLAYER}`);
      await eventually(() => page.getByRole('region', { name: 'Library' }).locator('tbody tr').count(), 20);
      expect(await page.getByRole('button', { name: 'Erase user' }).count()).toBe(0);
      await expectAccessible(page);
    },
    LONG_MS,
  );

  it(
    'are found by a session, watched turn by turn, and corrected with a reason that stands in the log',
    async () => {
      const id = await startPlaying(product, 0);
      const page = await product.consolePage('support', { view: 'users' });
      await page.getByLabel('What is looked up').selectOption('session');
      await page.getByLabel('Id', { exact: true }).fill(id);
      await page.getByRole('button', { name: 'Look up' }).click();
      await page.getByRole('heading', { name: `Session ${id}` }).waitFor();

      await page.getByRole('link', { name: 'Turn by turn', exact: true }).click();
      await page.getByRole('region', { name: 'Sessions in memory' }).waitFor();
      await beat(product, id, 1);
      const turns = page.getByRole('region', { name: 'Turn by turn' }).locator('tbody tr');
      await turns.filter({ hasText: 'heartbeat' }).first().waitFor();
      await beat(product, id, 1);
      await turns.filter({ hasText: 'a repeat: the stored reply was given' }).waitFor();
      await page.locator('.track-line .mark').first().waitFor();
      await expectAccessible(page);
      await endPlaying(product, id, 2);
      await turns.getByText('end', { exact: true }).first().waitFor();

      await page.getByRole('link', { name: 'Sessions', exact: true }).click();
      await page.getByRole('link', { name: `Open …${id.slice(-8)}` }).click();
      await page.getByRole('button', { name: 'Correct', exact: true }).click();
      await dialog(page).getByLabel('Seconds to be counted').fill('0');
      await dialog(page).getByLabel('Reason').fill('the game hung');
      await dialog(page).getByRole('button', { name: 'Correct' }).click();
      await written(page).getByText('playtime.corrected').waitFor();
      await written(page).getByText('the game hung', { exact: true }).waitFor();
      await page.getByRole('region', { name: 'Corrections' }).getByText('the game hung', { exact: true }).waitFor();
      await page.getByRole('region', { name: 'History' }).getByText('corrected', { exact: true }).first().waitFor();
      await expectAccessible(page);
    },
    LONG_MS,
  );

  it(
    'have conflicts of saves, decided with both versions side by side',
    async () => {
      await makeConflict(product, 1, 'autosave');
      const page = await product.consolePage('support', { view: `users/${PLAYER}/saves` });
      await page.getByRole('button', { name: 'Resolve autosave' }).click();
      await dialog(page).getByRole('region', { name: 'In the cloud' }).getByText('7 byte').waitFor();
      await dialog(page).getByRole('region', { name: 'Lost to it' }).getByText('18 byte').waitFor();
      await expectAccessible(page);
      await dialog(page).getByLabel('the save that lost: it becomes the head').check();
      await dialog(page).getByRole('button', { name: 'Resolve' }).click();
      await written(page).getByText('savegame.resolved').waitFor();
      await eventually(() => page.getByRole('button', { name: 'Resolve autosave' }).count(), 0);
    },
    LONG_MS,
  );

  it(
    'get games and lose them, by an admin who is asked first',
    async () => {
      const page = await product.consolePage('operator', { view: `users/${STRANGER}` });
      await page.getByText('There are no games.').waitFor();
      await page.getByRole('button', { name: 'Grant a game' }).click();
      await dialog(page).getByRole('combobox', { name: 'Game', exact: true }).waitFor();
      await dialog(page).getByRole('button', { name: 'Grant a game' }).click();
      await written(page).getByText('library.granted').waitFor();
      await page.getByRole('button', { name: /^Revoke/ }).click();
      await dialog(page).getByRole('button', { name: 'Revoke' }).click();
      await written(page).getByText('library.revoked').waitFor();
      await page.getByText('There are no games.').waitFor();
      await page.getByRole('link', { name: 'Audit', exact: true }).click();
      const entries = page.getByRole('region', { name: 'Audit', exact: true }).locator('tbody tr');
      await entries.filter({ hasText: 'library.granted' }).waitFor();
      await entries.filter({ hasText: 'library.revoked' }).waitFor();
    },
    LONG_MS,
  );

  it(
    'are erased only by an admin who types the id',
    async () => {
      const page = await product.consolePage('operator', { view: `users/${STRANGER}` });
      await page.getByRole('button', { name: 'Erase user' }).click();
      await dialog(page).getByLabel('Type the id to confirm').fill(PLAYER);
      await dialog(page).getByRole('button', { name: 'Erase user' }).click();
      await dialog(page).getByRole('alert').getByText('This is not the id of the user.').waitFor();
      await dialog(page).getByLabel('Type the id to confirm').fill(STRANGER);
      await dialog(page).getByRole('button', { name: 'Erase user' }).click();
      await page.getByText(`Everything of ${STRANGER} was erased.`).waitFor();
      await page.waitForURL('**/console#/users');
      const left = await send<{ items: unknown[] }>(product, 'operator', 'GET', `/admin/audit?user_id=${STRANGER}`);
      expect(left.items).toEqual([]);
    },
    LONG_MS,
  );

  it(
    'are shown in Russian on a phone',
    async () => {
      for (const room of ['library', 'sessions', 'turns', 'saves', 'findings', 'audit']) {
        const page = await product.consolePage('operator', {
          view: `users/${PLAYER}/${room}`,
          locale: 'ru',
          width: 360,
          theme: 'dark',
        });
        await page.getByRole('heading', { name: /^Пользователь/ }).waitFor();
        await page.getByText('Всего в игре').waitFor();
        await expectNoSidewaysScroll(page);
        await expectAccessible(page);
        await page.close();
      }
    },
    LONG_MS,
  );
});
