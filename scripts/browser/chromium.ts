/** The browser that tests, benches and pictures look through: Chromium of this machine, driven by Playwright. */
import { execFileSync } from 'node:child_process';
import { chromium, type Browser } from 'playwright-core';
import { findBinary } from '../servers/machine.ts';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome'];
/** Root may not use the sandbox, and a page of our own needs none; nothing is asked of the internet. */
const FLAGS = [
  ...['--headless', '--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--disable-quic', '--no-first-run'],
  ...['--disable-background-networking', '--disable-component-update', '--disable-sync', '--hide-scrollbars'],
];

/** `CHROMIUM` of the environment, else the one in PATH (Debian's package is called so); null: there is none. */
export function findChromium(): string | null {
  const named = process.env['CHROMIUM'];
  if (named) return named;
  for (const name of NAMES) {
    const found = findBinary(name);
    if (found !== null) return found;
  }
  return null;
}

/** @throws Error with one clear line when there is no Chromium */
export async function openChromium(): Promise<Browser> {
  const executablePath = findChromium();
  if (executablePath === null) {
    throw new Error('there is no Chromium: run scripts/install-servers, or name one by CHROMIUM');
  }
  return chromium.launch({ executablePath, args: FLAGS, ignoreDefaultArgs: ['--enable-automation'] });
}

export function chromiumVersion(program: string): string {
  try {
    const said = execFileSync(program, ['--version'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
    return /\d+(\.\d+)+/.exec(said)?.[0] ?? 'unknown';
  } catch {
    return 'unknown';
  }
}
