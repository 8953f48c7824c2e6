import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { purgeDeletedSlots } from '../../../../lib/savegames/sweep/purge-deleted-slots.ts';
import { onEachDatabase } from '../../../databases.ts';
import { steppedDatabase } from '../../../stepped-database.ts';
import { DAY, SweepBench } from './sweep-bench.ts';

onEachDatabase('what is kept for a time', (database) => {
  let bench: SweepBench;
  let userId: string;
  beforeEach(() => {
    bench = new SweepBench(database());
    userId = randomUUID();
  });
  afterEach(() => bench.clear());

  const keepOne = () =>
    bench.db
      .insertInto('savegame_sync_settings')
      .values({
        user_id: userId,
        game_id: '00000000-0000-0000-0000-000000000000',
        enabled: true,
        keep_versions: 1,
        on_conflict: 'ask',
        version: 1,
        updated_at: new Date(bench.now),
      })
      .execute();

  it('is settled as expired when it is a conflict that nobody decided, and then goes', async () => {
    await keepOne();
    const side = await bench.save(userId, { side: true, keptUntil: bench.now + DAY });
    const head = await bench.save(userId);
    bench.now += DAY - 1;
    expect(await bench.sweep()).toMatchObject({ slotsTrimmed: 0 });
    expect(await bench.versions(userId)).toHaveLength(2);
    bench.now += 1;
    expect(await bench.sweep()).toMatchObject({ slotsTrimmed: 1, removed: 1, failures: 0 });
    expect(await bench.versions(userId)).toEqual([{ version: head.version, settled_as: null }]);
    expect(bench.store.ids()).toEqual([head.objectId]);
    expect(await bench.store.describe(side.objectId)).toBeNull();
    expect(await bench.account(userId)).toEqual({ stored: 100, reserved: 0 });
  });

  it('stays when it is recent or pinned, no longer as a conflict, and is not looked at again', async () => {
    await keepOne();
    const pinned = await bench.save(userId, { side: true, pinned: true, keptUntil: bench.now + DAY });
    await bench.save(userId);
    const recent = await bench.save(userId, { side: true, keptUntil: bench.now + DAY });
    bench.now += DAY;
    expect(await bench.sweep()).toMatchObject({ slotsTrimmed: 1, removed: 0 });
    expect(await bench.versions(userId)).toEqual([
      { version: pinned.version, settled_as: 'expired' },
      { version: 2, settled_as: null },
      { version: recent.version, settled_as: 'expired' },
    ]);
    expect(await bench.sweep()).toMatchObject({ slotsTrimmed: 0 });
  });
});

onEachDatabase('deleted slots', (database) => {
  let bench: SweepBench;
  let userId: string;
  beforeEach(() => {
    bench = new SweepBench(database());
    userId = randomUUID();
  });
  afterEach(() => bench.clear());

  it('are gone for good when they can no longer be restored: versions, bytes and row', async () => {
    for (const pinned of [true, false, false]) await bench.save(userId, { pinned });
    const other = await bench.save(userId, { slot: 'slot-2' });
    await bench.deleteSlot(userId);
    bench.now += bench.rules.deletedRetentionDays * DAY - 1;
    expect(await bench.sweep()).toMatchObject({ slotsPurged: 0, removed: 0 });
    bench.now += 1;
    expect(await bench.sweep()).toMatchObject({ slotsPurged: 1, removed: 3, failures: 0 });
    expect(bench.store.ids()).toEqual([other.objectId]);
    expect(await bench.versions(userId)).toEqual([{ version: other.version, settled_as: null }]);
    expect(await bench.account(userId)).toEqual({ stored: 100, reserved: 0 });
    const slots = await bench.db.selectFrom('savegame_metadata').select('slot').execute();
    expect(slots).toEqual([{ slot: 'slot-2' }]);
  });

  it('leave what another version still refers to', async () => {
    const save = await bench.save(userId);
    await bench.save(userId, { slot: 'slot-2' });
    await bench.db
      .updateTable('savegame_versions')
      .set({ object_id: save.objectId })
      .where('slot', '=', 'slot-2')
      .execute();
    await bench.deleteSlot(userId);
    bench.now += bench.rules.deletedRetentionDays * DAY;
    await bench.sweep();
    expect(await bench.store.describe(save.objectId)).not.toBeNull();
    const objects = await bench.db.selectFrom('savegame_objects').select('object_id').execute();
    expect(objects.map(({ object_id }) => object_id)).toContain(save.objectId);
  });

  it('keep a conflict that came after their deletion for its own time, and go with it', async () => {
    await bench.save(userId);
    await bench.deleteSlot(userId);
    const late = await bench.save(userId, { side: true, keptUntil: bench.now + 30 * DAY });
    bench.now += 8 * DAY;
    expect(await bench.sweep()).toMatchObject({ slotsPurged: 1, removed: 1 });
    expect(bench.store.ids()).toEqual([late.objectId]);
    expect(await bench.sweep()).toMatchObject({ slotsPurged: 0 });
    bench.now += 30 * DAY;
    expect(await bench.sweep()).toMatchObject({ slotsTrimmed: 1, slotsPurged: 1, removed: 1 });
    expect(bench.store.ids()).toEqual([]);
    expect(await bench.db.selectFrom('savegame_metadata').select('slot').execute()).toEqual([]);
    expect(await bench.account(userId)).toEqual({ stored: 0, reserved: 0 });
  });

  it('that were restored in time stay', async () => {
    const { version } = await bench.save(userId);
    await bench.deleteSlot(userId);
    await bench.db
      .updateTable('savegame_metadata')
      .set({ head_version: version, deleted_version: null, deleted_at: null })
      .execute();
    bench.now += 100 * DAY;
    expect(await bench.sweep()).toMatchObject({ slotsPurged: 0, removed: 0 });
    expect(bench.store.ids()).toHaveLength(1);
  });

  it('that are restored between being found and being locked stay', async () => {
    const { version } = await bench.save(userId);
    await bench.deleteSlot(userId);
    bench.now += bench.rules.deletedRetentionDays * DAY;
    let connects = 0;
    const { db } = steppedDatabase(database(), async (step) => {
      if (step === 'connect' && (connects += 1) === 2) {
        await bench.db
          .updateTable('savegame_metadata')
          .set({ head_version: version, deleted_version: null, deleted_at: null })
          .execute();
      }
      return null;
    });
    expect(await purgeDeletedSlots({ ...bench.context(), db })).toBe(0);
    expect(connects).toBe(2);
    expect(await bench.versions(userId)).toHaveLength(1);
    expect(await bench.garbage()).toEqual([]);
  });
});
