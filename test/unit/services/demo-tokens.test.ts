import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startGateway } from './gateway.ts';
import type { Gateway, RequestOptions } from './gateway.ts';

const ask = (gateway: Gateway, options: RequestOptions = {}) =>
  gateway.raw('/demo/tokens', { method: 'POST', token: null, json: { account: 'player' }, ...options });

describe('tokens of a product that is tried out', () => {
  let gateway: Gateway;
  beforeAll(async () => {
    gateway = await startGateway();
  });
  afterAll(() => gateway.stop());

  it.each([
    ['player', ['user']],
    ['friend', ['user']],
    ['operator', ['admin']],
    ['support', ['support']],
    ['shop', ['service', 'admin']],
  ])('are given to whoever asks to be the %s, and are taken', async (account, roles) => {
    const { status, body } = await ask(gateway, { json: { account } });
    expect([status, body['roles']]).toEqual([201, roles]);
    const token = String(body['token']);
    const claims = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as Record<string, number>;
    expect([claims['sub'], (claims['exp'] ?? 0) - (claims['iat'] ?? 0)]).toEqual([body['user_id'], 3_600]);
    const answer = await gateway.request('/admin/audit?user_id=0198f2b4-0a00-7000-8000-00000000d3a0', { token });
    expect(answer.status).toBe(roles.some((role) => role === 'admin' || role === 'support') ? 200 : 403);
  });

  it('are for its own pages: a page of another site gets none', async () => {
    const own = new URL(gateway.url).origin;
    expect((await ask(gateway, { headers: { origin: own } })).status).toBe(201);
    for (const origin of ['https://evil.example', 'null', own.replace(/\d+$/, '1'), 'http://']) {
      expect([origin, (await ask(gateway, { headers: { origin } })).body['code']]).toEqual([origin, 'FORBIDDEN']);
    }
  });

  it('are asked for in JSON, so that no form of another site can', async () => {
    const form = { json: undefined, body: 'account=operator' };
    const type = { 'content-type': 'application/x-www-form-urlencoded' };
    expect((await ask(gateway, { ...form, headers: type })).status).toBe(415);
    expect(
      (await ask(gateway, { ...form, body: '{"account":', headers: { 'content-type': 'application/json' } })).status,
    ).toBe(400);
    for (const json of [{}, null, [], { account: 'toString' }, { account: 1 }]) {
      expect((await ask(gateway, { json })).status).toBe(422);
    }
    expect((await gateway.raw('/demo/tokens')).status).toBe(405);
  });
});

describe('a product that is none for trying out', () => {
  it.each([
    ['has no demo data', { DEMO_DATA: 'never' }],
    ['takes the tokens of an issuer', { AUTH_MODE: 'jwks', JWT_JWKS_URL: 'https://issuer.example/keys' }],
  ])('gives no tokens and has no page to play: it %s', async (_, env) => {
    const gateway = await startGateway({ env });
    try {
      expect((await ask(gateway)).status).toBe(404);
      expect((await gateway.raw('/play', { token: null })).status).toBe(404);
      expect((await gateway.raw('/console', { token: null })).status).not.toBe(404);
    } finally {
      await gateway.stop();
    }
  });

  it('has no console where it is switched off', async () => {
    const gateway = await startGateway({ env: { CONSOLE_ENABLED: 'off' } });
    try {
      expect((await gateway.raw('/console', { token: null })).status).toBe(404);
    } finally {
      await gateway.stop();
    }
  });
});
