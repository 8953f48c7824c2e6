import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { throwAway } from '../../../../lib/savegames/garbage.ts';
import { GARBAGE_LEASE_MS, removeGarbage } from '../../../../lib/savegames/sweep/remove-garbage.ts';
import { observeSaves } from '../../../../lib/savegames/sweep/observe-saves.ts';
import { SaveStoreUnavailable } from '../../../../lib/ports/save-store.ts';
import { onEachDatabase } from '../../../databases.ts';
import { contentOf } from '../../../memory-save-store.ts';
import { AWAY, failingCall } from '../../../save-store-faults.ts';
import { MINUTE, SweepBench } from './sweep-bench.ts';

onEachDatabase('garbage', (database) => {
  let bench: SweepBench;
  beforeEach(() => {
    bench = new SweepBench(database());
  });
  afterEach(() => bench.clear());

  /** An object that is on the list. */
  const garbage = async (everyVersion = false, partsId: string | null = null): Promise<string> => {
    const objectId = randomUUID();
    bench.store.plant(objectId, contentOf(Buffer.from(objectId)));
    await bench.db
      .transaction()
      .execute((transaction) => throwAway(transaction, [{ objectId, partsId }], { everyVersion, dueAt: bench.now }));
    return objectId;
  };
  const pastLease = (): void => {
    bench.now += GARBAGE_LEASE_MS;
  };

  it('goes from the store, then from the list; earlier contents only of those who were erased', async () => {
    const [one, erased] = [await garbage(), await garbage(true)];
    expect(await removeGarbage(bench.context())).toBe(2);
    expect(bench.store.ids()).toEqual([]);
    expect(await bench.garbage()).toEqual([]);
    expect([one, erased].map((objectId) => bench.store.keptContents(objectId))).toEqual([1, 0]);
  });

  it('stays on the list while the store is away, and is told of as it ages', async () => {
    const objectId = await garbage();
    bench.store.faults = AWAY;
    expect(await removeGarbage(bench.context())).toBe(0);
    expect(bench.failures).toHaveLength(1);
    expect(await bench.garbage()).toEqual([objectId]);
    pastLease();
    expect(await observeSaves(bench.db, bench.now)).toEqual({ garbage: 1, garbageAgeMs: GARBAGE_LEASE_MS, missing: 0 });
    bench.store.faults = () => null;
    expect(await removeGarbage(bench.context())).toBe(1);
    expect(await bench.garbage()).toEqual([]);
  });

  it('is removed once more when the answer of the store was lost, which harms nobody', async () => {
    await garbage();
    bench.store.faults = failingCall(1, 'remove', 'answer lost');
    await removeGarbage(bench.context());
    expect(bench.store.ids()).toEqual([]);
    expect(await bench.garbage()).toHaveLength(1);
    pastLease();
    expect(await removeGarbage(bench.context())).toBe(1);
    expect(await bench.garbage()).toEqual([]);
  });

  it('that the store refuses to remove, for it is locked, keeps nothing else', async () => {
    const all: string[] = [];
    for (let n = 0; n < 11; n += 1) all.push(await garbage());
    const locked = all[7]!;
    const remove = bench.store.remove.bind(bench.store);
    let asked = 0;
    bench.store.remove = (objectIds, everyVersion) => {
      asked += 1;
      if (objectIds.includes(locked)) return Promise.reject(new SaveStoreUnavailable('AccessDenied'));
      return remove(objectIds, everyVersion);
    };
    expect(await removeGarbage(bench.context())).toBe(10);
    expect(bench.store.ids()).toEqual([locked]);
    expect(await bench.garbage()).toEqual([locked]);
    expect(bench.failures).toEqual([expect.stringContaining('AccessDenied')]);
    expect(asked).toBeLessThan(10);
  });

  it('in parts is given up first; when that fails, only that one waits', async () => {
    const stuck = await garbage(false, 'under way');
    await garbage();
    bench.store.faults = failingCall(1, 'abandonParts', 'not done');
    expect(await removeGarbage(bench.context())).toBe(1);
    expect(await bench.garbage()).toEqual([stuck]);
  });

  it('that failed does not stand in the way of the rest', async () => {
    for (let n = 0; n < 4; n += 1) await garbage(false, 'under way');
    for (let n = 0; n < 4; n += 1) await garbage();
    bench.store.faults = (method) => (method === 'abandonParts' ? 'not done' : null);
    for (let round = 0; round < 2; round += 1) {
      await removeGarbage(bench.context({ batch: 4 }));
      bench.now += MINUTE;
    }
    expect(await bench.garbage()).toHaveLength(4);
  });

  it('that a row speaks of again is no garbage: it stays, and is told of', async () => {
    const { objectId } = await bench.save(randomUUID());
    const upload = await bench.announce();
    await bench.db.transaction().execute((transaction) =>
      throwAway(
        transaction,
        [
          { objectId, partsId: null },
          { objectId: upload.objectId, partsId: null },
        ],
        {
          everyVersion: false,
          dueAt: bench.now,
        },
      ),
    );
    expect(await removeGarbage(bench.context())).toBe(0);
    expect(bench.store.ids()).toEqual([objectId]);
    expect(await bench.garbage()).toEqual([]);
    expect(bench.failures).toEqual([expect.stringContaining('2 objects to be removed belong to saves')]);
  });

  it('is shared by sweepers that are at it at once: each object is asked for once', async () => {
    for (let n = 0; n < 20; n += 1) await garbage();
    let removals = 0;
    bench.store.faults = (method) => {
      if (method === 'remove') removals += 1;
      return null;
    };
    const sweepers = [1, 2, 3].map(() => removeGarbage(bench.context({ batch: 5 })));
    const removed = await Promise.all(sweepers);
    expect(removed[0]! + removed[1]! + removed[2]!).toBe(20);
    expect(removals).toBe(4);
    expect(bench.store.ids()).toEqual([]);
  });

  it('of somebody who is erased while it is being removed stays until every version is gone', async () => {
    const objectId = await garbage();
    const { store } = bench;
    const remove = store.remove.bind(store);
    store.remove = async (objectIds, everyVersion) => {
      await remove(objectIds, everyVersion);
      store.remove = remove;
      const erased = [{ objectId, partsId: null }];
      await bench.db
        .transaction()
        .execute((transaction) => throwAway(transaction, erased, { everyVersion: true, dueAt: bench.now }));
    };
    await removeGarbage(bench.context());
    expect(await bench.garbage()).toEqual([objectId]);
    pastLease();
    await removeGarbage(bench.context());
    expect(bench.store.keptContents(objectId)).toBe(0);
    expect(await bench.garbage()).toEqual([]);
  });
});
