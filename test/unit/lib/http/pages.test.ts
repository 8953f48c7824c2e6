import { createServer, type Server } from 'node:http';
import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { pagesIn } from '../../../../lib/http/pages.ts';

const CONSOLE = '<!doctype html><title>console</title>';

describe('pages for people', () => {
  const folder = mkdtempSync(join(tmpdir(), 'pages-'));
  let server: Server;
  let url: string;

  beforeAll(async () => {
    mkdirSync(join(folder, 'assets'));
    writeFileSync(join(folder, 'console.html'), CONSOLE);
    writeFileSync(join(folder, 'assets', 'console-ABCD1234.js'), 'export {};');
    const pages = pagesIn({ folder, reachable: ['https://saves.example'] });
    server = createServer((req, res) => {
      const path = decodeURIComponent((req.url ?? '').slice(1));
      const answer = path === 'console' || path === 'play' ? pages.page(path, req, res) : pages.asset(path, req, res);
      answer.catch((error: unknown) => res.writeHead(404).end(String(error)));
    });
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(async () => {
    await new Promise((resolve) => server.close(resolve));
    rmSync(folder, { recursive: true, force: true });
  });

  it('run nothing but what the gateway itself serves, in no frame, and send nothing elsewhere', async () => {
    const { status, headers } = await fetch(`${url}/console`);
    expect(status).toBe(200);
    const policy = headers.get('content-security-policy') ?? '';
    expect(policy).not.toMatch(/unsafe|\*|http:/);
    for (const directive of [
      "default-src 'none'",
      "script-src 'self'",
      "style-src 'self'",
      "connect-src 'self' https://saves.example",
      "frame-ancestors 'none'",
      "form-action 'none'",
      "base-uri 'none'",
    ]) {
      expect(policy.split('; ')).toContain(directive);
    }
    expect(headers.get('cross-origin-opener-policy')).toBe('same-origin');
    expect(headers.get('referrer-policy')).toBe('no-referrer');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
  });

  it('set no cookie: nothing goes along with a request by itself', async () => {
    for (const path of ['console', 'console-ABCD1234.js']) {
      expect((await fetch(`${url}/${path}`)).headers.getSetCookie()).toEqual([]);
    }
  });

  it('are asked for again each time, and what they are made of never', async () => {
    const page = await fetch(`${url}/console`);
    expect(page.headers.get('cache-control')).toBe('no-cache');
    const again = await fetch(`${url}/console`, { headers: { 'if-none-match': page.headers.get('etag') ?? '' } });
    expect(again.status).toBe(304);
    const asset = await fetch(`${url}/console-ABCD1234.js`);
    expect(asset.headers.get('cache-control')).toMatch(/immutable/);
    expect(asset.headers.get('content-type')).toBe('text/javascript; charset=utf-8');
  });

  it('are there as soon as they are built, and new when they are built again', async () => {
    const before = await fetch(`${url}/play`);
    expect(before.status).toBe(503);
    expect(before.headers.get('cache-control')).toBe('no-store');
    expect(await before.text()).toContain('node scripts/prepare.js');
    const file = join(folder, 'play.html');
    writeFileSync(file, 'first');
    expect(await (await fetch(`${url}/play`)).text()).toBe('first');
    writeFileSync(file, 'second');
    utimesSync(file, new Date(), new Date(Date.now() + 5_000));
    expect(await (await fetch(`${url}/play`)).text()).toBe('second');
  });

  it.each(['../console.html', '..%2fconsole.html', 'missing-00000000.js', 'x.html', '.js', 'a/b.js', '%00.js'])(
    'have nothing at %j',
    async (name) => {
      expect((await fetch(`${url}/${encodeURIComponent(name)}`)).status).toBe(404);
    },
  );
});
