import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { expireUploads } from '../../../../lib/savegames/sweep/expire-uploads.ts';
import { onEachDatabase } from '../../../databases.ts';
import { steppedDatabase } from '../../../stepped-database.ts';
import { MINUTE, SweepBench } from './sweep-bench.ts';

onEachDatabase('uploads that nobody confirmed', (database) => {
  let bench: SweepBench;
  beforeEach(() => {
    bench = new SweepBench(database());
  });
  afterEach(() => bench.clear());

  const pastExpiry = (): void => {
    bench.now += bench.rules.uploadTtlSeconds * 1000;
  };
  const pastUrls = (): void => {
    bench.now += bench.rules.urlSeconds * 1000;
  };

  it('are given up at their time and not before, and their room is free', async () => {
    const { userId } = await bench.announce();
    bench.now += bench.rules.uploadTtlSeconds * 1000 - 1;
    expect(await bench.sweep()).toMatchObject({ uploadsExpired: 0, failures: 0 });
    expect(await bench.account(userId)).toEqual({ stored: 0, reserved: 100 });
    bench.now += 1;
    expect(await bench.sweep()).toMatchObject({ uploadsExpired: 1, failures: 0 });
    expect(await bench.account(userId)).toEqual({ stored: 0, reserved: 0 });
  });

  it('leave no bytes: they go when no URL can bring them back', async () => {
    const { objectId, put, content } = await bench.announce();
    bench.store.send(put, content);
    pastExpiry();
    expect(await bench.sweep()).toMatchObject({ uploadsExpired: 1, removed: 0 });
    expect(bench.store.ids()).toEqual([objectId]);
    expect(await bench.garbage()).toEqual([objectId]);
    pastUrls();
    expect(await bench.sweep()).toMatchObject({ removed: 1 });
    expect(bench.store.ids()).toEqual([]);
    expect(await bench.garbage()).toEqual([]);
  });

  it('leave no parts under way', async () => {
    const partsId = await bench.store.beginParts('7d444840-9dc0-11d1-b245-5ffdce74fad2');
    const { objectId } = await bench.announce(undefined, partsId);
    const own = await bench.store.beginParts(objectId);
    await bench.db.updateTable('savegame_uploads').set({ parts_id: own }).execute();
    pastExpiry();
    await bench.sweep();
    pastUrls();
    await bench.sweep();
    expect(bench.failures).toEqual([]);
    // The stranger's is left to the audit.
    expect(bench.store.unfinished()).toBe(1);
  });

  it('are left alone when they were asked for again between being found and being locked', async () => {
    const { userId } = await bench.announce();
    pastExpiry();
    const { db } = steppedDatabase(database(), async (step) => {
      if (step === 'connect' && (connects += 1) === 2) {
        await bench.db
          .updateTable('savegame_uploads')
          .set({ expires_at: new Date(bench.now + MINUTE) })
          .execute();
      }
      return null;
    });
    let connects = 0;
    expect(await expireUploads({ ...bench.context(), db })).toBe(0);
    expect(connects).toBe(2);
    expect(await bench.account(userId)).toEqual({ stored: 0, reserved: 100 });
    expect(await bench.garbage()).toEqual([]);
  });

  it('are given up in batches, of all users', async () => {
    for (let n = 0; n < 7; n += 1) await bench.announce();
    pastExpiry();
    expect(await bench.sweep({ batch: 3 })).toMatchObject({ uploadsExpired: 7 });
  });

  it('are given up once by two sweepers at once', async () => {
    const uploads = [];
    for (let n = 0; n < 5; n += 1) uploads.push(await bench.announce());
    pastExpiry();
    const reports = await Promise.all([bench.sweep(), bench.sweep()]);
    expect(reports[0].uploadsExpired + reports[1].uploadsExpired).toBe(5);
    expect(bench.failures).toEqual([]);
    for (const { userId } of uploads) expect(await bench.account(userId)).toEqual({ stored: 0, reserved: 0 });
  });

  it('of other users are given up when those of one cannot be', async () => {
    const [stuck, other] = [await bench.announce(), await bench.announce()];
    // A sum that the rows do not bear out: releasing it would make it negative.
    await bench.db
      .updateTable('savegame_accounts')
      .set({ reserved_bytes: 1 })
      .where('user_id', '=', stuck.userId)
      .execute();
    pastExpiry();
    expect(await bench.sweep()).toMatchObject({ uploadsExpired: 1, failures: 1 });
    expect(await bench.account(other.userId)).toEqual({ stored: 0, reserved: 0 });
    expect(bench.failures).toEqual([expect.stringContaining('uploads: ')]);
  });
});
