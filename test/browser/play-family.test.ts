import { it } from '@jest/globals';
import type { Page } from 'playwright-core';
import { describeWithBrowser } from './browser.ts';
import { eventually } from './eventually.ts';
import { expectAccessible, expectNoSidewaysScroll } from './expect-accessible.ts';
import { productOfSuite } from './product.ts';

const LONG_MS = 120_000;

describeWithBrowser('the family of the demo', (browser) => {
  const product = productOfSuite(browser);
  const owner = (page: Page) => page.getByRole('region', { name: 'You lend', exact: true });
  const friend = (page: Page) => page.getByRole('region', { name: 'Your friend borrows', exact: true });

  it(
    'lets the friend play until the owner does: a warning, a count-down, and an end that keeps what was played',
    async () => {
      const page = await product.playPage({ view: 'family' });
      await friend(page).getByText('live', { exact: true }).waitFor();
      await friend(page).getByRole('button', { name: 'Friend: play' }).click();
      await friend(page)
        .getByText(/Counted: [1-9]/)
        .waitFor();
      await owner(page).getByRole('button', { name: 'You: play the same game' }).click();
      await friend(page)
        .getByText(/Save now: it ends at/)
        .waitFor();
      await friend(page).getByRole('timer').waitFor();
      await expectAccessible(page);
      await friend(page)
        .getByText(/The owner needed the copy: the session ended/)
        .waitFor();

      await friend(page).getByRole('button', { name: 'Friend: play' }).click();
      await friend(page)
        .getByText(/Nothing is lost; try again later/)
        .waitFor();
      await owner(page).getByRole('button', { name: 'You: stop' }).click();
      await owner(page).getByRole('button', { name: 'You: play the same game' }).waitFor();
      // The copy is free once the owner's session is over; until then, the friend is told.
      await eventually(async () => {
        const answer = page.waitForResponse((response) => response.url().endsWith('/playtime/start'));
        await friend(page).getByRole('button', { name: 'Friend: play' }).click();
        return (await answer).ok();
      }, true);
      await friend(page)
        .getByText(/Your friend plays/)
        .waitFor();
      await friend(page).getByRole('button', { name: 'Friend: stop' }).click();
      await friend(page)
        .getByText(/Your friend stopped/)
        .waitFor();
    },
    LONG_MS,
  );

  it(
    'ends when the friend leaves, and begins again with an invitation that is accepted',
    async () => {
      const page = await product.playPage({ view: 'family' });
      await friend(page).getByRole('button', { name: 'Leave: You, the owner' }).click();
      await friend(page).getByText('There is nothing to borrow.').waitFor();
      await owner(page).getByText('You lend to nobody.').waitFor();
      await owner(page).getByRole('button', { name: 'Invite', exact: true }).click();
      await owner(page).getByText('invited', { exact: true }).waitFor();
      await friend(page).getByRole('button', { name: 'Decline: You, the owner' }).click();
      await owner(page).getByText('You lend to nobody.').waitFor();
      await owner(page).getByRole('button', { name: 'Invite', exact: true }).click();
      await friend(page).getByRole('button', { name: 'Accept: You, the owner' }).click();
      await friend(page).getByText('19 borrowed games').first().waitFor();
      await owner(page).getByText('Members and open invitations: 1 of 5.').waitFor();
    },
    LONG_MS,
  );

  it(
    'leaves out what the owner keeps',
    async () => {
      const page = await product.playPage({ view: 'family' });
      await friend(page).getByText('19 borrowed games').first().waitFor();
      await owner(page).getByLabel('Game to keep to yourself').selectOption({ label: 'Emberline' });
      await owner(page).getByRole('button', { name: 'Do not lend' }).click();
      await friend(page).getByText('18 borrowed games').first().waitFor();
      await owner(page).getByRole('button', { name: 'Lend again: Emberline' }).click();
      await friend(page).getByText('19 borrowed games').first().waitFor();
    },
    LONG_MS,
  );

  it('reads in Russian on a phone', async () => {
    const page = await product.playPage({ view: 'family', locale: 'ru', theme: 'dark', width: 360 });
    await page.getByRole('region', { name: 'Вы одалживаете', exact: true }).waitFor();
    await expectAccessible(page);
    await expectNoSidewaysScroll(page);
  });
});
