import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { ENDPOINTS } from '../../../lib/contract/endpoints.ts';
import { requestTo } from './endpoint-requests.ts';
import { connect, refusal } from './launcher.ts';
import { ME, OTHER, SESSION, startGateway } from './gateway.ts';
import type { Gateway, RequestOptions } from './gateway.ts';

const SLOW = { LIMITS_TRUSTED_PROXIES: '127.0.0.0/8,::1' };
const BEAT: RequestOptions = { json: { session_id: SESSION, seq: 1 } };
const from = (address: string) => ({ 'x-forwarded-for': address });

describe('too many requests', () => {
  let gateway: Gateway | null = null;
  const started = async (env: Readonly<Record<string, string>>): Promise<Gateway> => {
    gateway = await startGateway({ env: { ...SLOW, ...env } });
    return gateway;
  };
  afterEach(async () => {
    await gateway?.stop();
    gateway = null;
  });

  it.each([
    ['heartbeats, which take the short way', '/playtime/heartbeat', BEAT],
    ['pages, which go past moleculer-web', '/', {}],
    ['everything else', '/playtime/live', {}],
  ] as const)(
    'of one user are refused with 429 and headers that say when to come back: %s',
    async (_w, path, options) => {
      const limited = await started({ LIMITS_USER_PER_SECOND: '1', LIMITS_USER_BURST: '10' });
      const answers = [];
      for (let count = 0; count < 11; count += 1) answers.push(await limited.request(path, options));
      const last = answers.pop();
      expect(answers.map(({ status }) => status)).toEqual(new Array(10).fill(200));
      expect(last?.body).toMatchObject({
        code: 'RATE_LIMITED',
        limit: { name: 'user', quota: 10, window_seconds: 10 },
      });
      const seconds = Number(last?.headers.get('retry-after'));
      expect([seconds > 0, last?.status]).toEqual([true, 429]);
      expect(last?.headers.get('ratelimit-policy')).toBe('"user";q=10;w=10');
      expect(last?.headers.get('ratelimit')).toBe(`"user";r=0;t=${seconds}`);
      expect((await limited.request(path, { ...options, token: await limited.token(['user'], OTHER) })).status).toBe(
        200,
      );
    },
  );

  it('of one address are refused before anything is looked at, but never those for health and metrics', async () => {
    const limited = await started({ LIMITS_ADDRESS_PER_SECOND: '1', LIMITS_ADDRESS_BURST: '10' });
    const headers = from('203.0.113.7');
    const path = '/api/v1/library/playtime/live';
    for (let count = 0; count < 10; count += 1) await limited.raw(path, { headers });
    const before = limited.calls.length;
    const refused = await limited.raw(path, { headers });
    expect([refused.status, refused.headers.get('ratelimit-policy')]).toEqual([429, '"address";q=10;w=10']);
    expect(refused.headers.get('cache-control')).toBe('no-store');
    for (const other of ['/docs', '/nowhere', '/api/v1/library/playtime/heartbeat']) {
      expect((await limited.raw(other, { headers, method: 'POST' })).status).toBe(429);
    }
    expect(limited.calls.length).toBe(before);
    for (const open of ['/health/live', '/health/ready', '/metrics'])
      expect((await limited.raw(open, { headers })).status).toBe(200);
    expect((await limited.raw(path, { headers: from('203.0.113.8') })).status).toBe(200);
    expect((await limited.raw('/metrics')).body['text']).toMatch(
      /library_limits_refused_total\{[^}]*limit="address"[^}]*\} 4\b/,
    );
  });

  it('cannot be had by naming other addresses', async () => {
    const limited = await started({ LIMITS_ADDRESS_PER_SECOND: '1', LIMITS_ADDRESS_BURST: '10' });
    const statuses = [];
    for (let count = 0; count < 12; count += 1) {
      const headers = from(`198.51.100.${count}, 203.0.113.7`);
      statuses.push((await limited.request('/playtime/live', { headers })).status);
    }
    expect(statuses.slice(10)).toEqual([429, 429]);
  });

  it('with wrong tokens end in no more tokens being looked at, while callers who are known go on', async () => {
    const limited = await started({ LIMITS_FAILURES_PER_SECOND: '1', LIMITS_FAILURES_BURST: '10' });
    const headers = from('203.0.113.7');
    expect((await limited.request('/playtime/live', { headers })).status).toBe(200);
    for (let count = 0; count < 10; count += 1) {
      expect((await limited.request('/playtime/live', { headers, token: `guess.${count}.x` })).status).toBe(401);
    }
    const guess = await limited.request('/playtime/live', { headers, token: 'guess.11.x' });
    expect([guess.status, guess.headers.get('ratelimit-policy')]).toEqual([429, '"failures";q=10;w=10']);
    expect(
      (await limited.request('/playtime/live', { headers, token: await limited.token(['user'], OTHER) })).status,
    ).toBe(429);
    expect((await limited.request('/playtime/live', { headers })).status).toBe(200);
    expect((await limited.request('/playtime/live', { headers, token: null })).status).toBe(401);
    expect((await limited.request('/playtime/live', { token: await limited.token(['user'], OTHER) })).status).toBe(200);
  });

  it.each([
    ['uploads', 'LIMITS_UPLOADS_PER_HOUR'],
    ['invitations', 'LIMITS_INVITATIONS_PER_HOUR'],
    ['exports', 'LIMITS_EXPORTS_PER_HOUR'],
  ])('of what costs much are counted by the hour: %s', async (name, variable) => {
    const limited = await started({ [variable]: '2' });
    const endpoint = ENDPOINTS.find(({ quota }) => quota === name);
    if (endpoint === undefined) throw new Error(`no endpoint takes of ${name}`);
    const { path, options } = requestTo(endpoint, ME);
    for (let count = 0; count < 2; count += 1) expect((await limited.request(path, options)).status).toBeLessThan(300);
    const before = limited.calls.length;
    const refused = await limited.request(path, options);
    expect([refused.status, refused.headers.get('ratelimit-policy')]).toEqual([429, `"${name}";q=2;w=3600`]);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(3500);
    expect(limited.calls.length).toBe(before);
  });

  it('for sockets are refused at the handshake', async () => {
    const limited = await started({ LIMITS_USER_PER_SECOND: '1', LIMITS_USER_BURST: '10' });
    for (let count = 0; count < 2; count += 1) {
      const { socket, closed } = await connect(limited);
      socket.terminate();
      await closed;
    }
    const refused = await refusal(limited);
    expect([refused.status, refused.headers['ratelimit-policy']]).toEqual([429, '"user";q=10;w=10']);
  });
});

describe('a proxy that was forgotten', () => {
  let gateway: Gateway;
  beforeAll(async () => {
    gateway = await startGateway();
  });
  afterAll(() => gateway.stop());

  it('is told of in the log, once', async () => {
    for (let count = 0; count < 3; count += 1) await gateway.request('/', { headers: from('203.0.113.7') });
    expect(gateway.logged.filter((line) => line.includes('limits.trustedProxies'))).toHaveLength(1);
  });
});
