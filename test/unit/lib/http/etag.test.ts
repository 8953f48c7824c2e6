import { describe, expect, it } from '@jest/globals';
import { etagOf, ifMatch, noneMatch } from '../../../../lib/http/etag.ts';

describe('entity tags', () => {
  it('reads back in If-Match what it gave as an ETag', () => {
    expect(ifMatch(etagOf(17))).toBe(17);
  });

  it('knows a caller that takes whichever version there is, and one that did not say', () => {
    expect(ifMatch('*')).toBe('*');
    expect(ifMatch(undefined)).toBeNull();
  });

  it.each(['17', 'W/"17"', '"seventeen"', '"1", "2"', '', '"9999999999999999"'])(
    'refuses %j, which it never gave',
    (header) => {
      expect(() => ifMatch(header)).toThrow(/If-Match: must be/);
    },
  );

  it.each([
    ['"a"', true],
    ['"b", "a"', true],
    ['W/"a"', true],
    ['*', true],
    ['"b"', false],
    ['a', false],
    [undefined, false],
  ])('finds the tag "a" in If-None-Match %j: %j', (header, found) => {
    expect(noneMatch(header, '"a"')).toBe(found);
  });
});
