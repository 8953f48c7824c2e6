import { randomUUID } from 'node:crypto';
import { beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { SignJWT, UnsecuredJWT } from 'jose';
import type { Clock } from '../../../../lib/ports/clock.ts';
import { SAVE_FILES_PATH, signedUrls, type Permit, type SignedUrls } from '../../../../lib/save-folder/signed-urls.ts';

const ID = '0198f2b4-0b00-7000-8000-000000000001';
const KEY = new TextEncoder().encode('a key for tests that is long enough');
const SHA256 = '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08';
const REFUSED = { type: 'SAVEGAME_URL_REFUSED', code: 403 };

let now = 1_790_000_000_123;
const clock: Clock = { now: () => now, after: () => () => {} };

describe('signed URLs of saves', () => {
  let urls: SignedUrls;

  beforeEach(async () => {
    now = 1_790_000_000_123;
    urls = await signedUrls(KEY, clock);
  });

  async function target(permit: Permit, objectId = ID, forMs = 60_000): Promise<string> {
    const { url } = await urls.sign(objectId, permit, { forMs, origin: 'https://saves.example:8443' });
    return url.slice('https://saves.example:8443'.length);
  }

  it.each<Permit>([
    { may: 'put', size: 48_213, sha256: SHA256 },
    { may: 'put-part', parts: randomUUID(), part: 7, size: 16_777_216, sha256: SHA256 },
    { may: 'get', name: 'Straße "1"' },
  ])('allow one thing, whatever was signed: %j', async (permit) => {
    expect(await urls.read(await target(permit))).toMatchObject({ objectId: ID, permit });
  });

  it('name the method, no headers, and the very time when they end', async () => {
    const { url, ...request } = await urls.sign(ID, { may: 'get', name: 'x' }, { forMs: 1, origin: 'http://x' });
    expect(request).toEqual({ method: 'GET', headers: {}, expiresAt: now + 1 });
    const { pathname, search } = new URL(url);
    await expect(urls.read(pathname + search)).resolves.toMatchObject({ objectId: ID });
    now += 1;
    await expect(urls.read(pathname + search)).rejects.toMatchObject(REFUSED);
  });

  it('hold to the millisecond, for any time', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 86_400_000 }), fc.nat(999), async (forMs, ms) => {
        now = 1_790_000_000_000 + ms;
        const path = await target({ may: 'get', name: 'x' }, ID, forMs);
        now += forMs - 1;
        await urls.read(path);
        now += 1;
        await expect(urls.read(path)).rejects.toMatchObject(REFUSED);
      }),
      { numRuns: 50 },
    );
  });

  it('are refused with any one character changed, left out or added', async () => {
    const path = await target({ may: 'put', size: 5, sha256: SHA256 });
    const character = fc.constantFrom(...'abcXYZ019-_.=%&/ ');
    await fc.assert(
      fc.asyncProperty(fc.nat(path.length - 1), character, fc.nat(2), async (at, sign, way) => {
        const middle = [sign, '', path.charAt(at) + sign][way] ?? '';
        const changed = path.slice(0, at) + middle + path.slice(at + 1);
        fc.pre(changed !== path);
        await expect(urls.read(changed)).rejects.toMatchObject(REFUSED);
      }),
      { numRuns: 500 },
    );
  });

  it('are refused for another object, of another key, of another audience, and without a signature', async () => {
    const permit = { may: 'get', name: 'x' } as const;
    const path = await target(permit);
    await expect(urls.read(path.replace(ID, randomUUID()))).rejects.toMatchObject(REFUSED);
    const token = (audience: string) =>
      new SignJWT(permit)
        .setProtectedHeader({ alg: 'HS256' })
        .setAudience(audience)
        .setSubject(ID)
        .setExpirationTime('1h');
    const foreign = [
      await token('library-save-files').sign(new TextEncoder().encode('another key that is long enough')),
      await token('library-service').sign(KEY),
      new UnsecuredJWT(permit).setAudience('library-save-files').setSubject(ID).encode(),
    ];
    for (const each of foreign) {
      await expect(urls.read(`${SAVE_FILES_PATH}${ID}?token=${each}`)).rejects.toMatchObject(REFUSED);
    }
  });

  it('take no other algorithm, even with the right key', async () => {
    const token = await new SignJWT({ may: 'get', name: 'x' })
      .setProtectedHeader({ alg: 'HS512' })
      .setAudience('library-save-files')
      .setSubject(ID)
      .setExpirationTime('1h')
      .sign(new Uint8Array(64).fill(7));
    const same = await signedUrls(new Uint8Array(64).fill(7), clock);
    await expect(same.read(`${SAVE_FILES_PATH}${ID}?token=${token}`)).rejects.toMatchObject(REFUSED);
  });

  it('never allow what is not a permit, even when it is signed', async () => {
    for (const claims of [{}, { may: 'delete' }, { may: 'put', size: -1, sha256: SHA256 }, { may: 'put', size: 1 }]) {
      await expect(urls.read(await target(claims as Permit))).rejects.toMatchObject(REFUSED);
    }
  });
});
