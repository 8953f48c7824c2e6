import { describe, expect, it } from '@jest/globals';
import { Pings } from '../../../../lib/sockets/pings.ts';

describe('the pings of a socket', () => {
  it('are due at the first moment, and then an interval after each', () => {
    const pings = new Pings(1_000, 30_000);
    expect(pings.due(999)).toBeNull();
    expect(pings.due(1_000)).toBe('ping');
    expect(pings.at).toBe(31_000);
    expect(pings.due(30_999)).toBeNull();
  });

  it('find the other end silent when two stayed without a sign of life', () => {
    const pings = new Pings(0, 10);
    expect([pings.due(0), pings.due(10), pings.due(20)]).toEqual(['ping', 'ping', 'silent']);
  });

  it('count from anew whenever anything was heard', () => {
    const pings = new Pings(0, 10);
    pings.due(0);
    pings.due(10);
    pings.heard();
    expect([pings.due(20), pings.due(30), pings.due(40)]).toEqual(['ping', 'ping', 'silent']);
  });
});
