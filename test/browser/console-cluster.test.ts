/** The console of a cluster: the ring while engines are drained, taken back and killed. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { Page } from 'playwright-core';
import { describeWithBrowser } from './browser.ts';
import { LocalCluster } from '../../scripts/cluster/local-cluster.ts';
import { describeWithServers } from '../servers.ts';

const START_MS = 120_000;
const LONG_MS = 120_000;
const CLUSTER_ID = '00000000-0000-0000-0000-000000000000';
const SHARDS = 64;

interface AuditEntry {
  readonly action: string;
  readonly actor_id: string;
  readonly details: Readonly<Record<string, unknown>>;
}

describeWithServers(['PostgreSQL', 'Redis', 'NATS'], 'the console of a cluster', () => {
  describeWithBrowser('seen by an operator', (browser) => {
    let folder: string;
    let cluster: LocalCluster;
    let url: string;
    beforeAll(async () => {
      folder = mkdtempSync(join(tmpdir(), 'library-console-'));
      cluster = await LocalCluster.start({
        engines: 3,
        gateways: 1,
        domains: 1,
        httpPort: 0,
        env: {
          LOG_LEVEL: 'warn',
          DEMO_DATA: 'always',
          SHARDS: String(SHARDS),
          HTTP_DRAIN_GRACE_MS: '0',
          LIBRARY_GRPC_PORT: '0',
        },
        logFile: join(folder, 'cluster.log'),
      });
      url = cluster.gateways[0]?.url ?? '';
    }, START_MS);
    afterAll(async () => {
      await cluster.stop();
      rmSync(folder, { recursive: true });
    }, START_MS);

    async function operatorsPage(): Promise<Page> {
      const page = await browser.page({ theme: 'dark', height: 1_000 });
      await page.goto(`${url}/console`);
      await page.getByRole('button', { name: 'Enter as demo operator' }).click();
      await page.locator('.engines li[data-engine="engine-3"]').waitFor();
      return page;
    }

    it('shows a segment for every shard, in the colour of the engine that holds it', async () => {
      const page = await operatorsPage();
      await waitForShards(page, ['engine-1', 'engine-2', 'engine-3']);
      expect(await page.locator('.ring').getAttribute('aria-label')).toContain(`${SHARDS} shards over 3 engines`);
    });

    it(
      'drains an engine that it was asked to, and the audit log has it',
      async () => {
        const page = await operatorsPage();
        await waitForShards(page, ['engine-1', 'engine-2', 'engine-3']);
        const row = page.locator('tr[data-node="engine-2"]');
        await row.getByRole('button', { name: 'Drain' }).click();
        const dialog = page.getByRole('dialog', { name: 'Drain engine-2?' });
        await dialog.getByText('No request fails').waitFor();
        await dialog.getByRole('button', { name: 'Cancel' }).click();
        await row.locator('.tag', { hasText: 'up' }).waitFor();

        await row.getByRole('button', { name: 'Drain' }).click();
        await dialog.getByRole('button', { name: 'Drain' }).click();
        await page.getByText('engine-2 holds no shards any more').waitFor();
        await row.locator('.tag', { hasText: 'drained' }).waitFor();
        await waitForShards(page, ['engine-1', 'engine-3']);
        await page.getByRole('log').getByText('engine-2 is drained').waitFor();

        const [operator, entries] = await operatorsEntries(url);
        const steps = entries.filter(({ details }) => details['typed'] === 'drain engine-2');
        expect(steps.map(({ details }) => details['outcome'])).toEqual(['done', 'begun']);
        for (const { actor_id: actor } of steps) expect(actor).toBe(operator);

        await row.getByRole('button', { name: 'Rejoin' }).click();
        await page.getByRole('dialog').getByRole('button', { name: 'Rejoin' }).click();
        await waitForShards(page, ['engine-1', 'engine-2', 'engine-3']);
      },
      LONG_MS,
    );

    it(
      'shows an engine that is killed as lost, and its shards where they went',
      async () => {
        const page = await operatorsPage();
        await waitForShards(page, ['engine-1', 'engine-2', 'engine-3']);
        await cluster.node('engine-3').kill();
        await page.locator('tr[data-node="engine-3"]').locator('.tag', { hasText: 'lost' }).waitFor();
        await waitForShards(page, ['engine-1', 'engine-2']);
        expect(await page.getByRole('log').textContent()).toContain('engine-3 is lost');
        await cluster.node('engine-3').start();
        await waitForShards(page, ['engine-1', 'engine-2', 'engine-3']);
        await page.locator('tr[data-node="engine-3"]').locator('.tag', { hasText: 'up' }).waitFor();
      },
      LONG_MS,
    );
  });
});

/** Waits until exactly these engines hold all shards, the ring shows each in its colour, and nothing is on its way any more. */
async function waitForShards(page: Page, engines: readonly string[]): Promise<void> {
  await page.getByText('All at home').waitFor();
  await page.waitForFunction(
    ([names, shards]) => {
      const of = (entry: Element) => Number.parseInt(entry.querySelector('.engine-load')?.textContent ?? '0', 10);
      const all = Array.from(document.querySelectorAll('.engines li[data-engine]'));
      const holding = all.filter((entry) => of(entry) > 0).map((entry) => entry.getAttribute('data-engine') ?? '');
      // Each shard is one arc in each band of its engine's pattern: the engines have one, two and three.
      const drawn = all.every((entry, place) => {
        const path = document.querySelector(`.ring path[data-engine="${entry.getAttribute('data-engine')}"]`);
        return (path?.getAttribute('d')?.match(/M/g)?.length ?? 0) === of(entry) * (place + 1);
      });
      return drawn && holding.join() === names && all.reduce((sum, entry) => sum + of(entry), 0) === shards;
    },
    [engines.join(), SHARDS] as const,
  );
}

/** The operator, and what the audit log has of commands, latest first. */
async function operatorsEntries(url: string): Promise<readonly [string, readonly AuditEntry[]]> {
  const { token, user_id: operator } = (await (
    await fetch(`${url}/demo/tokens`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ account: 'operator' }),
    })
  ).json()) as { token: string; user_id: string };
  const response = await fetch(`${url}/api/v1/library/admin/audit?user_id=${CLUSTER_ID}`, {
    headers: { authorization: `Bearer ${token}` },
  });
  return [operator, ((await response.json()) as { items: readonly AuditEntry[] }).items];
}
