import { beforeEach, expect, it } from '@jest/globals';
import type { PatchVersionBody } from '../../../../lib/contract/savegame-transfers.ts';
import { MAX_PINNED } from '../../../../lib/contract/savegames.ts';
import { rememberErasure } from '../../../../lib/erasure/erased-users.ts';
import { deleteSlot } from '../../../../lib/savegames/delete-slot.ts';
import { deleteVersion } from '../../../../lib/savegames/delete-version.ts';
import { patchVersion } from '../../../../lib/savegames/pin.ts';
import { restoreVersion } from '../../../../lib/savegames/restore.ts';
import { onEachDatabase } from '../../../databases.ts';
import { newContent, Saver, SLOT, type Device } from '../../../saver.ts';

onEachDatabase('a version of a save', (database) => {
  let saver: Saver;
  let device: Device;
  let past: number;
  let head: number;
  beforeEach(async () => {
    saver = await Saver.of(database());
    device = saver.device();
    past = await device.save();
    head = await device.save({ base_version: past, content: newContent(300) });
  });

  const name = () => ({ game_id: saver.gameId, slot: SLOT });
  const patch = (version: number, body: PatchVersionBody) => patchVersion(saver.context(), name(), version, body);
  const remove = (version: number, slot = SLOT) => deleteVersion(saver.context(), { ...name(), slot }, version);
  const revision = async () => (await saver.rows())['user_revisions'];
  const kept = async () => (await saver.versions()).map(({ version }) => version);

  it('can be pinned: it then stays however many come after it, and goes with the next save once it is let go', async () => {
    saver.rules = { ...saver.rules, keepVersions: 1 };
    expect(await patch(head, { pinned: true })).toMatchObject({ version: head, pinned: true, state: 'head' });
    const next = await device.save({ base_version: head });
    expect(await kept()).toEqual([head, next]);
    await patch(head, { pinned: false });
    expect(await kept()).toEqual([head, next]);
    const last = await device.save({ base_version: next });
    expect(await kept()).toEqual([last]);
    await saver.mustAddUp();
  });

  it('can be named, and the name taken away; what it is already changes nothing', async () => {
    expect(await patch(past, { label: 'Before the boss' })).toMatchObject({ label: 'Before the boss', pinned: false });
    const before = await revision();
    expect(await patch(past, { label: 'Before the boss', pinned: false })).toMatchObject({ label: 'Before the boss' });
    expect(await revision()).toEqual(before);
    expect(await patch(past, { label: null })).toMatchObject({ label: null });
    expect(await revision()).not.toEqual(before);
  });

  it('can be pinned in each slot so many times', async () => {
    const [row] = await saver.versions();
    const rows = Array.from({ length: MAX_PINNED }, (_, n) => ({ ...row!, version: 1000 + n, pinned: true }));
    await saver.db.insertInto('savegame_versions').values(rows).execute();
    expect(await saver.mustRefuse('QUOTA_EXCEEDED', () => patch(past, { pinned: true }))).toEqual({
      limit: MAX_PINNED,
    });
    expect(await patch(1000, { pinned: true, label: 'x' })).toMatchObject({ pinned: true });
    await patch(1000, { pinned: false });
    expect(await patch(past, { pinned: true })).toMatchObject({ pinned: true });
  });

  it('can be deleted for good, pinned or not, and its room is free at once', async () => {
    await patch(past, { pinned: true });
    const [row] = await saver.versions();
    await remove(past);
    expect(await saver.account()).toEqual({ stored: 300, reserved: 0 });
    expect((await saver.garbage()).map(({ object_id }) => object_id)).toContain(row?.object_id);
    await saver.mustAddUp();
    await saver.mustRefuse('NOT_FOUND', () => remove(past));
  });

  it('that shares its file with another leaves it there', async () => {
    const body = { ...name(), version: past, head_version: head, device_id: device.deviceId };
    await restoreVersion(saver.context(), body);
    await remove(past);
    expect(await saver.account()).toEqual({ stored: 400, reserved: 0 });
    await saver.mustAddUp();
  });

  it('cannot be deleted while it is what the slot is at, or was at when it was deleted', async () => {
    await saver.mustRefuse('CONFLICT', () => remove(head));
    await deleteSlot(saver.context(), name(), { permanently: false }, null);
    await saver.mustRefuse('CONFLICT', () => remove(head));
    await remove(past);
  });

  it('is one that is there, of a user who is', async () => {
    await saver.mustRefuse('NOT_FOUND', () => remove(99));
    await saver.mustRefuse('NOT_FOUND', () => remove(past, 'slot-9'));
    await saver.mustRefuse('NOT_FOUND', () => patch(99, { pinned: true }));
    const stranger = await Saver.of(database());
    await saver.mustRefuse('NOT_FOUND', () => deleteVersion(stranger.context(), name(), past));
    await saver.mustRefuse('NOT_FOUND', () => patchVersion(stranger.context(), name(), past, { pinned: true }));
    await rememberErasure(saver.db, saver.userId, saver.now);
    await saver.mustRefuse('USER_ERASED', () => remove(past));
    await saver.mustRefuse('USER_ERASED', () => patch(past, { pinned: true }));
  });
});
