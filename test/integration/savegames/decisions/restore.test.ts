import { beforeEach, expect, it } from '@jest/globals';
import type { RestoreBody } from '../../../../lib/contract/savegame-transfers.ts';
import { rememberErasure } from '../../../../lib/erasure/erased-users.ts';
import { DAY_MS } from '../../../../lib/playtime/days.ts';
import { deleteSlot } from '../../../../lib/savegames/delete-slot.ts';
import { restoreVersion } from '../../../../lib/savegames/restore.ts';
import { onEachDatabase } from '../../../databases.ts';
import { newContent, Saver, SLOT, type Device } from '../../../saver.ts';

onEachDatabase('restoring a save', (database) => {
  let saver: Saver;
  let device: Device;
  let old: number;
  let head: number;
  const content = newContent(300);
  beforeEach(async () => {
    saver = await Saver.of(database());
    device = saver.device();
    old = await device.save({ content, label: 'Old' });
    head = await device.save({ base_version: old });
    saver.now += 1000;
  });

  const restore = (more: Partial<RestoreBody> = {}) =>
    restoreVersion(saver.context(), {
      game_id: saver.gameId,
      slot: SLOT,
      version: old,
      head_version: head,
      device_id: device.deviceId,
      ...more,
    });
  const restoreDeleted = (more: Partial<RestoreBody> = {}) =>
    restoreVersion(saver.context(), {
      game_id: saver.gameId,
      slot: SLOT,
      head_version: null,
      device_id: device.deviceId,
      ...more,
    });
  const remove = () => deleteSlot(saver.context(), { game_id: saver.gameId, slot: SLOT }, { permanently: false }, null);

  it('makes it the head again, as a new version that shares the file; what was head stays', async () => {
    const { stored } = await saver.account();
    const slot = await restore();
    expect(slot).toMatchObject({ versions: 3, stored_bytes: stored, deleted_at: null });
    expect(slot.head).toMatchObject({
      version: head + 1,
      base_version: head,
      origin: 'restore',
      source_version: old,
      label: 'Old',
      sha256: content.sha256,
      state: 'head',
    });
    expect(await saver.account()).toEqual({ stored, reserved: 0 });
    await saver.mustAddUp();
    expect((await saver.events()).at(-1)).toEqual([
      'library.savegame.synchronized',
      {
        user_id: saver.userId,
        game_id: saver.gameId,
        slot: SLOT,
        device_id: device.deviceId,
        change: 'restored',
        version: head + 1,
        size_bytes: 300,
      },
    ]);
    // The line goes on from there.
    expect(await device.save({ base_version: head + 1 })).toBe(head + 2);
  });

  it('of what is head already changes nothing, and so does restoring twice', async () => {
    const events = (await saver.events()).length;
    expect((await restore({ version: head })).head?.version).toBe(head);
    expect(await saver.events()).toHaveLength(events);
    const first = await restore();
    expect(await restore()).toEqual(first);
    expect(await saver.events()).toHaveLength(events + 1);
  });

  it('is about the head that was seen', async () => {
    const moved = await device.save({ base_version: head });
    expect(await saver.mustRefuse('SAVEGAME_CONFLICT', () => restore())).toMatchObject({
      reason: 'head_moved',
      base_version: head,
      local: null,
      cloud: { version: moved },
    });
    expect(await restore({ head_version: moved })).toMatchObject({ head: { base_version: moved } });
  });

  it('names a kept version, unless the slot is deleted', async () => {
    await saver.mustRefuse('NOT_FOUND', () => restore({ version: 99 }));
    await saver.mustRefuse('NOT_FOUND', () => restore({ slot: 'slot-9' }));
    const data = await saver.mustRefuse('VALIDATION_ERROR', () => restoreDeleted({ head_version: head }));
    expect(data).toMatchObject({ errors: [{ field: 'version' }] });
  });

  it('brings a deleted slot back as it was, with everything that was in it', async () => {
    saver.rules = { ...saver.rules, keepVersions: 1 };
    await remove();
    await saver.mustRefuse('SAVEGAME_CONFLICT', () => restoreDeleted({ head_version: head }));
    const slot = await restoreDeleted();
    expect(slot).toMatchObject({ deleted_at: null, recoverable_until: null, versions: 3 });
    expect(slot.head).toMatchObject({ version: head + 1, base_version: null, source_version: head });
    const until = new Date(saver.now + 7 * DAY_MS);
    expect((await saver.versions()).map(({ kept_until }) => kept_until)).toEqual([until, until, until]);
    await saver.mustAddUp();
    expect((await saver.events()).at(-1)?.[1]).toMatchObject({ change: 'restored', version: head + 1 });
  });

  it('of a deleted slot may choose another version', async () => {
    await remove();
    expect((await restoreDeleted({ version: old })).head).toMatchObject({ source_version: old, base_version: null });
  });

  it('of a slot that lost its only save to a deletion is told to name it', async () => {
    await deleteSlot(saver.context(), { game_id: saver.gameId, slot: SLOT }, { permanently: true }, null);
    const side = await saver.device().save({ as: 'side' });
    await saver.mustRefuse('NOT_FOUND', () => restoreDeleted());
    expect(await restoreDeleted({ version: side })).toMatchObject({ head: { source_version: side }, conflicts: [] });
  });

  it('decides the conflict of the side version that it brings back; the old head is kept as the loser', async () => {
    saver.rules = { ...saver.rules, keepVersions: 1 };
    const side = await saver.device().save({ as: 'side', base_version: old });
    expect(await restore({ version: side })).toMatchObject({ conflicts: [], head: { source_version: side } });
    const rows = await saver.versions();
    expect(rows.find(({ version }) => version === side)).toMatchObject({ settled_as: 'local' });
    const until = new Date(saver.now + 30 * DAY_MS);
    expect(rows.find(({ version }) => version === head)).toMatchObject({ kept_until: until });
  });

  it('of a file that is lost is refused', async () => {
    const at = new Date(saver.now);
    const [{ object_id } = { object_id: '' }] = await saver.versions();
    await saver.db
      .updateTable('savegame_objects')
      .set({ missing_since: at })
      .where('object_id', '=', object_id)
      .execute();
    await saver.mustRefuse('SAVEGAME_LOST', () => restore());
  });

  it('of an erased user is refused', async () => {
    await rememberErasure(saver.db, saver.userId, saver.now);
    await saver.mustRefuse('USER_ERASED', () => restore());
  });
});
