import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { base64Of, readChecksum } from '../../../../lib/s3/checksums.ts';

const sha256s = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => Buffer.from(bytes).toString('hex'));

describe('checksums as S3 writes them', () => {
  it('are read as they are written, with the number of parts behind those of composed objects', () => {
    fc.assert(
      fc.property(sha256s, fc.integer({ min: 1, max: 10_000 }), (sha256, parts) => {
        expect(readChecksum(base64Of(sha256))).toEqual({ sha256, parts: null });
        expect(readChecksum(`${base64Of(sha256)}-${parts}`)).toEqual({ sha256, parts });
      }),
    );
  });

  it.each([undefined, '', 'AAAA', `${base64Of('00'.repeat(32))}-0`, `${base64Of('00'.repeat(32))}-`, 'x'.repeat(44)])(
    'are unknown where S3 writes %j',
    (text) => {
      expect(readChecksum(text)).toBeNull();
    },
  );
});
