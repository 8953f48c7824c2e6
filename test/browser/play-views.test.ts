import { expect, it } from '@jest/globals';
import { describeWithBrowser } from './browser.ts';
import { expectGoodInEveryLook } from './every-look.ts';
import { productOfSuite } from './product.ts';
import { goTo, settled, visitEveryView, wrongWithDialog } from './walk.ts';

const LONG_MS = 240_000;
const LOWER = 'Shop: lower the price …';

describeWithBrowser('every view of the demo', (browser) => {
  const product = productOfSuite(browser);

  it(
    'can be read and used in both languages and themes, from a phone to a wall, without a mouse',
    async () => {
      const page = await product.playPage();
      await settled(page);
      const wrong: string[] = [];
      const views = ['library', 'achievements', 'wishes', 'saves', 'family'];
      const seen = await visitEveryView(page, views, async (view) => {
        await expectGoodInEveryLook(page).catch((error: unknown) => wrong.push(`${view}: ${String(error)}`));
      });
      expect(wrong).toEqual([]);
      expect(seen.length).toBeGreaterThanOrEqual(views.length);
    },
    LONG_MS,
  );

  it('keeps the focus within a dialog, and gives it back to what opened it', async () => {
    const page = await product.playPage();
    await goTo(page, 'wishes');
    await page.getByRole('button', { name: LOWER }).first().waitFor();
    expect(await wrongWithDialog(page, `#content button:text("${LOWER}")`)).toEqual([]);
  });
});
