/** The console's look at events, findings and what operators did. */
import { expect, it } from '@jest/globals';
import { SAMPLE_GAME_IDS } from '../../lib/library/sample-catalog.ts';
import type { PlayFinding } from '../../lib/contract/findings.ts';
import { describeWithBrowser } from './browser.ts';
import { PLAYER, send } from './console-calls.ts';
import { eventually } from './eventually.ts';
import { expectAccessible, expectNoSidewaysScroll } from './expect-accessible.ts';
import { productOfSuite, type ServedProduct } from './product.ts';

const LONG_MS = 120_000;

describeWithBrowser('events, findings and commands in the console', (browser) => {
  const product = productOfSuite(browser);

  it(
    'a dead letter shows its reason and its payload, and is sent back by an admin who is asked first',
    async () => {
      await makeDeadLetter(product);
      const page = await product.consolePage('operator', { view: 'events' });
      const letters = page.getByRole('region', { name: 'catalog-events: Dead letters' }).locator('tbody tr');
      await letters.first().waitFor();
      await letters.first().getByText('catalog.game.updated', { exact: true }).click();
      await letters.first().getByText('"amount_minor": 100').first().waitFor();
      await expectAccessible(page);
      await page.getByRole('button', { name: 'Replay catalog-events' }).click();
      await page.getByRole('dialog').getByText('1 letter goes back').waitFor();
      await page.getByRole('dialog').getByRole('button', { name: 'Replay' }).click();
      const written = page.getByRole('status', { name: 'Written to the audit log' });
      await written.getByText('operator.replay').waitFor();
      await written.getByText('replay catalog-events').first().waitFor();
    },
    LONG_MS,
  );

  it(
    'support sees dead letters and asks the outbox, and sends nothing back',
    async () => {
      const page = await product.consolePage('support', { view: 'events' });
      await page.getByRole('button', { name: 'Ask the outbox' }).click();
      await page.getByText(/events wait for the event bus/).waitFor();
      await page.getByRole('heading', { name: 'Dead letters', exact: true }).waitFor();
      expect(await page.getByRole('button', { name: /^Replay/ }).count()).toBe(0);
    },
    LONG_MS,
  );

  it(
    'the line takes commands, shows their tables, and brings back what was run before',
    async () => {
      const page = await product.consolePage('operator', { view: 'activity' });
      const line = page.getByLabel('Command', { exact: true });
      await line.fill('help');
      await line.press('Enter');
      await page
        .getByRole('region', { name: 'help' })
        .getByText(/^drain/)
        .waitFor();
      await line.fill('flush');
      await line.press('Enter');
      await page
        .getByText(/users' sessions written to PostgreSQL/)
        .first()
        .waitFor();
      const log = page.getByRole('region', { name: 'What operators did' }).locator('tbody tr');
      await log.filter({ hasText: 'operator.flush' }).filter({ hasText: 'done' }).waitFor();
      await line.press('ArrowUp');
      await eventually(() => line.inputValue(), 'flush');
      await line.press('ArrowUp');
      await eventually(() => line.inputValue(), 'help');
      await line.press('ArrowDown');
      await eventually(() => line.inputValue(), 'flush');
      await line.fill('dance');
      await line.press('Enter');
      await page.getByText(/there is no command "dance"/).waitFor();
      await expectAccessible(page);
    },
    LONG_MS,
  );

  it(
    'support cannot run what changes something',
    async () => {
      const page = await product.consolePage('support', { view: 'activity' });
      const line = page.getByLabel('Command', { exact: true });
      await line.fill('flush');
      await line.press('Enter');
      await page.getByRole('log').getByText('FORBIDDEN').waitFor();
    },
    LONG_MS,
  );

  // Play is looked at ten minutes after it: nobody waits so long for a finding.
  it(
    'a finding is decided with a reason, which stands in the log of the user',
    async () => {
      await product.betweenTwoRuns((db) => db.insertInto('play_findings').values(FINDING).execute());
      const page = await product.consolePage('support', { view: 'findings' });
      await page.getByRole('button', { name: 'Decide 2026-03-01' }).click();
      const dialog = page.getByRole('dialog');
      await expectAccessible(page);
      await dialog.getByLabel('Dismissed: there is another explanation').check();
      await dialog.getByLabel('Reason').fill('A tournament');
      await dialog.getByRole('button', { name: 'Decide' }).click();
      await page.getByText('There are no findings.').waitFor();
      const { items } = await send<FindingsPage>(product, 'support', 'GET', '/admin/findings?state=dismissed');
      expect(items).toMatchObject([{ finding_id: FINDING.finding_id, state: 'dismissed', reason: 'A tournament' }]);
      const log = await send<AuditPage>(product, 'support', 'GET', `/admin/audit?user_id=${PLAYER}`);
      expect(log.items).toContainEqual(expect.objectContaining({ action: 'finding.decided' }));
    },
    LONG_MS,
  );

  it(
    'all of it fits a phone, in Russian',
    async () => {
      for (const [view, heading] of [
        ['events', 'Необработанные события (DLQ)'],
        ['findings', 'Подозрения'],
        ['activity', 'Команды оператора'],
      ] as const) {
        const page = await product.consolePage('operator', { view, locale: 'ru', width: 360, theme: 'dark' });
        await page.getByRole('heading', { name: heading }).waitFor();
        await expectNoSidewaysScroll(page);
        await expectAccessible(page);
        await page.close();
      }
    },
    LONG_MS,
  );
});

interface FindingsPage {
  readonly items: readonly PlayFinding[];
}
interface AuditPage {
  readonly items: readonly unknown[];
}

const FINDING = {
  finding_id: '0198f2b4-7c1e-7a30-9d52-3f6b1c0a4e21',
  user_id: PLAYER,
  rule: 'long_day',
  severity: 'high',
  subject: '2026-03-01',
  game_id: null,
  evidence: JSON.stringify({ day: '2026-03-01', credited_seconds: 79_200 }),
  state: 'open',
  found_at: new Date('2026-03-02'),
  seen_at: new Date('2026-03-02'),
} as const;

/** It is what its schema says, and names a currency twice: that cannot be. */
async function makeDeadLetter(product: ServedProduct): Promise<void> {
  const price = { currency: 'EUR', amount_minor: 100 };
  await send(product, 'shop', 'POST', '/admin/events', {
    source: '/catalog-service',
    type: 'catalog.game.updated',
    data: { game_id: SAMPLE_GAME_IDS[3], game: { title: 'Twice', prices: [price, price] } },
  });
  await eventually(async () => {
    const { items } = await send<{ items: unknown[] }>(product, 'operator', 'GET', '/admin/dead-letters');
    return items.length;
  }, 1);
}
