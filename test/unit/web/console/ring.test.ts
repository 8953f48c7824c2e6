import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { ringLayout } from '../../../../web/console/cluster/ring-layout.ts';
import { PATTERNS, RingMotion } from '../../../../web/console/cluster/ring-motion.ts';

const FULL = 2 * Math.PI;
const engines = fc.uniqueArray(fc.constantFrom('engine-0', 'engine-1', 'engine-2', 'engine-3', 'engine-4'), {
  minLength: 1,
});
const placed = engines.chain((names) =>
  fc.record({
    names: fc.constant(names),
    homes: fc.array(fc.constantFrom(...names, ''), { minLength: 1, maxLength: 300 }),
  }),
);

describe('the ring of shards', () => {
  it('has a place for every shard, in the sector of its engine and on no other shard', () => {
    fc.assert(
      fc.property(placed, ({ names, homes }) => {
        const { sectors, angles, width, order } = ringLayout(names, homes);
        expect(order.toSorted((a, b) => a - b)).toEqual(homes.map((_, shard) => shard));
        homes.forEach((home, shard) => {
          const sector = sectors.find(({ engine }) => engine === home);
          const angle = angles[shard] ?? NaN;
          expect(angle - width / 2).toBeGreaterThanOrEqual((sector?.from ?? NaN) - 1e-9);
          expect(angle + width / 2).toBeLessThanOrEqual((sector?.to ?? NaN) + 1e-9);
        });
        const standing = order.map((shard) => angles[shard] ?? NaN);
        standing.forEach((angle, place) => {
          if (place > 0) expect(angle - (standing[place - 1] ?? NaN)).toBeGreaterThan(width - 1e-9);
        });
        expect(sectors.at(-1)?.to ?? NaN).toBeLessThanOrEqual(FULL + 1e-9);
      }),
    );
  });

  it('keeps a place for an engine that holds nothing', () => {
    const { sectors } = ringLayout(['engine-0', 'engine-1'], ['engine-0', 'engine-0']);
    const empty = sectors.find(({ engine }) => engine === 'engine-1');
    expect((empty?.to ?? 0) - (empty?.from ?? 0)).toBeGreaterThan(0.1);
  });

  it('closes the circle when one engine holds everything', () => {
    const { sectors } = ringLayout(
      ['embedded'],
      Array.from({ length: 256 }, () => 'embedded'),
    );
    expect(sectors).toMatchObject([{ engine: 'embedded', from: 0 }]);
    expect(sectors[0]?.to).toBeCloseTo(FULL);
  });
});

const SHARDS = 64;
const owners = (take: (shard: number) => string | null) => Array.from({ length: SHARDS }, (_, shard) => take(shard));
const painted = (held: readonly (string | null)[]) => ({
  layout: ringLayout(
    ['engine-0', 'engine-1'],
    held.map((owner) => owner ?? 'engine-1'),
  ),
  owners: held,
});
const solid = () => PATTERNS[0];
const arcs = (path: string | undefined): number => path?.match(/M/g)?.length ?? 0;

describe('shards on their way', () => {
  const before = owners((shard) => (shard % 2 === 0 ? 'engine-0' : 'engine-1'));
  const after = owners((shard) => (shard % 4 === 1 ? 'engine-0' : (before[shard] ?? null)));

  it('change colour half way, and have all arrived a moment later', () => {
    const motion = new RingMotion();
    motion.show(painted(before), 0, true);
    expect(arcs(motion.paths(1, solid).get('engine-1'))).toBe(32);
    motion.show(painted(after), 10_000, true);
    expect(motion.isMoving(10_001)).toBe(true);
    expect(arcs(motion.paths(10_001, solid).get('engine-1'))).toBe(32);
    expect(motion.isMoving(12_000)).toBe(false);
    expect(arcs(motion.paths(12_000, solid).get('engine-1'))).toBe(16);
    expect(arcs(motion.paths(12_000, solid).get('engine-0'))).toBe(48);
  });

  it('go on from where they are when they are sent elsewhere meanwhile', () => {
    const motion = new RingMotion();
    motion.show(painted(before), 0, false);
    motion.show(painted(after), 1_000, true);
    const half = motion.paths(1_700, solid).get('engine-0')?.slice(0, 40);
    motion.show(painted(before), 1_700, true);
    expect(motion.paths(1_700, solid).get('engine-0')?.slice(0, 40)).toBe(half);
  });

  it('do not travel for who wants no motion', () => {
    const motion = new RingMotion();
    motion.show(painted(before), 0, false);
    motion.show(painted(after), 1_000, false);
    expect(motion.isMoving(1_000)).toBe(false);
    expect(arcs(motion.paths(1_000, solid).get('engine-1'))).toBe(16);
  });

  it('stand where they stood, and belong to nobody, until somebody takes them', () => {
    const motion = new RingMotion();
    motion.show(painted(before), 0, false);
    motion.show(painted(owners((shard) => (before[shard] === 'engine-0' ? 'engine-0' : null))), 1_000, false);
    const paths = motion.paths(1_000, solid);
    expect(arcs(paths.get(''))).toBe(32);
    expect(paths.has('engine-1')).toBe(false);
  });

  it('become one arc with their neighbours when each is too narrow to be seen', () => {
    const motion = new RingMotion();
    const many = Array.from({ length: 1_024 }, (_, shard) => (shard % 2 === 0 ? 'engine-0' : 'engine-1'));
    motion.show({ layout: ringLayout(['engine-0', 'engine-1'], many), owners: many }, 0, false);
    expect(arcs(motion.paths(0, solid).get('engine-0'))).toBe(1);
  });
});
