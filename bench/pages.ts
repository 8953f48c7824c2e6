/**
 * `npm run bench:pages`: what the pages for people weigh, and how long they take to be seen: cold loads from a product on
 * this machine, each in a fresh profile of a real browser, as ratio to an empty page from the same machine in turn.
 */
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import type { Browser } from 'playwright-core';
import { WEIGHT_LIMIT_BYTES, weightOf } from './pages/weight.ts';
import { openChromium } from '../scripts/browser/chromium.ts';
import { NodeProcess } from '../scripts/cluster/node-process.ts';
import { demoToken } from '../scripts/demo-token.ts';

const options = new Command('bench:pages')
  .option('--loads <n>', 'cold loads of each page', Number, 5)
  .parse()
  .opts<{ loads: number }>();

/** A page that nobody has to wait for. */
const GOAL_MS = 500;
const EMPTY =
  '<!doctype html><html lang="en"><head><title>empty</title></head><body><p>Nothing but words.</p></body></html>';

interface Timing {
  readonly firstPaintMs: number;
  readonly readyMs: number;
}

async function coldLoad(browser: Browser, url: string, token: string | null): Promise<Timing> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  try {
    const page = await context.newPage();
    if (token !== null) await page.addInitScript(`sessionStorage.setItem('library.console.token', '${token}')`);
    await page.goto(url);
    return await page.evaluate<Timing>(`new Promise((resolve) => {
      const [load] = performance.getEntriesByType('navigation');
      new PerformanceObserver((list, observer) => {
        const [paint] = list.getEntriesByName('first-contentful-paint');
        if (paint === undefined) return;
        observer.disconnect();
        resolve({ firstPaintMs: paint.startTime, readyMs: load.domContentLoadedEventEnd });
      }).observe({ type: 'paint', buffered: true });
    })`);
  } finally {
    await context.close();
  }
}

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1] ?? NaN;

const folder = mkdtempSync(join(tmpdir(), 'library-bench-pages-'));
const product = new NodeProcess({
  id: 'embedded',
  role: 'gateway',
  logFile: join(folder, 'log'),
  env: {
    DATA_DIR: join(folder, 'data'),
    LOG_LEVEL: 'warn',
    LIBRARY_HTTP_PORT: '0',
    LIBRARY_GRPC_PORT: '0',
    POSTGRES_DSN: '',
    REDIS_ADDR: '',
    NATS_URL: '',
    KAFKA_BROKERS: '',
    S3_BUCKET_SAVEGAMES: '',
  },
});
const empty = createServer((_, res) => res.setHeader('content-type', 'text/html').end(EMPTY));
await new Promise<void>((resolve) => empty.listen(0, '127.0.0.1', resolve));
const browser = await openChromium();
try {
  await product.start();
  const token = await demoToken(randomUUID(), ['admin']);
  const pages = [
    { name: 'empty', url: `http://127.0.0.1:${(empty.address() as AddressInfo).port}/`, token: null },
    { name: '/console', url: `${product.url}/console`, token },
    { name: '/play', url: `${product.url}/play`, token: null },
  ];
  // The first load of all finds a browser and a product that have never done anything.
  for (const { url } of pages) await coldLoad(browser, url, null);
  const timings = new Map<string, Timing[]>(pages.map(({ name }) => [name, []]));
  for (let load = 0; load < options.loads; load += 1) {
    for (const { name, url, token: kept } of pages) timings.get(name)?.push(await coldLoad(browser, url, kept));
  }
  const plain = median((timings.get('empty') ?? []).map(({ firstPaintMs }) => firstPaintMs));
  console.log(`Median of ${options.loads} cold loads, ms; weight gzipped, at most ${WEIGHT_LIMIT_BYTES / 1024} KiB.`);
  console.log('page        weight KiB   DOM ready   first contentful paint   x empty page');
  for (const { name } of pages) {
    const measured = timings.get(name) ?? [];
    const paint = median(measured.map(({ firstPaintMs }) => firstPaintMs));
    const ready = median(measured.map(({ readyMs }) => readyMs));
    const weight = name === '/console' ? weightOf('console') : name === '/play' ? weightOf('play') : EMPTY.length;
    const cells = [(weight / 1024).toFixed(1), ready.toFixed(0), paint.toFixed(0), (paint / plain).toFixed(1)];
    const widths = [10, 12, 25, 15];
    console.log(name.padEnd(12) + cells.map((cell, at) => cell.padStart(widths[at] ?? 0)).join(''));
    if (paint > GOAL_MS || weight > WEIGHT_LIMIT_BYTES) process.exitCode = 1;
  }
} finally {
  await browser.close();
  await product.stop();
  empty.close();
  rmSync(folder, { recursive: true, force: true });
}
