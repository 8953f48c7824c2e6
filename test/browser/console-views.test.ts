import { expect, it } from '@jest/globals';
import { DEMO_USER_ID } from '../../lib/library/demo-user.ts';
import { describeWithBrowser } from './browser.ts';
import { expectGoodInEveryLook } from './every-look.ts';
import { expectAccessible } from './expect-accessible.ts';
import { productOfSuite } from './product.ts';
import { settled, visitEveryView, wrongWithDialog } from './walk.ts';

const LONG_MS = 240_000;

describeWithBrowser('every view of the console', (browser) => {
  const product = productOfSuite(browser);

  it(
    'can be read and used in both languages and themes, from a phone to a wall, without a mouse',
    async () => {
      const page = await product.consolePage('operator');
      const wrong: string[] = [];
      const views = ['cluster', 'users', `users/${DEMO_USER_ID}`, 'events', 'findings', 'activity'];
      const seen = await visitEveryView(page, views, async (view) => {
        await expectGoodInEveryLook(page).catch((error: unknown) => wrong.push(`${view}: ${String(error)}`));
      });
      expect(wrong).toEqual([]);
      expect(seen.length).toBeGreaterThanOrEqual(views.length);
    },
    LONG_MS,
  );

  it('keeps the focus within a dialog, and gives it back to what opened it', async () => {
    const page = await product.consolePage('operator');
    await settled(page);
    await page.getByRole('button', { name: 'Flush' }).first().waitFor();
    expect(await wrongWithDialog(page, '#content button:text("Flush")')).toEqual([]);
  });

  it('lets nobody in without a token, and says so to everybody', async () => {
    const page = await browser.page({ theme: 'dark' });
    await page.goto(`${product.url}/console`);
    await settled(page);
    expect(await page.locator('textarea').count()).toBe(1);
    await expectAccessible(page);
  });
});
