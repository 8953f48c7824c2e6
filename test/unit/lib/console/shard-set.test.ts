import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { packShards, unpackShards } from '../../../../lib/console/shard-set.ts';

describe('a set of shards', () => {
  it('comes out as it went in', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1_024 }), fc.uniqueArray(fc.nat(1_023)), (total, some) => {
        const shards = some.filter((shard) => shard < total).toSorted((a, b) => a - b);
        expect(unpackShards(packShards(shards, total))).toEqual(shards);
      }),
    );
  });

  it('takes a quarter of a character for each', () => expect(packShards([0], 1_024)).toHaveLength(256));
});
