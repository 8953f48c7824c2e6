import { randomBytes, randomUUID } from 'node:crypto';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { auditStore } from '../../../../lib/savegames/sweep/audit-store.ts';
import { observeSaves } from '../../../../lib/savegames/sweep/observe-saves.ts';
import { sweepSaves } from '../../../../lib/savegames/sweep/sweep.ts';
import { onEachDatabase } from '../../../databases.ts';
import { contentOf } from '../../../memory-save-store.ts';
import { DAY, SweepBench } from './sweep-bench.ts';

onEachDatabase('the audit of the store against the rows', (database) => {
  let bench: SweepBench;
  let userId: string;
  beforeEach(() => {
    bench = new SweepBench(database());
    userId = randomUUID();
  });
  afterEach(() => bench.clear());

  const stray = (): string => {
    const objectId = randomUUID();
    bench.store.plant(objectId, contentOf(randomBytes(10)));
    return objectId;
  };
  const isMissing = async (): Promise<readonly string[]> => {
    const rows = await bench.db
      .selectFrom('savegame_objects')
      .select('object_id')
      .where('missing_since', 'is not', null)
      .execute();
    return rows.map(({ object_id }) => object_id);
  };

  it('finds nothing where all is well', async () => {
    const save = await bench.save(userId);
    const upload = await bench.announce(userId);
    bench.store.send(upload.put, upload.content);
    expect(await bench.sweep()).toMatchObject({ orphans: 0, missing: 0, finished: true, removed: 0, failures: 0 });
    expect(bench.store.ids()).toEqual([save.objectId, upload.objectId].sort());
  });

  it('leaves an object that no row speaks of alone for a day, in case the database forgot it', async () => {
    const { objectId } = await bench.save(userId);
    stray();
    const round = () => sweepSaves(bench.context({ strayMs: DAY }));
    expect(await round()).toMatchObject({ orphans: 1, removed: 0 });
    bench.now += DAY - 1;
    expect(await round()).toMatchObject({ orphans: 0, removed: 0 });
    expect(bench.store.ids()).toHaveLength(2);
    bench.now += 1;
    expect(await round()).toMatchObject({ orphans: 0, removed: 1 });
    expect(bench.store.ids()).toEqual([objectId]);
  });

  it('removes an object that no row speaks of, in the same round where nothing is to be waited for', async () => {
    const { objectId } = await bench.save(userId);
    stray();
    expect(await bench.sweep()).toMatchObject({ orphans: 1, removed: 1 });
    expect(bench.store.ids()).toEqual([objectId]);
  });

  it('removes what a PUT brought that began in time and ended after everything was cleared away', async () => {
    const { put, content, objectId } = await bench.announce(userId);
    bench.now += bench.rules.urlSeconds * 1000 - 1;
    const arrive = bench.store.begin(put, content);
    bench.now += bench.rules.uploadTtlSeconds * 1000;
    await bench.sweep();
    bench.now += bench.rules.urlSeconds * 1000;
    await bench.sweep();
    arrive();
    expect(bench.store.ids()).toEqual([objectId]);
    await bench.sweep();
    expect(bench.store.ids()).toEqual([]);
  });

  it('never takes an object for an orphan that is announced or confirmed while it looks', async () => {
    const { store } = bench;
    const list = store.list.bind(store);
    store.list = async (after, limit) => {
      const listed = await list(after, limit);
      const { put, content } = await bench.announce(userId);
      store.send(put, content);
      await bench.save(userId);
      return listed;
    };
    for (let n = 0; n < 4; n += 1) {
      expect(await bench.sweep()).toMatchObject({ orphans: 0, missing: 0, failures: 0 });
    }
    expect(store.ids()).toHaveLength(8);
  });

  it('marks a row whose object is gone: it no longer counts, is never forgotten, and counts again when found', async () => {
    const [lost, kept] = [await bench.save(userId), await bench.save(userId)];
    const bringBack = bench.store.lose(lost.objectId);
    expect(await bench.sweep()).toMatchObject({ missing: 1, failures: 0 });
    expect(await isMissing()).toEqual([lost.objectId]);
    expect(await bench.account(userId)).toEqual({ stored: 100, reserved: 0 });
    expect(await observeSaves(bench.db, bench.now)).toMatchObject({ missing: 1 });
    bench.now += 1000 * DAY;
    expect(await bench.sweep()).toMatchObject({ missing: 0, foundAgain: 0 });
    expect((await bench.versions(userId)).map(({ version }) => version)).toEqual([lost.version, kept.version]);
    bringBack();
    expect(await bench.sweep()).toMatchObject({ foundAgain: 1 });
    expect(await isMissing()).toEqual([]);
    expect(await bench.account(userId)).toEqual({ stored: 200, reserved: 0 });
  });

  it('marks a row whose object is another than it was confirmed as', async () => {
    const { objectId } = await bench.save(userId);
    bench.store.plant(objectId, contentOf(randomBytes(99)));
    expect(await bench.sweep()).toMatchObject({ missing: 1 });
    expect(await isMissing()).toEqual([objectId]);
  });

  it('asks again before it marks: what is there by then is not missing', async () => {
    const { objectId } = await bench.save(userId);
    const bringBack = bench.store.lose(objectId);
    bench.store.faults = (method) => {
      if (method === 'describe') bringBack();
      return null;
    };
    expect(await bench.sweep()).toMatchObject({ missing: 0, failures: 0 });
  });

  it('touches nothing when most rows have no object: that is another bucket, not a loss', async () => {
    const saves = [];
    for (let n = 0; n < 20; n += 1) saves.push(await bench.save(userId));
    for (const { objectId } of saves.slice(0, 11)) bench.store.lose(objectId);
    expect(await bench.sweep()).toMatchObject({ missing: 0, failures: 1 });
    expect(bench.failures).toEqual([expect.stringContaining('11 rows without an object of 20')]);
    expect(await isMissing()).toEqual([]);
    expect(await bench.account(userId)).toEqual({ stored: 2000, reserved: 0 });
  });

  it('removes nothing when most objects have no row: that is another bucket, or an older database', async () => {
    for (let n = 0; n < 9; n += 1) await bench.save(userId);
    for (let n = 0; n < 11; n += 1) stray();
    expect(await bench.sweep()).toMatchObject({ orphans: 0, removed: 0, failures: 1 });
    expect(bench.failures).toEqual([expect.stringContaining('11 objects without a row of 20')]);
    expect(bench.store.ids()).toHaveLength(20);
  });

  it('goes on where it ended, slice by slice, with more objects than rows and more rows than objects', async () => {
    const saves = [];
    for (let n = 0; n < 12; n += 1) saves.push(await bench.save(userId));
    const lost = saves
      .map(({ objectId }) => objectId)
      .sort()
      .slice(4, 9);
    for (const objectId of lost) bench.store.lose(objectId);
    const strays = Array.from({ length: 8 }, stray);
    let [orphans, missing, rounds] = [0, 0, 0];
    for (let finished = false; !finished; rounds += 1) {
      const report = await auditStore(bench.context({ slice: 3 }));
      orphans += report.orphans;
      missing += report.missing;
      ({ finished } = report);
      expect(rounds).toBeLessThan(20);
    }
    expect({ orphans, missing }).toEqual({ orphans: strays.length, missing: lost.length });
    expect(rounds).toBeGreaterThan(4);
    expect(await isMissing()).toEqual(expect.arrayContaining(lost));
    expect(await auditStore(bench.context({ slice: 3 }))).toMatchObject({ orphans: 0, missing: 0, finished: false });
  });

  it('gives up parts that nobody knows of after a day, and those of an upload never', async () => {
    const { objectId } = await bench.announce(userId);
    const own = await bench.store.beginParts(objectId);
    await bench.db
      .updateTable('savegame_uploads')
      .set({ parts_id: own, expires_at: new Date(bench.now + 2 * DAY) })
      .execute();
    await bench.store.beginParts(objectId);
    await bench.store.beginParts(randomUUID());
    bench.now += DAY - 1;
    expect(await bench.sweep()).toMatchObject({ abandoned: 0 });
    bench.now += 1;
    expect(await bench.sweep()).toMatchObject({ abandoned: 2, failures: 0 });
    expect(await bench.store.storedParts({ objectId, partsId: own })).toEqual([]);
    expect(bench.store.unfinished()).toBe(1);
  });
});
