import { status as Status, type Metadata } from '@grpc/grpc-js';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { LibraryError } from '../../../lib/errors.ts';
import { GAME, ME, OTHER } from './gateway.ts';
import { ended, startGrpcGateway, type GrpcGateway } from './grpc-gateway.ts';

const UNLOCK = { user_id: OTHER, game_id: GAME, achievement_id: 'first-light', idempotency_key: 'k-1' };

describe('a command with an idempotency_key', () => {
  let gateway: GrpcGateway;
  let service: Metadata;
  const kept = new Map<string, { fingerprint: string; status?: number; body?: string }>();
  beforeAll(async () => {
    gateway = await startGrpcGateway();
    service = await gateway.as(['service']);
    gateway.actions.set('idempotency.begin', ({ user_id, key, fingerprint }) => {
      const name = `${String(user_id)} ${String(key)}`;
      const row = kept.get(name);
      if (row === undefined) kept.set(name, { fingerprint: String(fingerprint) });
      if (row === undefined) return { state: 'new' };
      if (row.fingerprint !== fingerprint) return { state: 'mismatch' };
      return row.status === undefined ? { state: 'in_progress' } : { state: 'replay', ...row };
    });
    gateway.actions.set('idempotency.finish', ({ user_id, key, fingerprint, status, body }) => {
      kept.set(`${String(user_id)} ${String(key)}`, {
        fingerprint: String(fingerprint),
        status: Number(status),
        body: String(body),
      });
    });
    gateway.actions.set(
      'idempotency.abandon',
      ({ user_id, key }) => void kept.delete(`${String(user_id)} ${String(key)}`),
    );
  });
  afterAll(() => gateway.stop());
  beforeEach(() => {
    kept.clear();
    gateway.calls.length = 0;
    gateway.actions.delete('achievements.unlockByService');
  });
  const unlock = (message: object = UNLOCK) =>
    ended((done) => gateway.command.UnlockAchievement(message, service, done));
  const works = () => gateway.calls.filter(({ action }) => action === 'achievements.unlockByService').length;

  it('is done once, and its repeat gets the first answer and says so', async () => {
    const [first, again] = [await unlock(), await unlock()];
    expect(first.error).toBeNull();
    expect(again.reply).toEqual(first.reply);
    expect([first, again].map(({ trailers }) => trailers.get('idempotency-replayed'))).toEqual([[], ['true']]);
    expect(works()).toBe(1);
    expect([...kept.keys()]).toEqual([`${ME} k-1`]);
  });

  it('repeats a refusal as it was: status, reason and members', async () => {
    gateway.actions.set('achievements.unlockByService', () => {
      throw new LibraryError('ACHIEVEMENT_ALREADY_UNLOCKED', 'The user has this achievement', { unlocked_at: 'then' });
    });
    for (const { error, details } of [await unlock(), await unlock()]) {
      expect([error?.code, error?.details]).toEqual([Status.ALREADY_EXISTS, 'The user has this achievement']);
      expect(details).toMatchObject({ reason: 'ACHIEVEMENT_ALREADY_UNLOCKED', metadata: { unlocked_at: 'then' } });
    }
    expect(works()).toBe(1);
  });

  it('may be tried again after a failure', async () => {
    gateway.actions.set('achievements.unlockByService', () => {
      throw new LibraryError('UNAVAILABLE', 'Not now');
    });
    expect((await unlock()).error?.code).toBe(Status.UNAVAILABLE);
    gateway.actions.delete('achievements.unlockByService');
    expect((await unlock()).error).toBeNull();
  });

  it('is INVALID_ARGUMENT with another message, and ABORTED while the first is under way', async () => {
    await unlock();
    const other = await unlock({ ...UNLOCK, achievement_id: 'other' });
    expect([other.error?.code, other.details.reason]).toEqual([Status.INVALID_ARGUMENT, 'IDEMPOTENCY_KEY_REUSED']);
    for (const row of kept.values()) delete row.status;
    const twice = await unlock();
    expect([twice.error?.code, twice.details.reason]).toEqual([Status.ABORTED, 'IDEMPOTENCY_KEY_IN_USE']);
    expect(twice.details.retryAfterMs).toBe(1000);
  });

  it('is refused when it is no key', async () => {
    const { error, details } = await unlock({ ...UNLOCK, idempotency_key: 'käse' });
    expect([error?.code, details.violations?.[0]?.field]).toEqual([Status.INVALID_ARGUMENT, 'idempotency_key']);
  });

  it('also holds for what answers with nothing', async () => {
    const revoke = () =>
      ended((done) =>
        gateway.command.RevokeGame({ user_id: OTHER, game_id: GAME, idempotency_key: 'k-2' }, service, done),
      );
    gateway.actions.set('library.revoke', () => undefined);
    const [first, again] = [await revoke(), await revoke()];
    expect([first.error, again.error, again.reply]).toEqual([null, null, {}]);
    expect(gateway.calls.filter(({ action }) => action === 'library.revoke')).toHaveLength(1);
  });
});
