import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { CheckpointStore, ShardCommit } from '../../lib/ports/checkpoint-store.ts';
import { mustUuidKey } from '../../lib/uuid.ts';
import { byUser, bytes, commitUntilRefused, newUser, put, record } from './checkpoint-store.fixtures.ts';
import { checkAgainstModel } from './checkpoint-store.model.ts';

/** One implementation, ready to be tested. */
export interface CheckpointStoreBench {
  /** A client of the store, as another process would have one; closed by the suite. */
  open(): Promise<CheckpointStore>;
  /** The store's clock, ms. */
  now(): Promise<number>;
  /** Makes the store as it was before it first heard of the shard. */
  forget(shard: number): Promise<void>;
  dispose(): Promise<void>;
}

const SECONDS = 1000;

/** What `lib/ports/checkpoint-store.ts` promises (C1-C5), checked of one implementation. */
export function checkpointStoreSuite(prepare: () => Promise<CheckpointStoreBench>): void {
  let bench: CheckpointStoreBench;
  let store: CheckpointStore;
  let other: CheckpointStore;
  let shard = 100;

  beforeAll(async () => {
    bench = await prepare();
  }, 30 * SECONDS);
  afterAll(() => bench.dispose());
  beforeEach(async () => {
    [store, other] = [await bench.open(), await bench.open()];
    shard += 10;
  });
  afterEach(async () => {
    await store.close();
    await other.close();
  });

  const held = async (which = shard) => byUser((await store.acquire(which, 'reader')).records);

  describe('C1: acquire', () => {
    it('gives a shard never seen before an epoch of the store’s clock and no records', async () => {
      const before = await bench.now();
      const { epoch, records } = await store.acquire(shard, 'a');
      expect(epoch).toBeGreaterThanOrEqual(before);
      expect(epoch).toBeLessThanOrEqual((await bench.now()) + 1);
      expect(records).toEqual([]);
    });

    it('gives every acquisition a higher epoch, also two in one millisecond', async () => {
      const epochs = [];
      for (let n = 0; n < 20; n += 1) epochs.push((await store.acquire(shard, 'a')).epoch);
      expect(epochs).toEqual([...new Set(epochs)].sort((a, b) => a - b));
    });

    it('gives different epochs to nodes that acquire at the same time', async () => {
      const acquired = await Promise.all(
        Array.from({ length: 10 }, (_, n) => (n % 2 === 0 ? store : other).acquire(shard, `node-${n}`)),
      );
      expect(new Set(acquired.map(({ epoch }) => epoch)).size).toBe(10);
      const last = acquired.reduce((a, b) => (a.epoch > b.epoch ? a : b));
      const [lease] = (await store.shards()).filter((known) => known.shard === shard);
      expect(lease).toEqual({
        shard,
        epoch: last.epoch,
        owner: `node-${acquired.indexOf(last)}`,
        records: 0,
      });
    });

    it('never hands out an epoch again after the store lost its last writes', async () => {
      const { epoch } = await store.acquire(shard, 'a');
      await bench.forget(shard);
      while ((await bench.now()) <= epoch); // no store loses writes and is back within a millisecond
      expect((await store.acquire(shard, 'b')).epoch).toBeGreaterThan(epoch);
      expect(await store.commit([put(shard, epoch, 1, record())])).toEqual([{ applied: false, owner: 'b' }]);
    });

    it('returns the bytes of every record as they were committed', async () => {
      const { epoch } = await store.acquire(shard, 'a');
      const users = [
        '00000000-0000-0000-0000-000000000000',
        'ffffffff-ffff-ffff-ffff-ffffffffffff',
        '0a0d0024-2a3a-4000-8000-00ff80c3a9e2',
      ];
      const all = Uint8Array.from({ length: 256 }, (_, n) => n);
      const records = users.map((user, n) => ({ user: mustUuidKey(user), snapshot: all.slice(n) }));
      records.push({ user: newUser(), snapshot: new Uint8Array(0) });
      await store.commit([put(shard, epoch, 1, ...records)]);
      expect(await held()).toEqual(byUser(records));
    });

    it(
      'returns a shard of 20,000 records whole',
      async () => {
        const { epoch } = await store.acquire(shard, 'a');
        const records = Array.from({ length: 20_000 }, () => record());
        await store.commit([put(shard, epoch, 1, ...records)]);
        expect((await held()).size).toBe(20_000);
        const removes = records.slice(0, 19_999).map(({ user }) => user);
        const again = await store.acquire(shard, 'a');
        await store.commit([{ shard, epoch: again.epoch, number: 1, puts: [], removes }]);
        expect(await held()).toEqual(byUser(records.slice(19_999)));
      },
      30 * SECONDS,
    );

    it(
      'loses no commit applied before it and lets none be applied after it',
      async () => {
        for (let round = 0; round < 20; round += 1) {
          const which = shard * 1000 + round;
          const { epoch } = await store.acquire(which, 'a');
          const stream = commitUntilRefused(store, which, epoch);
          await stream.reached(round);
          const { records } = await other.acquire(which, 'b');
          expect(byUser(records)).toEqual(byUser(await stream.applied));
          expect(await held(which)).toEqual(byUser(records));
        }
      },
      30 * SECONDS,
    );
  });

  describe('C2: the fence', () => {
    it('refuses an old epoch, names the new owner and changes nothing', async () => {
      const old = await store.acquire(shard, 'a');
      const kept = record();
      await store.commit([put(shard, old.epoch, 1, kept)]);
      await other.acquire(shard, 'b');
      const late = { shard, epoch: old.epoch, number: 2, puts: [record()], removes: [kept.user] };
      expect(await store.commit([late])).toEqual([{ applied: false, owner: 'b' }]);
      expect(await held()).toEqual(byUser([kept]));
    });

    it('refuses an epoch that was never handed out, and a shard never acquired', async () => {
      expect(await store.commit([put(shard, 1, 1, record())])).toEqual([{ applied: false, owner: null }]);
      const { epoch } = await store.acquire(shard, 'a');
      expect(await store.commit([put(shard, epoch + 1, 1, record())])).toEqual([{ applied: false, owner: 'a' }]);
      expect(await held()).toEqual(new Map());
    });

    it('refuses a number at or below the last one applied, and takes any above it', async () => {
      const { epoch } = await store.acquire(shard, 'a');
      const [first, last] = [record(), record()];
      expect(await store.commit([put(shard, epoch, 9, first)])).toEqual([{ applied: true }]);
      for (const number of [9, 8, 1]) {
        const outcome = await store.commit([put(shard, epoch, number, { ...first, snapshot: bytes('late') })]);
        expect(outcome).toEqual([{ applied: false, owner: 'a' }]);
      }
      expect(await store.commit([put(shard, epoch, 10, last)])).toEqual([{ applied: true }]);
      expect(await held()).toEqual(byUser([first, last]));
    });

    it('starts numbers afresh with every epoch', async () => {
      const old = await store.acquire(shard, 'a');
      await store.commit([put(shard, old.epoch, 1000, record())]);
      const { epoch } = await store.acquire(shard, 'a');
      expect(await store.commit([put(shard, epoch, 1, record())])).toEqual([{ applied: true }]);
    });

    it(
      'never brings a record back by a commit that was given up on and came in late',
      async () => {
        for (let round = 0; round < 30; round += 1) {
          const which = shard * 1000 + round;
          const { epoch } = await store.acquire(which, 'a');
          const { user, snapshot } = record();
          const removed = { shard: which, epoch, number: 2, puts: [], removes: [user] };
          await Promise.all([store.commit([put(which, epoch, 1, { user, snapshot })]), other.commit([removed])]);
          expect(await held(which)).toEqual(new Map());
        }
      },
      30 * SECONDS,
    );
  });

  describe('C3: one commit', () => {
    it('puts, replaces and removes together', async () => {
      const { epoch } = await store.acquire(shard, 'a');
      const [kept, replaced, removed] = [record(), record(), record()];
      await store.commit([put(shard, epoch, 1, kept, replaced, removed)]);
      const now = { ...replaced, snapshot: bytes('newer') };
      const removes = [removed.user, newUser()];
      await store.commit([{ shard, epoch, number: 2, puts: [now], removes }]);
      expect(await held()).toEqual(byUser([kept, now]));
    });

    it('of several shards refuses the fenced ones alone, and answers in their order', async () => {
      const shards = [shard + 3, shard, shard + 2, shard + 1];
      const epochs = new Map<number, number>();
      for (const which of shards) epochs.set(which, (await store.acquire(which, 'a')).epoch);
      await other.acquire(shard, 'b');
      await other.acquire(shard + 2, 'c');
      const records = shards.map(() => record());
      const commits = shards.map((which, n) => put(which, epochs.get(which) ?? 0, 1, records[n] ?? record()));
      expect(await store.commit(commits)).toEqual([
        { applied: true },
        { applied: false, owner: 'b' },
        { applied: false, owner: 'c' },
        { applied: true },
      ]);
      expect(await held(shard + 3)).toEqual(byUser(records.slice(0, 1)));
      expect(await held(shard)).toEqual(new Map());
      expect(await held(shard + 2)).toEqual(new Map());
      expect(await held(shard + 1)).toEqual(byUser(records.slice(3)));
    });

    it('may be empty: of shards, and of changes', async () => {
      expect(await store.commit([])).toEqual([]);
      const { epoch } = await store.acquire(shard, 'a');
      const nothing = { shard, epoch, number: 1, puts: [], removes: [] };
      expect(await store.commit([nothing])).toEqual([{ applied: true }]);
      expect(await store.commit([nothing])).toEqual([{ applied: false, owner: 'a' }]);
    });

    it(
      'of many shards at once from several clients never waits for another for ever',
      async () => {
        const shards = Array.from({ length: 10 }, (_, n) => shard + n);
        const epochs = await Promise.all(shards.map(async (which) => (await store.acquire(which, 'a')).epoch));
        const commits = shards.map((which, n) => put(which, epochs[n] ?? 0, 1, record()));
        const backwards = commits.map((commit) => ({ ...commit, number: 2 })).reverse();
        for (let round = 0; round < 20; round += 1) {
          const numbered = (some: ShardCommit[]) => some.map((c) => ({ ...c, number: c.number + 2 * round }));
          await Promise.all([store.commit(numbered(commits)), other.commit(numbered(backwards))]);
        }
      },
      30 * SECONDS,
    );
  });

  describe('C4: what was applied', () => {
    it('is still there when the client that committed it is gone', async () => {
      const gone = await bench.open();
      const { epoch } = await gone.acquire(shard, 'a');
      const kept = record();
      await gone.commit([put(shard, epoch, 1, kept)]);
      await gone.close();
      expect(await held()).toEqual(byUser([kept]));
    });
  });

  describe('release', () => {
    it('refuses the epoch from then on and keeps its records', async () => {
      const { epoch } = await store.acquire(shard, 'a');
      const kept = record();
      await store.commit([put(shard, epoch, 1, kept)]);
      await store.release(shard, epoch);
      expect(await store.commit([put(shard, epoch, 2, record())])).toEqual([{ applied: false, owner: null }]);
      const largest = put(shard, epoch, Number.MAX_SAFE_INTEGER, record());
      expect(await store.commit([largest])).toEqual([{ applied: false, owner: null }]);
      expect((await store.shards()).find((lease) => lease.shard === shard)).toEqual({
        shard,
        epoch,
        owner: null,
        records: 1,
      });
      const next = await other.acquire(shard, 'b');
      expect(next.epoch).toBeGreaterThan(epoch);
      expect(byUser(next.records)).toEqual(byUser([kept]));
    });

    it('does nothing to a shard that was taken over, or that the store does not know', async () => {
      const old = await store.acquire(shard, 'a');
      const { epoch } = await other.acquire(shard, 'b');
      await store.release(shard, old.epoch);
      await store.release(shard + 1, old.epoch);
      expect(await other.commit([put(shard, epoch, 1, record())])).toEqual([{ applied: true }]);
      expect((await store.shards()).map((lease) => lease.shard)).not.toContain(shard + 1);
    });
  });

  describe('shards', () => {
    it('tells owner, epoch and number of records of every shard in order', async () => {
      const leases = [];
      for (const which of [shard, shard + 1, shard + 2]) {
        const { epoch } = await store.acquire(which, `owner-${which}`);
        const records = Array.from({ length: which - shard }, () => record());
        await store.commit([put(which, epoch, 1, ...records)]);
        leases.push({ shard: which, epoch, owner: `owner-${which}`, records: records.length });
      }
      const known = await store.shards();
      expect(known.filter((lease) => lease.shard >= shard && lease.shard < shard + 10)).toEqual(leases);
    });
  });

  it('answers a ping', async () => {
    await store.ping();
  });

  it(
    'does whatever the model does under any sequence of calls from several nodes',
    async () => {
      await checkAgainstModel([store, other], shard * 1000);
    },
    60 * SECONDS,
  );
}
