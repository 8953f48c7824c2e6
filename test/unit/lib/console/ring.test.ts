import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Ring, unpackRows } from '../../../../lib/console/ring.ts';

describe('a ring of rows', () => {
  it('forgets what is older than it is long, and says so of what was left out', () => {
    const ring = new Ring(2_000, 3, 2);
    for (const slot of [10, 11, 13]) ring.put(slot, [slot, -slot]);
    expect(ring.row(10)).toBeNull();
    expect(ring.row(12)).toBeNull();
    expect(Array.from(ring.row(13) ?? [])).toEqual([13, -13]);
    expect(ring.slotAt(27_999)).toBe(13);
  });

  it('does not let a late row take the place of a newer one', () => {
    const ring = new Ring(1_000, 2, 1);
    ring.put(5, [5]);
    ring.put(3, [3]);
    expect(Array.from(ring.row(5) ?? [])).toEqual([5]);
  });

  it('crosses nodes as it is: each slot has its last row, and what is missing is NaN', () => {
    const puts = fc.array(fc.tuple(fc.nat(40), fc.integer({ min: -1_000, max: 1_000 })), { maxLength: 60 });
    fc.assert(
      fc.property(puts, fc.integer({ min: 1, max: 12 }), (rows, slots) => {
        const ring = new Ring(1_000, slots, 1);
        const ascending = rows.toSorted(([a], [b]) => a - b);
        for (const [slot, value] of ascending) ring.put(slot, [value]);
        const last = ascending.at(-1)?.[0] ?? 0;
        const rowOf = unpackRows(ring.pack(last), 1);
        for (let slot = last; slot > last - slots && slot >= 0; slot -= 1) {
          const value = ascending.findLast(([at]) => at === slot)?.[1];
          expect(rowOf(slot)?.[0] ?? NaN).toBe(value ?? NaN);
        }
        expect(rowOf(last + 1 + slots)).toBeNull();
      }),
    );
  });

  it('is read from memory that begins anywhere', () => {
    const ring = new Ring(1_000, 2, 1);
    ring.put(7, [1.5]);
    const { first, rows } = ring.pack(7);
    const shifted = new Uint8Array(rows.length + 1);
    shifted.set(rows, 1);
    expect(unpackRows({ first, rows: shifted.subarray(1) }, 1)(7)?.[0]).toBe(1.5);
  });
});
