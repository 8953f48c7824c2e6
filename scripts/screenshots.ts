/**
 * `npm run screenshots`: pictures of both pages for the documentation, from a real cluster under load, one of whose engines
 * is killed. Nothing waits for time to pass: each picture is of a state that the console was told of.
 */
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import type { Browser } from 'playwright-core';
import { openChromium } from './browser/chromium.ts';
import { LocalCluster } from './cluster/local-cluster.ts';
import { demoToken } from './demo-token.ts';
import { Camera, goTo } from './screenshots/camera.ts';
import { FeedWatch } from './screenshots/feed-watch.ts';
import { DEMO_ACCOUNTS } from '../lib/demo/accounts.ts';
import { DEMO_USER_ID } from '../lib/library/demo-user.ts';
import { PROJECT_ROOT } from '../lib/http/project-files.ts';

const options = new Command('screenshots')
  .description(
    'Takes pictures of the pages from a cluster of 3 engines and 2 gateways, one of whose engines is killed.',
  )
  .option('--users <n>', 'simulated players', Number, 2_000)
  .option('--interval <seconds>', 'between two heartbeats of a player', Number, 10)
  .option('--folder <folder>', 'where the pictures go', join(PROJECT_ROOT, 'docs/screenshots'))
  .parse()
  .opts<{ users: number; interval: number; folder: string }>();

const FIGURES = [
  'live_sessions',
  'heartbeats_per_second',
  'latency_p99_ms',
  'commit_p99_ms',
  'errors_per_second',
] as const;
const HEAD = `  ${'when'.padEnd(36)}${FIGURES.map((name) => name.padStart(23)).join('')}  shards`;
const VICTIM = 'engine-2';
/** Longer than everything here takes; the players are sent home at the end. */
const PLAY_SECONDS = 3_600;

const logs = mkdtempSync(join(tmpdir(), 'library-screenshots-'));
mkdirSync(options.folder, { recursive: true });
console.log('Starting 3 engines, 2 gateways, a domain node, PostgreSQL, Redis, NATS ...');
const cluster = await LocalCluster.start({
  engines: 3,
  gateways: 2,
  domains: 1,
  httpPort: 0,
  env: { LOG_LEVEL: 'warn', DEMO_DATA: 'always', HEARTBEAT_INTERVAL_SECONDS: String(options.interval) },
  logFile: join(logs, 'cluster.log'),
});
const urls = cluster.gateways.map(({ url }) => url);
const url = urls[0] ?? '';
const players = spawn(
  process.execPath,
  [
    ...[join(PROJECT_ROOT, 'scripts/simulate.ts'), '--users', String(options.users), '--seconds', String(PLAY_SECONDS)],
    ...['--interval', String(options.interval), '--sockets', '0.3', '--url', ...urls],
  ],
  { stdio: ['ignore', 'ignore', 'inherit'] },
);
const { operator } = DEMO_ACCOUNTS;
const token = await demoToken(operator.userId, operator.roles);
const watch = new FeedWatch(url, token);
let browser: Browser | null = null;
try {
  browser = await openChromium();
  const camera = new Camera(browser, options.folder);
  await picturesOfPlay(camera);
  await watch.until('the players play', () => watch.figure('live_sessions') >= 0.9 * options.users, 600_000);
  await picturesOfCluster(camera);
  await picturesOfAKill(camera);
  await picturesOfRooms(camera);
} finally {
  watch.close();
  players.kill('SIGKILL');
  await browser?.close();
  await cluster.stop();
  rmSync(logs, { recursive: true, force: true });
}

async function picturesOfPlay(camera: Camera): Promise<void> {
  const page = await camera.open(`${url}/play`, null);
  await camera.take(page, 'play-library');
  await page
    .getByRole('button', { name: /^Play / })
    .first()
    .click();
  await page.getByRole('button', { name: 'Stop playing' }).first().waitFor();
  await camera.take(page, 'play-playing');
  for (const view of ['achievements', 'wishes', 'saves', 'family']) {
    await goTo(page, view);
    await camera.take(page, `play-${view}`);
  }
  const phone = await camera.open(`${url}/play`, null, { locale: 'ru', theme: 'dark', size: 'phone' });
  await camera.take(phone, 'play-library-ru-dark-phone');
  const dark = await camera.open(`${url}/play`, null, { locale: 'ru', theme: 'dark' });
  await camera.take(dark, 'play-library-ru-dark');
  // The player's session goes on in the first window, for the console to show.
}

async function picturesOfCluster(camera: Camera): Promise<void> {
  const entrance = await camera.open(`${url}/console`, null);
  await camera.take(entrance, 'console-sign-in');
  await camera.take(await camera.open(`${url}/console`, token), 'console-cluster');
  const ru = await camera.open(`${url}/console`, token, { locale: 'ru', theme: 'dark' });
  await camera.take(ru, 'console-cluster-ru-dark');
  const phone = await camera.open(`${url}/console`, token, { size: 'phone' });
  await camera.take(phone, 'console-cluster-phone');
}

/** Last: by then operators have done something, and the player has a history. */
async function picturesOfRooms(camera: Camera): Promise<void> {
  const page = await camera.open(`${url}/console`, token);
  const rooms = {
    activity: 'activity',
    events: 'events',
    findings: 'findings',
    users: `users/${DEMO_USER_ID}`,
    turns: `users/${DEMO_USER_ID}/turns`,
  };
  for (const [name, view] of Object.entries(rooms)) {
    await goTo(page, view);
    await camera.take(page, `console-${name}`);
  }
}

async function picturesOfAKill(camera: Camera): Promise<void> {
  await camera.close();
  const page = await camera.open(`${url}/console`, token, { theme: 'dark' });
  const wall = await camera.open(`${url}/console`, token, { theme: 'dark', size: 'wall' });
  console.log(HEAD);
  tell('before the kill');
  const stateOf = (state: string) => page.locator(`tr[data-node="${VICTIM}"]`).locator('.tag', { hasText: state });
  await stateOf('up').waitFor();
  const victim = cluster.node(VICTIM);
  console.log(`  kill -9 ${victim.pid} (${VICTIM})`);
  const killedAt = Date.now();
  const seconds = (): string => `${((Date.now() - killedAt) / 1_000).toFixed(1)} s after the kill`;
  await victim.kill();
  await watch.until('a node is lost', ({ nodes }) =>
    nodes.some(({ node, state }) => node === VICTIM && state === 'lost'),
  );
  tell(`lost, ${seconds()}`);
  await stateOf('lost').waitFor();
  await camera.take(page, 'console-engine-lost');
  await watch.until(
    'the others have its shards',
    ({ shards }) => (shards[VICTIM] ?? 0) === 0 && (shards['nobody'] ?? 0) === 0,
  );
  tell(`taken over, ${seconds()}`);
  await watch.until('play goes on', () => watch.figure('live_sessions') >= 0.9 * options.users);
  tell(`playing on, ${seconds()}`);
  await camera.take(page, 'console-taken-over');
  await victim.start();
  await watch.until('it has shards again', ({ shards, moving }) => (shards[VICTIM] ?? 0) > 0 && moving === 0);
  tell(`back, ${seconds()}`);
  await stateOf('up').waitFor();
  await camera.take(wall, 'console-wall-after-return');
}

function tell(when: string): void {
  const figures = FIGURES.map((name) => watch.figure(name).toFixed(1).padStart(23)).join('');
  const shards = Object.entries(watch.seen.shards).map(([engine, count]) => `${engine} ${count}`);
  console.log(`  ${when.padEnd(36)}${figures}  ${shards.join(', ')}`);
}
