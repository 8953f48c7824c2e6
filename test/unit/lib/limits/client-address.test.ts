import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { clientNetworks } from '../../../../lib/limits/client-address.ts';
import { networkList, networkOf, plainAddress } from '../../../../lib/limits/network.ts';

describe('the network that is counted', () => {
  it.each([
    ['203.0.113.7', '203.0.113.7'],
    ['::ffff:203.0.113.7', '203.0.113.7'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:DB8:0001:2::1', '2001:db8:1:2::/64'],
    ['2001:db8::1', '2001:db8:0:0::/64'],
    ['2001:db8::', '2001:db8:0:0::/64'],
    ['64:ff9b::203.0.113.7', '64:ff9b:0:0::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
  ])('of %s is %s', (text, network) => {
    expect(networkOf(plainAddress(text) ?? '')).toBe(network);
  });

  it('is one for all addresses of a /64, however they are written, and another one beside it', () => {
    const group = fc.integer({ min: 0, max: 0xffff });
    fc.assert(
      fc.property(
        fc.tuple(group, group, group, group),
        fc.array(group, { minLength: 4, maxLength: 4 }),
        (head, tail) => {
          const write = (groups: readonly number[]) => groups.map((part) => part.toString(16)).join(':');
          const whole = write([...head, ...tail]);
          const short = new URL(`http://[${whole}]`).hostname.slice(1, -1);
          expect(networkOf(short)).toBe(networkOf(whole));
          expect(networkOf(write([...head, 1, 2, 3, 4]))).toBe(networkOf(whole));
          expect(networkOf(write([head[0] ^ 1, ...head.slice(1), ...tail]))).not.toBe(networkOf(whole));
        },
      ),
    );
  });

  it.each(['unknown', '', '1.2.3', '1.2.3.4.5', '::1::', "1.2.3.4'--"])('is none for %j', (text) => {
    expect(plainAddress(text)).toBeNull();
  });

  it.each(['10.0.0.0/33', '::/129', '300.0.0.0/8', ':', '10.0.0.0/8,x'])('takes no list like %s', (text) => {
    expect(() => networkList(text)).toThrow(RangeError);
  });
});

describe('the client behind proxies', () => {
  const reader = (trustedProxies: string | null) => {
    const told: string[] = [];
    return { told, networkOfClient: clientNetworks({ trustedProxies, notBelieved: (remote) => told.push(remote) }) };
  };

  it('is the peer itself while no proxy is trusted, whatever the header says, and that is told once', () => {
    const { told, networkOfClient } = reader(null);
    expect(networkOfClient('203.0.113.7', '198.51.100.1')).toBe('203.0.113.7');
    expect(networkOfClient('203.0.113.7', '198.51.100.2')).toBe('203.0.113.7');
    expect(networkOfClient('203.0.113.8', undefined)).toBe('203.0.113.8');
    expect(told).toEqual(['203.0.113.7']);
  });

  it.each([
    ['the last address that no trusted proxy has', '198.51.100.9, 198.51.100.1', '198.51.100.1'],
    ['before those of trusted proxies', '198.51.100.9, 198.51.100.1, 10.1.1.1,fd00::5', '198.51.100.1'],
    ['also with a port', '198.51.100.1:4711', '198.51.100.1'],
    ['also in brackets', '[2001:db8:1:2::3]:4711', '2001:db8:1:2::/64'],
    ['the proxy, where the last entry is no address', '198.51.100.1, unknown', '10.0.0.1'],
    ['the proxy, where there is no entry', '', '10.0.0.1'],
    ['the first proxy, where all are trusted', '10.9.9.9, 10.1.1.1', '10.9.9.9'],
    ['what the proxy saw, and not what the client claims to be', '127.0.0.1, 10.0.0.5, 198.51.100.1', '198.51.100.1'],
  ])('is %s', (_what, forwardedFor, network) => {
    const { told, networkOfClient } = reader('10.0.0.0/8,fd00::/8');
    for (const known of [false, true]) {
      expect([known, networkOfClient('::ffff:10.0.0.1', forwardedFor)]).toEqual([known, network]);
    }
    expect(told).toEqual([]);
  });

  it('is not counted when it is this very machine', () => {
    const { networkOfClient } = reader(null);
    for (const remote of ['127.0.0.1', '::1', '::ffff:127.0.0.1', undefined]) {
      expect(networkOfClient(remote, undefined)).toBeNull();
    }
  });

  it('cannot become another one by anything that a client writes before its own address', () => {
    const { networkOfClient } = reader('10.0.0.0/8');
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.ipV4(), fc.ipV6(), fc.string())), (claims) => {
        expect(networkOfClient('10.0.0.1', [...claims, '198.51.100.1'].join(', '))).toBe('198.51.100.1');
      }),
    );
  });
});
