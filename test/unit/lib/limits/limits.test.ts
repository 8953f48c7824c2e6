import { describe, expect, it } from '@jest/globals';
import { configFrom } from '../../../../lib/config/load.ts';
import type { Caller, Role } from '../../../../lib/contract/endpoint.ts';
import { LibraryError } from '../../../../lib/errors.ts';
import { createLimits, type LimitName } from '../../../../lib/limits/limits.ts';

const ADDRESS = '203.0.113.7';
const wrong = (): Promise<never> => Promise.reject(new LibraryError('UNAUTHENTICATED', 'no'));

function limited(env: Readonly<Record<string, string>>) {
  const refused: LimitName[] = [];
  const time = { now: 1_790_000_000_000 };
  const limits = createLimits({
    rules: configFrom('', env).limits,
    clock: { now: () => time.now, after: () => () => undefined },
    metrics: { refused: (limit) => refused.push(limit) },
    notBelieved: () => undefined,
  });
  return { limits, time, refused };
}

const caller = (userId: string, ...roles: Role[]): Caller => ({ userId, roles });

describe('the limits of a gateway', () => {
  it('refuse a user who sends too much with what the limit is and when to come back', () => {
    const { limits, refused } = limited({ LIMITS_USER_PER_SECOND: '2', LIMITS_USER_BURST: '10' });
    for (let count = 0; count < 10; count += 1) expect(limits.called(caller('a', 'user'))).toBeNull();
    expect(limits.called(caller('a', 'user'))).toMatchObject({
      type: 'RATE_LIMITED',
      data: { retryAfterMs: 500, limit: { name: 'user', quota: 10, window_seconds: 5 } },
    });
    expect(limits.called(caller('b', 'user'))).toBeNull();
    expect(refused).toEqual(['user']);
  });

  it('take more from a handshake than from a request', () => {
    const { limits } = limited({ LIMITS_USER_PER_SECOND: '1', LIMITS_USER_BURST: '10' });
    expect(limits.called(caller('a', 'user'), 5)).toBeNull();
    expect(limits.called(caller('a', 'user'), 5)).toBeNull();
    expect(limits.called(caller('a', 'user'), 5)?.data).toMatchObject({ retryAfterMs: 5000 });
  });

  it.each(['support', 'admin', 'service'] as const)('let %s work for many users', (role) => {
    const { limits } = limited({ LIMITS_USER_BURST: '10', LIMITS_SERVICE_BURST: '20', LIMITS_SERVICE_PER_SECOND: '1' });
    for (let count = 0; count < 20; count += 1) expect(limits.called(caller('a', 'user', role))).toBeNull();
    expect(limits.called(caller('a', role))?.data).toMatchObject({ limit: { name: 'service' } });
  });

  it('count an address whoever calls, and loopback never', () => {
    const { limits, refused } = limited({ LIMITS_ADDRESS_PER_SECOND: '1', LIMITS_ADDRESS_BURST: '10' });
    for (let count = 0; count < 10; count += 1) expect(limits.arrived(ADDRESS)).toBeNull();
    expect(limits.arrived(ADDRESS)?.data).toMatchObject({ limit: { name: 'address' } });
    for (let count = 0; count < 100; count += 1) expect(limits.arrived(null)).toBeNull();
    expect(refused).toEqual(['address']);
  });

  it('look at no new token of an address from which too many were wrong, until a while has passed', async () => {
    const { limits, time } = limited({ LIMITS_FAILURES_PER_SECOND: '1', LIMITS_FAILURES_BURST: '10' });
    let looked = 0;
    const count = (result: Promise<unknown>) => {
      looked += 1;
      return result;
    };
    for (let turn = 0; turn < 10; turn += 1) {
      await expect(limits.verifying(ADDRESS, () => count(wrong()))).rejects.toMatchObject({ type: 'UNAUTHENTICATED' });
    }
    await expect(limits.verifying(ADDRESS, () => count(Promise.resolve('me')))).rejects.toMatchObject({
      type: 'RATE_LIMITED',
      data: { limit: { name: 'failures' } },
    });
    expect(looked).toBe(10);
    expect(await limits.verifying('203.0.113.8', () => Promise.resolve('me'))).toBe('me');
    time.now += 1000;
    expect(await limits.verifying(ADDRESS, () => Promise.resolve('me'))).toBe('me');
  });

  it('do not hold it against anybody that the issuer cannot be asked', async () => {
    const { limits } = limited({ LIMITS_FAILURES_PER_SECOND: '1', LIMITS_FAILURES_BURST: '10' });
    const away = () => Promise.reject(new LibraryError('UNAVAILABLE', 'away'));
    for (let turn = 0; turn < 30; turn += 1) {
      await expect(limits.verifying(ADDRESS, away)).rejects.toMatchObject({ type: 'UNAVAILABLE' });
    }
  });

  it('are none where they are set to 0', async () => {
    const names = ['USER', 'SERVICE', 'ADDRESS', 'FAILURES'];
    const { limits } = limited(Object.fromEntries(names.map((name) => [`LIMITS_${name}_PER_SECOND`, '0'])));
    for (let turn = 0; turn < 30_000; turn += 1) {
      expect(limits.called(caller('a', 'user')) ?? limits.called(caller('a', 'service'))).toBeNull();
      expect(limits.arrived(ADDRESS)).toBeNull();
    }
    for (let turn = 0; turn < 1000; turn += 1) {
      await expect(limits.verifying(ADDRESS, wrong)).rejects.toMatchObject({ type: 'UNAUTHENTICATED' });
    }
  });
});

describe('the setting of trusted proxies', () => {
  it.each(['10.0.0.0/64', '10.0.0.0.0/8', ':::'])('stops the start when it is %s, naming it', (value) => {
    expect(() => configFrom('', { LIMITS_TRUSTED_PROXIES: value })).toThrow(
      /^limits\.trustedProxies \(LIMITS_TRUSTED_PROXIES\)/,
    );
  });
});
