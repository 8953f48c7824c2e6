import { beforeEach, expect, it } from '@jest/globals';
import type { IdempotencyStore } from '../../../lib/http/idempotency.ts';
import {
  IN_PROGRESS_MS,
  postgresIdempotencyStore,
  purgeIdempotencyKeys,
} from '../../../lib/idempotency/postgres-idempotency-store.ts';
import { onEachDatabase, TEST_NOW } from '../../databases.ts';
import { id } from '../../playtime-rows.ts';

const RETENTION_MS = 86_400_000;

onEachDatabase('idempotency keys', (database) => {
  let now: number;
  let store: IdempotencyStore;
  let lastKey = 0;
  let use: { userId: string; key: string; fingerprint: string };
  beforeEach(async () => {
    await database().db.deleteFrom('idempotency_keys').execute();
    now = TEST_NOW;
    store = postgresIdempotencyStore(database().db, { now: () => now, after: () => () => undefined }, RETENTION_MS);
    use = { userId: id(1, 'user'), key: `key ${(lastKey += 1)}`, fingerprint: 'f1' };
  });

  it('let the first request work, and hold others off until it is answered', async () => {
    expect(await store.begin(use)).toEqual({ state: 'new' });
    expect(await store.begin(use)).toEqual({ state: 'in_progress' });
    await store.finish(use, 201, '{"b":1,"a":2}');
    expect(await store.begin(use)).toEqual({ state: 'replay', status: 201, body: '{"b":1,"a":2}' });
  });

  it('let one of many work that come at once', async () => {
    const begun = await Promise.all(Array.from({ length: 8 }, () => store.begin(use)));
    expect(begun.filter(({ state }) => state === 'new')).toHaveLength(1);
    expect(begun.filter(({ state }) => state === 'in_progress')).toHaveLength(7);
  });

  it('refuse another request under the same key, and know whose key it is', async () => {
    await store.begin(use);
    expect(await store.begin({ ...use, fingerprint: 'f2' })).toEqual({ state: 'mismatch' });
    expect(await store.begin({ ...use, userId: id(2, 'user'), fingerprint: 'f2' })).toEqual({ state: 'new' });
  });

  it('are free again after a failure, and after a crash', async () => {
    await store.begin(use);
    await store.abandon(use);
    expect(await store.begin(use)).toEqual({ state: 'new' });
    now += IN_PROGRESS_MS;
    expect(await store.begin({ ...use, fingerprint: 'f2' })).toEqual({ state: 'new' });
  });

  it('keep the first answer: nothing abandons or rewrites it', async () => {
    await store.begin(use);
    await store.finish(use, 200, 'first');
    await store.finish(use, 200, 'second');
    await store.abandon(use);
    expect(await store.begin(use)).toMatchObject({ state: 'replay', body: 'first' });
  });

  it('are forgotten after their time, and purged', async () => {
    await store.begin(use);
    await store.finish(use, 204, '');
    now += RETENTION_MS - 1;
    expect(await store.begin(use)).toEqual({ state: 'replay', status: 204, body: '' });
    expect(await purgeIdempotencyKeys(database().db, now)).toBe(0);
    now += 1;
    expect(await purgeIdempotencyKeys(database().db, now)).toBe(1);
    expect(await store.begin(use)).toEqual({ state: 'new' });
  });
});
