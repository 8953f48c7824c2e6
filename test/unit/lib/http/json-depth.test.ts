import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { jsonDepth } from '../../../../lib/http/json-depth.ts';

function depthOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  return 1 + Math.max(0, ...Object.values(value).map(depthOf));
}

describe('the depth of a JSON text', () => {
  it('is that of its value, whatever brackets and quotes stand in its strings', () => {
    fc.assert(
      fc.property(fc.jsonValue({ stringUnit: fc.constantFrom('[', '{', '"', '\\', '}', ']', 'a') }), (value) => {
        expect(jsonDepth(Buffer.from(JSON.stringify(value)))).toBe(depthOf(value));
      }),
    );
  });

  it('is found of any depth, without recursion', () => {
    expect(jsonDepth(Buffer.from('['.repeat(100_000) + ']'.repeat(100_000)))).toBe(100_000);
  });
});
