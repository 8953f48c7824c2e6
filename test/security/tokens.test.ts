import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { exportSPKI, generateKeyPair, SignJWT, UnsecuredJWT } from 'jose';
import { WELL_KNOWN_DEV_KEY } from '../../lib/config/config.ts';
import { ATTACKER, attackedProduct, claimsOf, LEAKS, START_MS, type AttackedProduct } from './attacked-product.ts';

const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
const ADMIN = () => claimsOf(ATTACKER, ['admin', 'service']);

/** An HMAC of the attacker's choice, as a library that trusts `alg` would check it. */
function hmacToken(header: object, key: string | Buffer): string {
  const signed = `${part(header)}.${part(ADMIN())}`;
  return `${signed}.${createHmac('sha256', key).update(signed).digest('base64url')}`;
}

describe('forged tokens', () => {
  let attacked: AttackedProduct;
  beforeAll(async () => {
    attacked = await attackedProduct();
  }, START_MS);
  afterAll(() => attacked.remove(), START_MS);

  async function mustBeRefused(token: string): Promise<void> {
    for (const path of ['/', `/admin/users/${ATTACKER}/library`]) {
      const answer = await attacked.send(path, { token });
      expect([path, answer.status, answer.body['code']]).toEqual([path, 401, 'UNAUTHENTICATED']);
      expect(answer.text).not.toMatch(LEAKS);
      expect(answer.text).not.toContain(token.slice(0, 60));
    }
  }

  it('the real one works, so that the others are refused for what is wrong with them', async () => {
    expect((await attacked.send('/')).status).toBe(200);
  });

  it('an HMAC with the public key as its secret, in every form the key has, is refused', async () => {
    const pem = await exportSPKI(attacked.issuer.publicKey);
    const jwk = JSON.stringify(attacked.issuer.publicJwk);
    for (const key of [pem, pem.trimEnd(), jwk, attacked.issuer.publicJwk.n ?? '', '']) {
      for (const kid of ['key-1', undefined]) await mustBeRefused(hmacToken({ alg: 'HS256', kid, typ: 'JWT' }, key));
    }
  });

  it('an HMAC with the development key, which everybody knows, is refused', async () => {
    await mustBeRefused(hmacToken({ alg: 'HS256', typ: 'JWT' }, WELL_KNOWN_DEV_KEY));
  });

  it.each(['none', 'None', 'NONE', 'nOnE', '', null, 0, ['RS256']])('the algorithm %j is refused', async (alg) => {
    await mustBeRefused(`${part({ alg, typ: 'JWT' })}.${part(ADMIN())}.`);
    const [, , signature = ''] = (await attacked.tokenOf(ATTACKER)).split('.');
    await mustBeRefused(`${part({ alg, kid: 'key-1' })}.${part(ADMIN())}.${signature}`);
  });

  it('a token without a signature is refused', async () => {
    await mustBeRefused(new UnsecuredJWT(ADMIN()).encode());
    const [head, body] = (await attacked.tokenOf(ATTACKER)).split('.');
    await mustBeRefused(`${head}.${body}.`);
    await mustBeRefused(`${head}.${body}`);
  });

  it('other claims under the signature of a real token are refused', async () => {
    const [head, , signature] = (await attacked.tokenOf(ATTACKER)).split('.');
    await mustBeRefused(`${head}.${part(ADMIN())}.${signature}`);
  });

  it.each([
    '../../../../dev/null',
    '/proc/sys/kernel/randomize_va_space',
    "key-1' OR '1'='1",
    "x' UNION SELECT 'key' --",
    'http://169.254.169.254/latest/meta-data',
    'key-1\u0000',
    '__proto__',
    'constructor',
    '$(id)',
    'x'.repeat(4000),
  ])('a key id that is meant for something else is only a key that is not known: %j', async (kid) => {
    const { privateKey } = await generateKeyPair('RS256');
    await mustBeRefused(await new SignJWT(ADMIN()).setProtectedHeader({ alg: 'RS256', kid }).sign(privateKey));
    await mustBeRefused(hmacToken({ alg: 'HS256', kid }, ''));
  });

  it('keys and addresses of keys in the header are never followed', async () => {
    const { privateKey, publicKey } = await generateKeyPair('RS256', { extractable: true });
    const { exportJWK } = await import('jose');
    const jwk = await exportJWK(publicKey);
    const before = attacked.issuer.asked.length;
    for (const header of [
      { jwk },
      { jwk, kid: 'key-1' },
      { jku: `${attacked.issuer.url}/attacker`, kid: 'mine' },
      { x5u: `${attacked.issuer.url}/attacker`, kid: 'mine' },
      { x5c: ['MIIB'], kid: 'mine' },
    ]) {
      await mustBeRefused(await new SignJWT(ADMIN()).setProtectedHeader({ alg: 'RS256', ...header }).sign(privateKey));
    }
    expect(attacked.issuer.asked.slice(before).filter((path) => path !== '/keys')).toEqual([]);
  });

  it('a critical extension that is not known is refused', async () => {
    await mustBeRefused(`${part({ alg: 'RS256', kid: 'key-1', crit: ['b64'], b64: false })}.${part(ADMIN())}.x`);
  });

  it.each([
    ['has ended', { exp: Math.floor(Date.now() / 1000) - 60 }],
    ['never ends', { exp: undefined }],
    ['ends at no time', { exp: 'tomorrow' }],
    ['has not begun', { nbf: Math.floor(Date.now() / 1000) + 600 }],
    ['is of another issuer', { iss: 'https://accounts.example.evil' }],
    ['has no issuer', { iss: undefined }],
    ['is for another service', { aud: 'shop' }],
    ['is for nobody', { aud: undefined }],
    ['is of nobody', { sub: undefined }],
    ['is of somebody by name', { sub: 'admin' }],
    ['is of a user with more behind it', { sub: `${ATTACKER}' --` }],
    ['has no roles', { roles: undefined }],
    ['has roles in a text', { roles: 'admin' }],
    ['has roles in an object', { roles: { admin: true } }],
  ])('a token of the issuer that %s is refused', async (_why, change) => {
    await mustBeRefused(await attacked.issuer.sign({ ...claimsOf(ATTACKER), ...change } as never));
  });

  it('roles that nobody here knows open nothing', async () => {
    const token = await attacked.issuer.sign({ ...claimsOf(ATTACKER), roles: ['root', 'Admin', '__proto__', 'ADMIN'] });
    expect((await attacked.send('/', { token })).status).toBe(403);
  });

  it('a token as large as a head may be is refused in a moment, and a larger one never read', async () => {
    const began = performance.now();
    expect((await attacked.send('/', { token: 'a'.repeat(12_000) })).status).toBe(401);
    expect((await attacked.send('/', { token: `${'a.'.repeat(6_000)}a` })).status).toBe(401);
    const large = await attacked.issuer.sign({ ...claimsOf(ATTACKER), more: 'x'.repeat(20_000) });
    expect((await attacked.send('/', { token: large })).status).toBe(431);
    expect(performance.now() - began).toBeLessThan(5_000);
  });

  it('a token in the query, in a cookie or under another scheme is no token', async () => {
    const token = await attacked.tokenOf(ATTACKER);
    expect((await attacked.send(`/?access_token=${token}`, { token: null })).status).toBe(401);
    for (const headers of [
      { cookie: `token=${token}` },
      { authorization: `Basic ${token}` },
      { 'x-user-id': ATTACKER },
    ]) {
      expect((await attacked.send('/', { token: null, headers: headers })).status).toBe(401);
    }
  });

  it('the keys were fetched a few times, not for every forgery', () => {
    expect(attacked.issuer.asked.length).toBeLessThan(5);
  });
});
