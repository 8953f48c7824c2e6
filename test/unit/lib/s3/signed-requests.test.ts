import { afterEach, describe, expect, it } from '@jest/globals';
import { S3Client } from '@aws-sdk/client-s3';
import type { Config } from '../../../../lib/config/config.ts';
import type { SaveStore } from '../../../../lib/ports/save-store.ts';
import { requestSigner } from '../../../../lib/s3/request-signer.ts';
import { openS3SaveStore } from '../../../../lib/s3/s3-save-store.ts';

const ID = '0b5ee6a4-54d2-4cbd-8b2b-6d2b1b1f4a11';
const SHA256 = 'ab'.repeat(32);
const BASE64 = Buffer.from(SHA256, 'hex').toString('base64');
/** 2026-03-15T12:00:00.999Z */
const NOW = Date.UTC(2026, 2, 15, 12) + 999;
const VALIDITY = { forMs: 900_000, origin: 'http://gateway.invalid' };
const SETTINGS: Config['s3'] = {
  bucket: 'saves-of-all',
  endpoint: 'http://s3.internal:9000',
  publicEndpoint: null,
  region: 'eu-central-1',
  accessKey: 'AKIAEXAMPLE',
  secretKey: 'secret',
  addressing: 'path',
  encryption: 'bucket',
  kmsKeyId: null,
  tlsCaFile: null,
};

describe('a request signed for S3', () => {
  let store: SaveStore;
  afterEach(() => store.close());

  async function signedPut(settings: Partial<Config['s3']> = {}) {
    store = await openS3SaveStore({ ...SETTINGS, ...settings }, { now: () => NOW });
    return store.signPut({ objectId: ID, sizeBytes: 1234, sha256: SHA256 }, VALIDITY);
  }

  const at = (url: string) => url.split('?')[0];
  const signedHeaders = (url: string) => new URL(url).searchParams.get('X-Amz-SignedHeaders')?.split(';');

  it('binds the number of bytes and their SHA-256 as headers, and has no other checksum', async () => {
    const { url, headers, method } = await signedPut();
    expect({ method, headers }).toEqual({ method: 'PUT', headers: { 'x-amz-checksum-sha256': BASE64 } });
    expect(signedHeaders(url)).toEqual(['content-length', 'host', 'x-amz-checksum-sha256']);
    expect(url).not.toMatch(/crc|checksum-sha256=/i);
  });

  it('is for the object under its key, exactly', async () => {
    expect(at((await signedPut()).url)).toBe(`http://s3.internal:9000/saves-of-all/saves/${ID}`);
  });

  it('counts its time from the given clock, in whole seconds, rounded down', async () => {
    const { url, expiresAt } = await signedPut();
    const query = new URL(url).searchParams;
    expect(query.get('X-Amz-Date')).toBe('20260315T120000Z');
    expect(query.get('X-Amz-Expires')).toBe('900');
    expect(expiresAt).toBe(NOW - 999 + 900_000);
  });

  it.each<[string, Partial<Config['s3']>, string]>([
    [
      'at the public endpoint',
      { publicEndpoint: 'https://saves.example.com' },
      'https://saves.example.com/saves-of-all',
    ],
    ['behind a path', { endpoint: 'https://example.com/s3/' }, 'https://example.com/s3/saves-of-all'],
    ['with the bucket as host', { addressing: 'host' }, 'http://saves-of-all.s3.internal:9000'],
    ['at AWS', { endpoint: null }, 'https://s3.eu-central-1.amazonaws.com/saves-of-all'],
    [
      'at AWS, with the bucket as host',
      { endpoint: null, addressing: 'host' },
      'https://saves-of-all.s3.eu-central-1.amazonaws.com',
    ],
  ])('reaches the bucket %s', async (_, settings, base) => {
    expect(at((await signedPut(settings)).url)).toBe(`${base}/saves/${ID}`);
  });

  it.each<[Partial<Config['s3']>, Record<string, string>]>([
    [{ encryption: 'AES256' }, { 'x-amz-server-side-encryption': 'AES256' }],
    [{ encryption: 'aws:kms' }, { 'x-amz-server-side-encryption': 'aws:kms' }],
    [
      { encryption: 'aws:kms', kmsKeyId: 'key-1' },
      { 'x-amz-server-side-encryption': 'aws:kms', 'x-amz-server-side-encryption-aws-kms-key-id': 'key-1' },
    ],
  ])('binds the encryption that %j asks for', async (settings, headers) => {
    const signed = await signedPut(settings);
    expect(signed.headers).toEqual({ 'x-amz-checksum-sha256': BASE64, ...headers });
    expect(signedHeaders(signed.url)).toEqual(expect.arrayContaining(Object.keys(headers)));
  });

  it('of a part names the part and what it belongs to, and asks for no encryption: the object did', async () => {
    store = await openS3SaveStore({ ...SETTINGS, encryption: 'AES256' }, { now: () => NOW });
    const part = { number: 7, sizeBytes: 5, sha256: SHA256 };
    const { url, headers } = await store.signPutPart({ objectId: ID, partsId: 'a+b/c=' }, part, VALIDITY);
    expect(headers).toEqual({ 'x-amz-checksum-sha256': BASE64 });
    const query = new URL(url).searchParams;
    expect([query.get('partNumber'), query.get('uploadId')]).toEqual(['7', 'a+b/c=']);
    expect(signedHeaders(url)).toEqual(['content-length', 'host', 'x-amz-checksum-sha256']);
  });
});

describe('a request signed with the credentials of a role', () => {
  it('ends with them', async () => {
    const expiration = new Date(NOW + 60_000);
    const identity = { accessKeyId: 'ASIAEXAMPLE', secretAccessKey: 's', sessionToken: 't/=', expiration };
    const client = new S3Client({ region: 'eu-central-1', credentials: () => Promise.resolve(identity) });
    const sign = requestSigner(client, 'saves-of-all', { now: () => NOW });
    const permit = { method: 'GET', key: `saves/${ID}`, query: {}, headers: {}, sizeBytes: null } as const;
    const { url, expiresAt } = await sign(permit, 900_000);
    expect(expiresAt).toBe(expiration.getTime());
    expect(new URL(url).searchParams.get('X-Amz-Security-Token')).toBe('t/=');
    client.destroy();
  });
});
