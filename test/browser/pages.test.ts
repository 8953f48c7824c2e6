import { expect, it } from '@jest/globals';
import { describeWithBrowser } from './browser.ts';
import { expectAccessible, expectNoSidewaysScroll } from './expect-accessible.ts';
import { productOfSuite } from './product.ts';

describeWithBrowser('the pages for people', (browser) => {
  const product = productOfSuite(browser);

  it('are there', async () => {
    for (const page of [await product.consolePage('operator'), await product.playPage({ locale: 'ru', width: 360 })]) {
      await page.locator('h1').first().waitFor();
      expect(await page.title()).toContain('Library Service');
      await expectAccessible(page);
      await expectNoSidewaysScroll(page);
    }
  });
});
