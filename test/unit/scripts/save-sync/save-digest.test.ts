import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { composedSha256, ONE_PIECE_BYTES, PART_BYTES } from '../../../../lib/savegames/parts.ts';
import { SaveDigest } from '../../../../scripts/save-sync/save-digest.ts';

const hash = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

function digestOf(bytes: Uint8Array, chunkBytes: number) {
  const digest = new SaveDigest();
  for (let at = 0; at < bytes.length; at += chunkBytes) digest.update(bytes.subarray(at, at + chunkBytes));
  return digest.finish();
}

describe('the digest of a save', () => {
  it('is the plain SHA-256 up to 64 MiB, however the bytes come', () => {
    const small = Buffer.from('a save');
    for (const chunk of [1, 4, 100]) {
      expect(digestOf(small, chunk)).toEqual({ sizeBytes: 6, sha256: hash(small), partSha256: null });
    }
    expect(digestOf(Buffer.alloc(0), 1).sha256).toBe(hash(Buffer.alloc(0)));
    const whole = Buffer.alloc(ONE_PIECE_BYTES, 'abc');
    expect(digestOf(whole, 1_000_003)).toEqual({ sizeBytes: ONE_PIECE_BYTES, sha256: hash(whole), partSha256: null });
  });

  it.each([ONE_PIECE_BYTES + 1, 5 * PART_BYTES])('is composed of its parts above: %d bytes', (size) => {
    const bytes = Buffer.alloc(size, 'abcdefg');
    const parts = Array.from({ length: Math.ceil(size / PART_BYTES) }, (_, at) =>
      hash(bytes.subarray(at * PART_BYTES, (at + 1) * PART_BYTES)),
    );
    const expected = { sizeBytes: size, sha256: composedSha256(parts), partSha256: parts };
    expect(digestOf(bytes, 7_000_001)).toEqual(expected);
    expect(digestOf(bytes, size)).toEqual(expected);
  });
});
