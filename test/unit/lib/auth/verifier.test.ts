import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { exportJWK, exportSPKI, generateKeyPair, SignJWT, UnsecuredJWT } from 'jose';
import type { CryptoKey, GenerateKeyPairResult, JWTPayload } from 'jose';
import { WELL_KNOWN_DEV_KEY } from '../../../../lib/config/config.ts';
import { configFrom } from '../../../../lib/config/load.ts';
import { signDevToken } from '../../../../lib/auth/dev-token.ts';
import { createVerifier } from '../../../../lib/auth/verifier.ts';
import type { Verifier } from '../../../../lib/auth/verifier.ts';
import type { Clock } from '../../../../lib/ports/clock.ts';

const USER = '0198f2b4-0a00-7000-8000-00000000d3a0';
const NOW = Date.parse('2026-03-01T12:00:00Z');
const CLAIMS: JWTPayload = {
  sub: USER,
  roles: ['user'],
  iss: 'library-dev',
  aud: 'library-service',
  exp: NOW / 1000 + 3600,
};
const DEV_KEY = new TextEncoder().encode(WELL_KNOWN_DEV_KEY);

let now = NOW;
const clock: Clock = { now: () => now, after: () => () => {} };

function sign(
  claims: JWTPayload,
  key: CryptoKey | Uint8Array = DEV_KEY,
  header: { alg: string; kid?: string } = { alg: 'HS256' },
) {
  return new SignJWT(claims).setProtectedHeader(header).sign(key);
}

const refused = { type: 'UNAUTHENTICATED', code: 401 };

describe('a token signed with the development key', () => {
  let verifier: Verifier;

  beforeEach(() => {
    now = NOW;
    verifier = createVerifier(configFrom('', {}).auth, clock);
  });

  it('speaks for its user, whose id is brought to one form', async () => {
    const token = await sign({ ...CLAIMS, sub: USER.toUpperCase(), roles: ['support', 'user'] });
    const verified = await verifier.verify(`bearer ${token}`);
    expect(verified.caller).toEqual({ userId: USER, roles: ['support', 'user'] });
    expect(verified.userKey).toHaveLength(16);
  });

  it('that `npm run token` signs is taken', async () => {
    const { auth } = configFrom('', {});
    const token = await signDevToken(auth, { userId: USER, roles: ['admin'], ttlSeconds: 60 }, NOW);
    expect((await verifier.verify(`Bearer ${token}`)).caller.roles).toEqual(['admin']);
  });

  it.each<[string, JWTPayload]>([
    ['has expired', { exp: NOW / 1000 - 6 }],
    ['is not valid yet', { nbf: NOW / 1000 + 6 }],
    ['never expires', { exp: undefined as never }],
    ['is from another issuer', { iss: 'somebody' }],
    ['is for another audience', { aud: 'shop' }],
    ['has no audience', { aud: undefined as never }],
    ['names no user', { sub: undefined as never }],
    ['names a user by something else than a UUID', { sub: 'admin' }],
    ['has no roles', { roles: undefined }],
    ['has roles that are no list', { roles: 'admin' }],
    ['has a role that is no text', { roles: [{ admin: true }] }],
  ])('is refused when it %s', async (_why, change) => {
    const claims = Object.fromEntries(
      Object.entries({ ...CLAIMS, ...change }).filter(([, value]) => value !== undefined),
    );
    await expect(verifier.verify(`Bearer ${await sign(claims)}`)).rejects.toMatchObject(refused);
  });

  it('may be off by the clock tolerance, and no more', async () => {
    const token = await sign({ ...CLAIMS, exp: NOW / 1000 - 4, nbf: NOW / 1000 + 4 });
    await expect(verifier.verify(`Bearer ${token}`)).resolves.toMatchObject({ validUntil: NOW + 1000 });
  });

  it('gets nothing from roles that are not known here', async () => {
    const { caller } = await verifier.verify(
      `Bearer ${await sign({ ...CLAIMS, roles: ['root', 'user', '__proto__'] })}`,
    );
    expect(caller.roles).toEqual(['user']);
  });

  it.each([
    ['no header', undefined],
    ['an empty one', ''],
    ['another scheme', 'Basic dXNlcjpwdw=='],
    ['no token', 'Bearer '],
    ['garbage', 'Bearer garbage'],
    ['three dots', 'Bearer a.b.c'],
    ['two tokens', 'Bearer a b'],
    ['a very long one', `Bearer ${'a'.repeat(100_000)}.b.c`],
  ])('is not mistaken for %s', async (_what, header) => {
    await expect(verifier.verify(header)).rejects.toMatchObject(refused);
  });

  it('without a signature is refused', async () => {
    const token = new UnsecuredJWT(CLAIMS).encode();
    await expect(verifier.verify(`Bearer ${token}`)).rejects.toMatchObject(refused);
  });

  it('of another key or another algorithm is refused', async () => {
    const stranger = await sign(CLAIMS, new TextEncoder().encode('another key of at least 32 bytes, really'));
    await expect(verifier.verify(`Bearer ${stranger}`)).rejects.toMatchObject(refused);
    const stronger = await sign(CLAIMS, new TextEncoder().encode(WELL_KNOWN_DEV_KEY.padEnd(64)), { alg: 'HS512' });
    await expect(verifier.verify(`Bearer ${stronger}`)).rejects.toMatchObject(refused);
  });

  it('with another payload under the same signature is refused', async () => {
    const [head, , signature] = (await sign(CLAIMS)).split('.');
    const payload = Buffer.from(JSON.stringify({ ...CLAIMS, roles: ['admin'] })).toString('base64url');
    await expect(verifier.verify(`Bearer ${head}.${payload}.${signature}`)).rejects.toMatchObject(refused);
  });

  it('is remembered, but never beyond its end, and a refused one not at all', async () => {
    const header = `Bearer ${await sign({ ...CLAIMS, exp: NOW / 1000 + 60 })}`;
    expect(verifier.cached(header)).toBeNull();
    const verified = await verifier.verify(header);
    expect(verifier.cached(header)).toBe(verified);
    now = NOW + 64_999;
    expect(verifier.cached(header)).toBe(verified);
    now = NOW + 65_000;
    expect(verifier.cached(header)).toBeNull();
    await expect(verifier.verify(header)).rejects.toMatchObject(refused);
    expect(verifier.cached(header)).toBeNull();
  });

  it('is taken, but not remembered, under any other spelling of its header: whoever has a token could fill our memory', async () => {
    const token = await sign(CLAIMS);
    for (const header of [
      `bearer ${token}`,
      `BEARER ${token}`,
      `Bearer  ${token}`,
      `Bearer${' '.repeat(9000)}${token}`,
    ]) {
      expect((await verifier.verify(header)).caller.userId).toBe(USER);
      expect(verifier.cached(header)).toBeNull();
    }
    await verifier.verify(`Bearer ${token}`);
    expect(verifier.cached(`Bearer ${token}`)).not.toBeNull();
  });

  it('is remembered among a bounded number of others', async () => {
    verifier = createVerifier({ ...configFrom('', {}).auth, cacheSize: 2 }, clock);
    const headers = await Promise.all(
      [1, 2, 3].map(async (jti) => `Bearer ${await sign({ ...CLAIMS, jti: String(jti) })}`),
    );
    for (const header of headers) await verifier.verify(header);
    expect(headers.map((header) => verifier.cached(header) !== null)).toEqual([false, true, true]);
  });
});

describe('a token signed with a key of the issuer', () => {
  const pairs = new Map<string, GenerateKeyPairResult>();
  let server: Server;
  let published: string[] = ['RS256', 'ES256', 'EdDSA'];
  let fetches = 0;
  let broken = false;
  let url: string;

  beforeAll(async () => {
    for (const alg of ['RS256', 'ES256', 'EdDSA', 'PS256'])
      pairs.set(alg, await generateKeyPair(alg, { extractable: true }));
    server = createServer((_req, res) => {
      fetches += 1;
      if (broken) return void res.writeHead(500).end();
      Promise.all(
        published.map(async (alg) => ({ ...(await exportJWK(pair(alg).publicKey)), kid: alg, alg, use: 'sig' })),
      ).then(
        (keys) => res.end(JSON.stringify({ keys })),
        () => res.destroy(),
      );
    });
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/keys`;
  });
  afterAll(() => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  });
  beforeEach(() => {
    now = NOW;
    broken = false;
    published = ['RS256', 'ES256', 'EdDSA'];
  });

  const pair = (alg: string): GenerateKeyPairResult => {
    const found = pairs.get(alg);
    if (found === undefined) throw new TypeError(alg);
    return found;
  };
  const verifierOf = (env: Record<string, string> = {}) =>
    createVerifier(configFrom('', { JWT_JWKS_URL: url, ...env }).auth, clock);

  it.each(['RS256', 'ES256', 'EdDSA'])('by %s is taken', async (alg) => {
    const token = await sign(CLAIMS, pair(alg).privateKey, { alg, kid: alg });
    expect((await verifierOf().verify(`Bearer ${token}`)).caller.userId).toBe(USER);
  });

  it('by an algorithm that is not configured is refused', async () => {
    const token = await sign(CLAIMS, pair('ES256').privateKey, { alg: 'ES256', kid: 'ES256' });
    await expect(verifierOf({ JWT_ALGORITHMS: 'RS256' }).verify(`Bearer ${token}`)).rejects.toMatchObject(refused);
    published = ['PS256'];
    const other = await sign(CLAIMS, pair('PS256').privateKey, { alg: 'PS256', kid: 'PS256' });
    await expect(verifierOf().verify(`Bearer ${other}`)).rejects.toMatchObject(refused);
  });

  it('is refused when it is an HMAC over the public key, or over the development key', async () => {
    const spki = await exportSPKI(pair('RS256').publicKey);
    for (const key of [new TextEncoder().encode(spki), DEV_KEY]) {
      const token = await sign(CLAIMS, key, { alg: 'HS256', kid: 'RS256' });
      await expect(verifierOf().verify(`Bearer ${token}`)).rejects.toMatchObject(refused);
    }
  });

  it('of an unknown key is refused, and does not make us fetch the keys each time', async () => {
    const verifier = verifierOf();
    const stranger = await generateKeyPair('RS256');
    const before = fetches;
    for (const kid of ['a', 'b', 'c']) {
      const token = await sign(CLAIMS, stranger.privateKey, { alg: 'RS256', kid });
      await expect(verifier.verify(`Bearer ${token}`)).rejects.toMatchObject(refused);
    }
    expect(fetches - before).toBe(1);
  });

  it('is remembered no longer than the keys are', async () => {
    const verifier = verifierOf({ JWT_JWKS_MAX_AGE_SECONDS: '10' });
    const header = `Bearer ${await sign(CLAIMS, pair('ES256').privateKey, { alg: 'ES256', kid: 'ES256' })}`;
    await verifier.verify(header);
    now = NOW + 9_999;
    expect(verifier.cached(header)).not.toBeNull();
    now = NOW + 10_000;
    expect(verifier.cached(header)).toBeNull();
  });

  it("is nobody's fault while the keys cannot be fetched: that is an outage", async () => {
    broken = true;
    const token = await sign(CLAIMS, pair('ES256').privateKey, { alg: 'ES256', kid: 'ES256' });
    await expect(verifierOf().verify(`Bearer ${token}`)).rejects.toMatchObject({ type: 'UNAVAILABLE', code: 503 });
  });
});
