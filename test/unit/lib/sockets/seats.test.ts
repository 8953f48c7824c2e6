import { describe, expect, it } from '@jest/globals';
import { FrameRate } from '../../../../lib/sockets/frame-rate.ts';
import { Seats } from '../../../../lib/sockets/seats.ts';
import { mustUuidKey } from '../../../../lib/uuid.ts';

const ANN = mustUuidKey('0198f2b4-0a00-7000-8000-000000000001');
const BEN = mustUuidKey('0198f2b4-0a00-7000-8000-000000000002');

describe('the seats of a node', () => {
  it('are so many for a user, so many in all, and free again when somebody leaves', () => {
    const seats = new Seats(2, 3);
    expect([seats.take(ANN), seats.take(ANN), seats.take(ANN)]).toEqual(['taken', 'taken', 'user_full']);
    expect([seats.take(BEN), seats.take(BEN), seats.taken]).toEqual(['taken', 'node_full', 3]);
    seats.leave(ANN);
    expect([seats.take(BEN), seats.taken]).toEqual(['taken', 3]);
    for (const user of [ANN, BEN, BEN]) seats.leave(user);
    expect(seats.taken).toBe(0);
    expect(() => seats.leave(ANN)).toThrow(TypeError);
  });
});

describe('the rate of frames', () => {
  it('refuses above what is allowed in a second, knows a flood above twice as much, and begins anew with each second', () => {
    const rate = new FrameRate();
    const counted = Array.from({ length: 5 }, () => rate.count(1_790_000_000_999, 2));
    expect(counted).toEqual(['allowed', 'allowed', 'refused', 'refused', 'flood']);
    expect(rate.count(1_790_000_001_000, 2)).toBe('allowed');
  });
});
