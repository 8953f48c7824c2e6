import { beforeEach, expect, it } from '@jest/globals';
import { rememberErasure } from '../../../../lib/erasure/erased-users.ts';
import type { IfMatch } from '../../../../lib/precondition.ts';
import { deleteSlot } from '../../../../lib/savegames/delete-slot.ts';
import { downloadUrl } from '../../../../lib/savegames/download.ts';
import { listSlots } from '../../../../lib/savegames/list-slots.ts';
import { resolveConflict } from '../../../../lib/savegames/resolve.ts';
import { onEachDatabase } from '../../../databases.ts';
import { newContent, refusalOf, Saver, SLOT, type Device } from '../../../saver.ts';

onEachDatabase('deleting a slot', (database) => {
  let saver: Saver;
  let device: Device;
  let head: number;
  beforeEach(async () => {
    saver = await Saver.of(database());
    device = saver.device();
    head = await device.save({ base_version: await device.save(), content: newContent(300) });
    saver.now += 1000;
  });

  const remove = (permanently: boolean, ifMatch: IfMatch = null, slot = SLOT) =>
    deleteSlot(saver.context(), { game_id: saver.gameId.toUpperCase(), slot }, { permanently }, ifMatch);
  const list = async (deleted: boolean) => (await listSlots(saver.context(), { deleted, limit: 50 })).items;
  const download = (version?: number) =>
    downloadUrl(saver.context(), {
      game_id: saver.gameId,
      slot: SLOT,
      ...(version === undefined ? {} : { version }),
    });

  it('sets it aside for seven days: its saves still count, and can be downloaded', async () => {
    const before = await saver.account();
    await remove(false, head);
    expect(await list(false)).toEqual([]);
    expect(await list(true)).toMatchObject([
      {
        slot: SLOT,
        head: null,
        versions: 2,
        stored_bytes: 400,
        deleted_at: new Date(saver.now).toISOString(),
        recoverable_until: new Date(saver.now + 7 * 86_400_000).toISOString(),
      },
    ]);
    expect(await saver.account()).toEqual(before);
    expect((await download(head)).version).toMatchObject({ version: head, state: 'past' });
    await saver.mustRefuse('NOT_FOUND', () => download());
    expect((await saver.events()).at(-1)).toEqual([
      'library.savegame.synchronized',
      {
        user_id: saver.userId,
        game_id: saver.gameId,
        slot: SLOT,
        device_id: null,
        change: 'deleted',
        version: null,
        size_bytes: null,
      },
    ]);
  });

  it('for good takes versions, files and the slot at once, also of one that was deleted before', async () => {
    const objects = (await saver.versions()).map(({ object_id }) => object_id);
    await remove(false);
    const events = (await saver.events()).length;
    await saver.mustRefuse('NOT_FOUND', () => remove(false));
    await remove(true, head);
    expect(await saver.account()).toEqual({ stored: 0, reserved: 0 });
    expect(await saver.versions()).toEqual([]);
    expect(await list(true)).toEqual([]);
    const garbage = (await saver.garbage()).map(({ object_id }) => object_id);
    expect(garbage).toEqual(expect.arrayContaining(objects));
    expect(await saver.events()).toHaveLength(events);
    await saver.mustRefuse('NOT_FOUND', () => remove(true));
  });

  it('for good of a slot that was there tells of it', async () => {
    await remove(true);
    expect((await saver.events()).at(-1)?.[1]).toMatchObject({ change: 'deleted', version: null });
  });

  it('for good leaves files that another slot shares', async () => {
    const content = newContent(50);
    const side = await saver.device().save({ as: 'side', content });
    const decision = { keep: 'both', side_version: side, head_version: head, device_id: device.deviceId } as const;
    const caller = { userId: saver.userId, roles: ['user'] as const };
    const body = { game_id: saver.gameId, slot: SLOT, ...decision };
    await resolveConflict({ ...saver.context(), caller }, body);
    await remove(true);
    expect(await saver.account()).toEqual({ stored: 50, reserved: 0 });
    await saver.mustAddUp();
    const { get } = await downloadUrl(saver.context(), { game_id: saver.gameId, slot: 'slot-1-2' });
    expect(saver.store.send({ ...get, expiresAt: Date.parse(get.expires_at) }).content?.bytes).toEqual(content.bytes);
  });

  it('may name the head that is meant', async () => {
    expect(await saver.mustRefuse('PRECONDITION_FAILED', () => remove(false, head - 1))).toEqual({ version: head });
    await saver.mustRefuse('PRECONDITION_FAILED', () => remove(true, head - 1));
    await remove(false, '*');
    await saver.mustRefuse('PRECONDITION_FAILED', () => remove(true, head - 1));
    await remove(true, head);
  });

  it('leaves uploads that are under way: what they bring is kept beside the deletion', async () => {
    for (const permanently of [false, true]) {
      const upload = await device.upload({ base_version: await saver.head() });
      await remove(permanently);
      expect((await refusalOf(device.confirm(upload)))?.type).toBe('SAVEGAME_CONFLICT');
      const [slot] = await list(true);
      expect(slot).toMatchObject({ head: null, conflicts: [{ state: 'conflict' }] });
      await saver.mustAddUp();
      await device.save();
    }
  });

  it('of an erased user, and of what is not there, is refused', async () => {
    await saver.mustRefuse('NOT_FOUND', () => remove(false, null, 'slot-9'));
    await rememberErasure(saver.db, saver.userId, saver.now);
    await saver.mustRefuse('USER_ERASED', () => remove(false));
    await saver.mustRefuse('USER_ERASED', () => remove(true));
  });
});
