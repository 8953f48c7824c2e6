import { beforeEach, describe, expect, it } from '@jest/globals';
import type { Verified } from '../../../../lib/auth/verifier.ts';
import { LibraryError } from '../../../../lib/errors.ts';
import { Trust } from '../../../../lib/sockets/trust.ts';
import { mustUuidKey } from '../../../../lib/uuid.ts';

const START = 1_790_000_000_000;
const ANN = '0198f2b4-0a00-7000-8000-000000000001';
const BEN = '0198f2b4-0a00-7000-8000-000000000002';
const of = (userId: string, validUntil: number, expiresAt: number): Verified => ({
  caller: { userId, roles: ['user'] },
  userKey: mustUuidKey(userId),
  validUntil,
  expiresAt,
});

describe('the trust in a token', () => {
  let now: number;
  let trust: Trust;
  let verify: (authorization: string) => Promise<Verified>;
  let mayConnect: boolean;
  /** Whose tokens were looked at, as far as wrong ones would have been counted. */
  let networks: (string | null)[];

  beforeEach(() => {
    now = START;
    mayConnect = true;
    networks = [];
    trust = new Trust(
      {
        clock: { now: () => now, after: () => () => undefined },
        verifier: { cached: () => null, verify: (authorization) => verify(authorization ?? '') },
        limits: {
          networkOf: () => null,
          arrived: () => null,
          called: () => null,
          verifying: (network, work) => {
            networks.push(network);
            return work();
          },
        },
        mustMayConnect: () => {
          if (!mayConnect) throw new LibraryError('FORBIDDEN', 'no');
        },
      },
      of(ANN, START + 600_000, START + 3_600_000),
      'Bearer first',
      '192.0.2.1',
    );
  });

  it('lasts as long as the verifier says, and is renewed with the same token', async () => {
    expect([trust.lookAt, trust.holds(START + 599_999), trust.holds(START + 600_000)]).toEqual([
      START + 600_000,
      true,
      false,
    ]);
    now = START + 600_000;
    verify = async (authorization) => {
      expect(authorization).toBe('Bearer first');
      return of(ANN, now + 600_000, START + 3_600_000);
    };
    await trust.renew();
    expect([trust.holds(now), trust.lookAt]).toEqual([true, now + 600_000]);
  });

  it('counts a token that is offered in its place for where the socket comes from, and its own not', async () => {
    verify = () => Promise.reject(new LibraryError('UNAUTHENTICATED', 'The signature is wrong'));
    await expect(trust.replace('forged')).rejects.toMatchObject({ type: 'UNAUTHENTICATED' });
    expect(networks).toEqual(['192.0.2.1']);
    await expect(trust.renew()).rejects.toMatchObject({ type: 'UNAUTHENTICATED' });
    expect(networks).toEqual(['192.0.2.1']);
  });

  it('waits for an issuer who is away, until the token itself ends', async () => {
    verify = () => Promise.reject(new LibraryError('UNAVAILABLE', 'The keys cannot be fetched'));
    now = START + 600_000;
    await expect(trust.renew()).rejects.toMatchObject({ type: 'UNAVAILABLE' });
    expect([trust.holds(now), trust.lookAt]).toEqual([false, now + 5000]);
    now = START + 3_600_000;
    await expect(trust.renew()).rejects.toMatchObject({ type: 'UNAUTHENTICATED' });
  });

  it('ends with a token that is refused by now', async () => {
    verify = () => Promise.reject(new LibraryError('UNAUTHENTICATED', 'The key is not known'));
    await expect(trust.renew()).rejects.toMatchObject({ type: 'UNAUTHENTICATED' });
  });

  it('goes on with another token of the same user, and stays as it is with any other', async () => {
    verify = async () => of(BEN, START + 900_000, START + 900_000);
    await expect(trust.replace('ben')).rejects.toMatchObject({ type: 'FORBIDDEN' });
    mayConnect = false;
    verify = async () => of(ANN, START + 900_000, START + 900_000);
    await expect(trust.replace('roleless')).rejects.toMatchObject({ type: 'FORBIDDEN' });
    expect([trust.user.caller.userId, trust.lookAt]).toEqual([ANN, START + 600_000]);
    mayConnect = true;
    await trust.replace('second');
    expect(trust.lookAt).toBe(START + 900_000);
  });

  it('outlives the old token when the new one came in time, however long its keys take', async () => {
    let verified = (_: Verified): void => undefined;
    verify = () => new Promise((resolve) => (verified = resolve));
    const replaced = trust.replace('second');
    now = START + 3_600_000;
    verify = () => Promise.reject(new LibraryError('UNAUTHENTICATED', 'The token has expired'));
    const renewed = trust.renew();
    for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
    verified(of(ANN, START + 7_200_000, START + 7_200_000));
    await Promise.all([replaced, renewed]);
    expect(trust.holds(now)).toBe(true);
  });

  it('ends with the old token when the new one is refused', async () => {
    let refuse = (_: Error): void => undefined;
    verify = () => new Promise((_, reject) => (refuse = reject));
    const replaced = trust.replace('second');
    now = START + 3_600_000;
    verify = () => Promise.reject(new LibraryError('UNAUTHENTICATED', 'The token has expired'));
    const renewed = expect(trust.renew()).rejects.toMatchObject({ type: 'UNAUTHENTICATED' });
    refuse(new LibraryError('UNAUTHENTICATED', 'The token cannot be read'));
    await expect(replaced).rejects.toMatchObject({ type: 'UNAUTHENTICATED' });
    await renewed;
  });

  it('is not taken back to the old token by a late answer about it', async () => {
    let verified = (_: Verified): void => undefined;
    verify = () => new Promise((resolve) => (verified = resolve));
    const renewed = trust.renew();
    verify = async () => of(ANN, START + 7_200_000, START + 7_200_000);
    await trust.replace('second');
    verified(of(ANN, START + 700_000, START + 3_600_000));
    await renewed;
    expect(trust.lookAt).toBe(START + 7_200_000);
  });
});
