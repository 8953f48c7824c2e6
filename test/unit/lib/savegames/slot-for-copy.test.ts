import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { compileCheck } from '../../../../lib/contract/validation.ts';
import { SlotParams } from '../../../../lib/contract/savegame-transfers.ts';
import { nameAfter } from '../../../../lib/savegames/slot-for-copy.ts';

const check = compileCheck(SlotParams);
const isSlot = (slot: string) => check({ game_id: '0198f2b4-0b00-7000-8000-000000000001', slot }) === null;

describe('the name of a slot that a save gets of its own', () => {
  it('is that of its slot, and a number', () => {
    expect(nameAfter('slot-1', 2)).toBe('slot-1-2');
    expect(nameAfter('a'.repeat(64), 10)).toBe(`${'a'.repeat(61)}-10`);
  });

  it('is always one that a slot may have, and another for each number', () => {
    const slots = fc.stringMatching(/^[a-z0-9][a-z0-9._-]{0,63}$/);
    fc.assert(
      fc.property(slots, fc.integer({ min: 2, max: 500 }), (slot, number) => {
        expect(isSlot(nameAfter(slot, number))).toBe(true);
        expect(nameAfter(slot, number)).not.toBe(nameAfter(slot, number + 1));
      }),
    );
  });
});
