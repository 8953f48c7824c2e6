import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { ClientFrame, ServerFrame } from '../../../../lib/contract/frames.ts';
import { compileCheck } from '../../../../lib/contract/validation.ts';
import { positionId, positionOf } from '../../../../lib/sockets/position-id.ts';

const positions = fc
  .record({
    number: fc.nat(2 ** 40),
    at: fc.nat(2 ** 45),
    distances: fc.array(fc.integer({ min: 1, max: 1000 }), { maxLength: 4 }),
  })
  .map(({ number, at, distances }) => {
    let last = number;
    return { number, at, heard: distances.map((distance) => (last += distance)) };
  });

describe('the id of an event', () => {
  it('comes back as the position that it was made of', () => {
    fc.assert(fc.property(positions, (position) => expect(positionOf(positionId(position))).toEqual(position)));
  });

  it('is one that the contract takes', () => {
    const [checkClient, checkServer] = [compileCheck(ClientFrame), compileCheck(ServerFrame)];
    fc.assert(
      fc.property(positions, (position) => {
        const id = positionId(position);
        expect(checkClient({ type: 'resume', last_id: id })).toBeNull();
        expect(checkServer({ event: 'position', id, time: new Date(0).toISOString() })).toBeNull();
      }),
    );
  });

  it('is nothing else: whatever is taken is written the same way again', () => {
    const texts = fc.oneof(
      fc.string(),
      fc.stringMatching(/^[0-9a-z.]{1,40}$/),
      fc.stringMatching(/^0?[1-9a-z]{1,13}\.0?[a-z]{1,4}(\.[0-9a-z]{1,2}){0,3}$/),
    );
    fc.assert(
      fc.property(texts, (text) => {
        const position = positionOf(text);
        if (position === null) return;
        expect(positionId(position)).toBe(text);
        const numbers = [position.number, ...position.heard];
        expect(numbers).toEqual([...new Set(numbers)].sort((a, b) => a - b));
      }),
    );
  });

  it.each([
    '',
    '1',
    '1.',
    '.1',
    '01.1',
    '1.1.0',
    '1.1.2.1',
    '1.1.zzzzzzzzzzz',
    'A.1',
    '1.-1',
    '1.1\n',
    `1.1${'.1'.repeat(130)}`,
  ])('is not %j', (text) => expect(positionOf(text)).toBeNull());
});
