import { afterEach, describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { beaten, SESSION, startGateway } from './gateway.ts';
import type { Gateway } from './gateway.ts';

describe('what operators see of the gateway', () => {
  let gateway: Gateway | null = null;

  afterEach(async () => {
    await gateway?.stop();
    gateway = null;
  });

  it('is live and ready, without a token, when every dependency answers', async () => {
    gateway = await startGateway({ probes: { database: async () => {} } });
    expect((await gateway.raw('/health/live', { token: null })).body).toEqual({ status: 'live' });
    const { status, body } = await gateway.raw('/health/ready', { token: null });
    expect([status, body]).toEqual([200, { status: 'ready', draining: false, dependencies: { database: 'ok' } }]);
  });

  it('is live but not ready when a dependency fails, and does not say why to strangers', async () => {
    const failing = () => Promise.reject(new Error('password wrong for 10.0.0.7'));
    gateway = await startGateway({ probes: { database: failing, engine: async () => {} } });
    const { status, body } = await gateway.raw('/health/ready', { token: null });
    expect([status, body]).toEqual([
      503,
      { status: 'unready', draining: false, dependencies: { database: 'failing', engine: 'ok' } },
    ]);
    expect((await gateway.raw('/health/live', { token: null })).status).toBe(200);
  });

  it('serves the OpenAPI document, and pages that need nothing from elsewhere', async () => {
    gateway = await startGateway();
    const document = await gateway.raw('/api/openapi/v1/library.yaml', { token: null });
    expect(parse(String(document.body['text']))).toMatchObject({ openapi: '3.1.0' });
    const page = await gateway.raw('/docs', { token: null });
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");
    const assets = [...String(page.body['text']).matchAll(/(?:src|href)="([^"]+)"/g)].map(([, target]) => target ?? '');
    expect(assets).toHaveLength(4);
    for (const asset of assets) {
      expect(asset).toMatch(/^\/docs\//);
      const answer = await gateway.raw(asset, { token: null });
      expect(answer.status).toBe(200);
      const again = await gateway.raw(asset, {
        token: null,
        headers: { 'if-none-match': answer.headers.get('etag') ?? '' },
      });
      expect(again.status).toBe(304);
    }
    expect((await gateway.raw('/docs/errors', { token: null })).body['text']).toContain('UNAVAILABLE');
    expect((await gateway.raw('/docs', { token: null, method: 'DELETE' })).headers.get('allow')).toBe('GET, HEAD');
  });

  it('finishes a request under way while it drains, tells it to leave, and then takes no more', async () => {
    gateway = await startGateway();
    let release = (): void => {};
    const held = new Promise<void>((resolve) => (release = resolve));
    let begun = (): void => {};
    const arrived = new Promise<void>((resolve) => (begun = resolve));
    gateway.engine = async (command) => {
      begun();
      await held;
      return beaten(command);
    };
    const underWay = gateway.request('/playtime/heartbeat', { json: { session_id: SESSION, seq: 1 } });
    await arrived;
    const drained = gateway.api.drain();
    expect(gateway.api.drain()).toBe(drained);
    release();
    expect((await underWay).status).toBe(200);
    await drained;
    expect(gateway.api.address()).toBeNull();
    await expect(gateway.raw('/health/live', { token: null })).rejects.toThrow();
  });

  it('is not ready during the grace of a drain, and ends connections with each answer', async () => {
    gateway = await startGateway({ env: { HTTP_DRAIN_GRACE_MS: '300' } });
    const drained = gateway.api.drain();
    const { status, headers, body } = await gateway.raw('/health/ready', { token: null });
    expect([status, body['draining'], headers.get('connection')]).toEqual([503, true, 'close']);
    await drained;
  });
});
