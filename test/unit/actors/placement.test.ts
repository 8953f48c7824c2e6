import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { ownerOf, placementTable, shardOf } from '../../../actors/placement.ts';
import type { UuidKey } from '../../../lib/uuid.ts';

const SHARDS = 1024;
const names = (count: number): string[] => Array.from({ length: count }, (_, n) => `engine-${n}`);
const clusters = fc.uniqueArray(fc.string({ minLength: 1 }), { minLength: 1, maxLength: 8 });

function sharesOf(table: readonly (string | null)[]): Map<string | null, number> {
  const shares = new Map<string | null, number>();
  for (const owner of table) shares.set(owner, (shares.get(owner) ?? 0) + 1);
  return shares;
}

describe('the shard of a user', () => {
  it('is the same everywhere and for ever', () => {
    expect(shardOf('0123456789abcdef' as UuidKey, SHARDS)).toBe(shardOf('0123456789abcdef' as UuidKey, SHARDS));
    expect(shardOf('0123456789abcdef' as UuidKey, SHARDS)).toBe(651);
  });

  it('spreads users evenly, also those whose ids were made one after the other', () => {
    const users = 200_000;
    const counts = new Array<number>(64).fill(0);
    for (let n = 0; n < users; n += 1) {
      const shard = shardOf(n.toString(16).padStart(16, '0') as UuidKey, 64);
      counts[shard] = (counts[shard] ?? 0) + 1;
    }
    const mean = users / 64;
    for (const count of counts) expect(Math.abs(count - mean)).toBeLessThan(mean * 0.1);
  });
});

describe('the owner of a shard', () => {
  it('is nobody when there are no nodes', () => {
    expect(ownerOf(7, [])).toBeNull();
    expect(placementTable([], 3)).toEqual([null, null, null]);
  });

  it('does not depend on the order in which the nodes are known', () => {
    fc.assert(
      fc.property(clusters, fc.nat(SHARDS), (nodes, shard) => {
        expect(ownerOf(shard, nodes.toReversed())).toBe(ownerOf(shard, nodes));
      }),
    );
  });

  it.each([2, 3, 5, 10])('is spread evenly over %i nodes', (count) => {
    const shares = sharesOf(placementTable(names(count), SHARDS));
    const mean = SHARDS / count;
    expect(shares.size).toBe(count);
    for (const share of shares.values()) expect(Math.abs(share - mean)).toBeLessThan(Math.max(4 * Math.sqrt(mean), 1));
  });

  it('changes only for shards that a joining node takes, or a leaving one gives', () => {
    fc.assert(
      fc.property(clusters, fc.string({ minLength: 1 }), (nodes, joining) => {
        fc.pre(!nodes.includes(joining));
        const before = placementTable(nodes, 128);
        const after = placementTable([...nodes, joining], 128);
        after.forEach((owner, shard) => {
          if (owner !== joining) expect(owner).toBe(before[shard]);
        });
      }),
    );
  });

  it('moves about 1/N of the shards when one of N nodes joins', () => {
    const before = placementTable(names(4), SHARDS);
    const after = placementTable(names(5), SHARDS);
    const moved = after.filter((owner, shard) => owner !== before[shard]).length;
    expect(moved / SHARDS).toBeGreaterThan(0.15);
    expect(moved / SHARDS).toBeLessThan(0.25);
  });
});
