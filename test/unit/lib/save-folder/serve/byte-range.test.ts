import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { byteRange } from '../../../../../lib/save-folder/serve/byte-range.ts';

describe('a range of bytes', () => {
  it.each([
    ['bytes=0-', 10, { start: 0, end: 10 }],
    ['bytes=3-5', 10, { start: 3, end: 6 }],
    ['BYTES=3-5', 10, { start: 3, end: 6 }],
    ['bytes=3-500', 10, { start: 3, end: 10 }],
    ['bytes=-4', 10, { start: 6, end: 10 }],
    ['bytes=-40', 10, { start: 0, end: 10 }],
    ['bytes=10-', 10, 'beyond'],
    ['bytes=-0', 10, 'beyond'],
    ['bytes=0-', 0, 'beyond'],
  ])('%s of %i bytes is read', (header, size, range) => {
    expect(byteRange(header, size)).toEqual(range);
  });

  it.each([undefined, '', 'bytes=', 'bytes=-', 'bytes=5-3', 'bytes=1-2,4-5', 'lines=1-2', 'bytes=a-b', 'bytes = 1-2'])(
    '%s is left unheeded: the whole is the answer',
    (header) => {
      expect(byteRange(header, 10)).toBeNull();
    },
  );

  it('lies within the object and has at least a byte, whatever is asked for', () => {
    const number = fc.oneof(
      fc.constant(''),
      fc.bigInt({ min: 0n, max: 10n ** 30n }).map(String),
      fc.nat(20).map(String),
    );
    fc.assert(
      fc.property(number, number, fc.nat(20), (first, last, size) => {
        const range = byteRange(`bytes=${first}-${last}`, size);
        if (range === null || range === 'beyond') return;
        expect(range.start).toBeGreaterThanOrEqual(0);
        expect(range.end).toBeLessThanOrEqual(size);
        expect(range.end).toBeGreaterThan(range.start);
      }),
    );
  });
});
