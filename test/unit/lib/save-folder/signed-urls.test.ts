import { randomUUID } from 'node:crypto';
import { beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Clock } from '../../../../lib/ports/clock.ts';
import { signedUrls, type Permit, type SignedUrls } from '../../../../lib/save-folder/signed-urls.ts';

const ID = '0198f2b4-0b00-7000-8000-000000000001';
const KEY = new TextEncoder().encode('a key for tests that is long enough');
const SHA256 = '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08';
const REFUSED = { type: 'SAVEGAME_URL_REFUSED', code: 403 };

let now = 1_790_000_000_123;
const clock: Clock = { now: () => now, after: () => () => {} };

describe('signed URLs of saves', () => {
  let urls: SignedUrls;

  beforeEach(() => {
    now = 1_790_000_000_123;
    urls = signedUrls(KEY, clock);
  });

  function target(permit: Permit, objectId = ID, forMs = 60_000): string {
    const { url } = urls.sign(objectId, permit, { forMs, origin: 'https://saves.example:8443' });
    return url.slice('https://saves.example:8443'.length);
  }

  it.each<Permit>([
    { may: 'put', size: 48_213, sha256: SHA256 },
    { may: 'put-part', parts: randomUUID(), part: 7, size: 16_777_216, sha256: SHA256 },
    { may: 'get', name: 'Straße "1"' },
  ])('allow one thing, whatever was signed: %j', (permit) => {
    expect(urls.read(target(permit))).toMatchObject({ objectId: ID, permit });
  });

  it('name the method, no headers, and the very time when they end', () => {
    const { url, ...request } = urls.sign(ID, { may: 'get', name: 'x' }, { forMs: 1, origin: 'http://x' });
    expect(request).toEqual({ method: 'GET', headers: {}, expiresAt: now + 1 });
    const { pathname, search } = new URL(url);
    expect(urls.read(pathname + search)).toMatchObject({ objectId: ID });
    now += 1;
    expect(() => urls.read(pathname + search)).toThrow(expect.objectContaining(REFUSED));
  });

  it('hold to the millisecond, for any time', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 86_400_000 }), fc.nat(999), (forMs, ms) => {
        now = 1_790_000_000_000 + ms;
        const path = target({ may: 'get', name: 'x' }, ID, forMs);
        now += forMs - 1;
        urls.read(path);
        now += 1;
        expect(() => urls.read(path)).toThrow(expect.objectContaining(REFUSED));
      }),
      { numRuns: 50 },
    );
  });

  it('are refused with any one character changed, left out or added', () => {
    const path = target({ may: 'put', size: 5, sha256: SHA256 });
    const character = fc.constantFrom(...'abcXYZ019-_.=%&/ \n');
    fc.assert(
      fc.property(fc.nat(path.length - 1), character, fc.nat(2), (at, sign, way) => {
        const middle = [sign, '', path.charAt(at) + sign][way] ?? '';
        const changed = path.slice(0, at) + middle + path.slice(at + 1);
        fc.pre(changed !== path);
        expect(() => urls.read(changed)).toThrow(expect.objectContaining(REFUSED));
      }),
      { numRuns: 500 },
    );
  });

  it('are refused for another object, of another key, and without a signature', () => {
    const permit = { may: 'get', name: 'x' } as const;
    const path = target(permit);
    const other = signedUrls(new TextEncoder().encode('another key that is long enough'), clock);
    const { pathname, search } = new URL(other.sign(ID, permit, { forMs: 60_000, origin: 'http://x' }).url);
    const [claims = ''] = path.split('.');
    for (const foreign of [path.replace(ID, randomUUID()), pathname + search, claims, `${claims}.`]) {
      expect(() => urls.read(foreign)).toThrow(expect.objectContaining(REFUSED));
    }
  });

  it('never allow what is not a permit, even when it is signed', () => {
    for (const claims of [{}, { may: 'delete' }, { may: 'put', size: -1, sha256: SHA256 }, { may: 'put', size: 1 }]) {
      expect(() => urls.read(target(claims as Permit))).toThrow(expect.objectContaining(REFUSED));
    }
  });
});
