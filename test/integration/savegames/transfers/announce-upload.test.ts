import { randomUUID } from 'node:crypto';
import { beforeEach, expect, it } from '@jest/globals';
import { MAX_OPEN_CONFLICTS, MAX_SLOTS } from '../../../../lib/contract/savegames.ts';
import { rememberErasure } from '../../../../lib/erasure/erased-users.ts';
import { onEachDatabase } from '../../../databases.ts';
import { newContent, Saver, signed, SLOT, type Device } from '../../../saver.ts';

onEachDatabase('the announcement of a save', (database) => {
  let saver: Saver;
  let device: Device;
  beforeEach(async () => {
    saver = await Saver.of(database());
    device = saver.device();
  });

  it('reserves its room, and signs a PUT that takes these bytes only', async () => {
    const content = newContent(100);
    const reply = await device.announce({ content, label: 'Before the boss', client_saved_at: '2026-03-15T11:59:00Z' });
    expect(reply).toMatchObject({ unchanged: false, head: null, upload: { as: 'head', parts: null } });
    expect(reply.other_devices).toEqual({ uploads: [], live_sessions: [] });
    expect(await saver.account()).toEqual({ stored: 0, reserved: 100 });
    const put = signed(reply.upload!.put);
    expect(put.expiresAt).toBe(saver.now + saver.rules.urlSeconds * 1000);
    expect(saver.store.send(put, newContent(100)).status).toBe(400);
    expect(saver.store.send(put, content).status).toBe(200);
    await saver.mustAddUp();
    expect(await saver.events()).toEqual([]);
  });

  it('tells of uploads of other devices that are not finished', async () => {
    await device.announce();
    const other = saver.device();
    expect((await other.announce({ slot: 'slot-2' })).other_devices.uploads).toMatchObject([
      { device_id: device.deviceId, slot: SLOT, size_bytes: 100 },
    ]);
  });

  it('takes ids in upper case for the same', async () => {
    const content = newContent();
    const upper = {
      content,
      game_id: saver.gameId.toUpperCase(),
      device_id: device.deviceId.toUpperCase(),
    };
    const first = await device.announce({ content });
    const again = await device.announce(upper);
    expect(again.upload!.upload_id).toBe(first.upload!.upload_id);
    expect((await device.confirm(await device.upload(upper).then((id) => id.toUpperCase()))).version.version).toBe(1);
  });

  it('is checked by itself first', async () => {
    saver.rules = { ...saver.rules, maxSaveBytes: 99 };
    const data = await saver.mustRefuse('VALIDATION_ERROR', () => device.announce({ content: newContent(100) }));
    expect(data).toMatchObject({ errors: [{ field: 'size_bytes' }] });
    const parts = await saver.mustRefuse('VALIDATION_ERROR', () =>
      device.announce({ content: newContent(99), part_sha256: ['00'.repeat(32)] }),
    );
    expect(parts).toMatchObject({ errors: [{ field: 'part_sha256' }] });
  });

  it('needs the game in the library, also when it was there once', async () => {
    await saver.mustRefuse('GAME_NOT_IN_LIBRARY', () => device.announce({ game_id: randomUUID() }));
    await saver.db
      .updateTable('user_libraries')
      .set({ revoked_at: new Date(saver.now) })
      .where('user_id', '=', saver.userId)
      .execute();
    await saver.mustRefuse('GAME_NOT_IN_LIBRARY', () => device.announce());
  });

  it("is refused while saves are switched off: for all games, unless the game's own setting says otherwise", async () => {
    const settings = (game_id: string, enabled: boolean) =>
      saver.db
        .insertInto('savegame_sync_settings')
        .values({
          user_id: saver.userId,
          game_id,
          enabled,
          keep_versions: 5,
          on_conflict: 'ask',
          version: 1,
          updated_at: new Date(saver.now),
        })
        .execute();
    await settings('00000000-0000-0000-0000-000000000000', false);
    await saver.mustRefuse('SAVEGAME_SYNC_OFF', () => device.announce());
    await settings(saver.gameId, true);
    expect((await device.announce()).upload).not.toBeNull();
  });

  it('is refused of an erased user', async () => {
    await rememberErasure(saver.db, saver.userId, saver.now);
    await saver.mustRefuse('USER_ERASED', () => device.announce());
  });

  it('needs no upload of what the head is already, whatever base it names', async () => {
    const content = newContent();
    await device.save({ content });
    for (const base_version of [null, 1, 999]) {
      for (const as of ['head', 'side'] as const) {
        const before = await saver.rows();
        const reply = await saver.device().announce({ content, base_version, as });
        expect(reply).toMatchObject({ unchanged: true, upload: null, head: { version: 1, state: 'head' } });
        expect(await saver.rows()).toEqual(before);
      }
    }
  });

  it('takes back what the device was about to upload, when it is at what the head is', async () => {
    const content = newContent();
    await device.save({ content });
    const { upload } = await device.announce({ base_version: 1 });
    expect(await device.announce({ content, base_version: 1 })).toMatchObject({ unchanged: true });
    expect(await saver.account()).toEqual({ stored: 100, reserved: 0 });
    expect((await saver.garbage()).map(({ object_id }) => object_id)).toContain(upload!.upload_id);
    await saver.mustRefuse('NOT_FOUND', () => device.confirm(upload!.upload_id));
  });

  it('uploads what the head is again when the store lost it', async () => {
    const content = newContent();
    await device.save({ content });
    await saver.db
      .updateTable('savegame_objects')
      .set({ missing_since: new Date(saver.now) })
      .where('user_id', '=', saver.userId)
      .execute();
    await saver.db
      .updateTable('savegame_accounts')
      .set({ stored_bytes: 0 })
      .where('user_id', '=', saver.userId)
      .execute();
    expect(await device.save({ content, base_version: 1 })).toBe(2);
    await saver.mustAddUp();
  });

  it('is refused when the head is another than its base, with both saves and the choices', async () => {
    await device.save();
    await device.save({ base_version: 1, label: 'Second' });
    const content = newContent();
    const other = saver.device();
    const data = await saver.mustRefuse('SAVEGAME_CONFLICT', () =>
      other.announce({ content, base_version: 1, label: 'Mine', client_saved_at: '2026-03-15T11:59:00Z' }),
    );
    expect(data).toEqual({
      reason: 'head_moved',
      game_id: saver.gameId,
      slot: SLOT,
      cloud: expect.objectContaining({ version: 2, base_version: 1, label: 'Second', state: 'head', available: true }),
      local: {
        version: null,
        size_bytes: 100,
        sha256: content.sha256,
        device_id: other.deviceId,
        base_version: 1,
        label: 'Mine',
        client_saved_at: '2026-03-15T11:59:00.000Z',
      },
      base_version: 1,
      choices: ['local', 'cloud', 'both'],
    });
  });

  it('takes a missing base for a base like any other', async () => {
    await device.save();
    const data = await saver.mustRefuse('SAVEGAME_CONFLICT', () => saver.device().announce());
    expect(data).toMatchObject({ reason: 'no_baseline', cloud: { version: 1 }, base_version: null });
  });

  it('is refused with a base where there is nothing, or nothing any more', async () => {
    const never = await saver.mustRefuse('SAVEGAME_CONFLICT', () => device.announce({ base_version: 7 }));
    expect(never).toMatchObject({ reason: 'deleted', cloud: null, choices: ['local', 'cloud'] });
    await device.save();
    await deleteSlot();
    const deleted = await saver.mustRefuse('SAVEGAME_CONFLICT', () => device.announce({ base_version: 1 }));
    expect(deleted).toMatchObject({ reason: 'deleted', cloud: null, base_version: 1 });
    expect((await device.announce()).upload).not.toBeNull();
  });

  it('says which side version the refused save is kept as already', async () => {
    await device.save();
    const [other, content] = [saver.device(), newContent()];
    await other.save({ content, as: 'side' });
    const data = await saver.mustRefuse('SAVEGAME_CONFLICT', () => other.announce({ content }));
    expect(data).toMatchObject({ local: { version: 2 } });
  });

  it('never exceeds the quota, not by one byte', async () => {
    saver.rules = { ...saver.rules, quotaBytes: 300 };
    await device.save({ content: newContent(100) });
    await device.announce({ content: newContent(100), slot: 'slot-2' });
    const data = await saver.mustRefuse('QUOTA_EXCEEDED', () =>
      device.announce({ content: newContent(101), slot: 'slot-3' }),
    );
    expect(data).toMatchObject({ limit: 300, stored_bytes: 100, reserved_bytes: 100 });
    await device.announce({ content: newContent(100), slot: 'slot-3' });
    expect(await saver.account()).toEqual({ stored: 100, reserved: 200 });
  });

  it('gets the room that expired uploads of the user hold', async () => {
    saver.rules = { ...saver.rules, quotaBytes: 150 };
    const { upload } = await saver.device().announce({ content: newContent(100) });
    await saver.mustRefuse('QUOTA_EXCEEDED', () => device.announce({ content: newContent(100) }));
    saver.now += saver.rules.uploadTtlSeconds * 1000;
    await saver.mustRefuse('QUOTA_EXCEEDED', () => device.announce({ content: newContent(151) }));
    await device.announce({ content: newContent(100) });
    expect(await saver.account()).toEqual({ stored: 0, reserved: 100 });
    expect(await saver.garbage()).toContainEqual(
      expect.objectContaining({
        object_id: upload!.upload_id,
        due_at: new Date(saver.now + saver.rules.urlSeconds * 1000),
      }),
    );
    await saver.mustAddUp();
  });

  it('goes on under a quota that was lowered, as long as it takes no more than before', async () => {
    const content = newContent(100);
    const first = await device.announce({ content });
    saver.rules = { ...saver.rules, quotaBytes: 50 };
    expect((await device.announce({ content })).upload!.upload_id).toBe(first.upload!.upload_id);
    await device.announce({ content: newContent(99) });
    await saver.mustRefuse('QUOTA_EXCEEDED', () => device.announce({ content: newContent(100) }));
    await saver.mustAddUp();
  });

  it('goes on with the same upload when it is the same announcement, with fresh URLs and more time', async () => {
    const content = newContent();
    const first = await device.announce({ content, label: 'one' });
    saver.now += 1000;
    const again = await device.announce({ content, label: 'two' });
    expect(again.upload!.upload_id).toBe(first.upload!.upload_id);
    expect(again.upload!.put!.url).not.toBe(first.upload!.put!.url);
    expect(Date.parse(again.upload!.expires_at)).toBe(Date.parse(first.upload!.expires_at) + 1000);
    expect(await saver.account()).toEqual({ stored: 0, reserved: 100 });
    expect(await saver.garbage()).not.toContainEqual(expect.objectContaining({ object_id: first.upload!.upload_id }));
    expect((await device.confirm(await device.upload({ content, label: 'two' }))).version.label).toBe('two');
  });

  it('goes on with an upload that expired and was not swept yet', async () => {
    const content = newContent();
    const id = await device.upload({ content });
    saver.now += saver.rules.uploadTtlSeconds * 1000;
    await saver.mustRefuse('SAVEGAME_UPLOAD_EXPIRED', () => device.confirm(id));
    expect((await device.announce({ content })).upload!.upload_id).toBe(id);
    expect((await device.confirm(id)).version.version).toBe(1);
  });

  it('takes the place of another one of the same device and slot, whose bytes are collected late enough', async () => {
    const first = await device.announce({ content: newContent(100) });
    const [{ content }, before] = [{ content: newContent(70) }, first.upload!.upload_id];
    const second = await device.announce({ content });
    expect(second.upload!.upload_id).not.toBe(before);
    expect(await saver.account()).toEqual({ stored: 0, reserved: 70 });
    expect(await saver.garbage()).toContainEqual(
      expect.objectContaining({
        object_id: before,
        every_version: false,
        due_at: new Date(saver.now + saver.rules.urlSeconds * 1000),
      }),
    );
    await saver.mustRefuse('NOT_FOUND', () => device.confirm(before));
    const other = await saver.device().announce();
    expect(other.upload!.upload_id).not.toBe(second.upload!.upload_id);
    for (const more of [{ base_version: null, as: 'side' as const }]) {
      expect((await device.announce({ content, ...more })).upload!.upload_id).not.toBe(second.upload!.upload_id);
    }
    await saver.mustAddUp();
  });

  it('signs no URL that outlives its upload', async () => {
    saver.rules = { ...saver.rules, urlSeconds: 900, uploadTtlSeconds: 60 };
    const { upload } = await device.announce();
    expect(upload!.put!.expires_at).toBe(upload!.expires_at);
  });

  it('needs no upload of what the device keeps as an open side version already', async () => {
    await device.save();
    const [other, content] = [saver.device(), newContent()];
    await other.save({ content, as: 'side' });
    const before = await saver.rows();
    expect(await other.announce({ content, as: 'side' })).toMatchObject({ unchanged: true, upload: null });
    expect(await saver.rows()).toEqual(before);
    expect((await saver.device().announce({ content, as: 'side' })).upload).not.toBeNull();
  });

  it('is refused for a slot too many, announced ones counted', async () => {
    const at = new Date(saver.now);
    await saver.db
      .insertInto('savegame_metadata')
      .values(
        Array.from({ length: MAX_SLOTS - 1 }, (_, n) => ({
          user_id: saver.userId,
          game_id: saver.gameId,
          slot: `s${n}`,
          head_version: 1,
          updated_at: at,
        })),
      )
      .execute();
    await device.announce({ slot: 'last' });
    const data = await saver.mustRefuse('QUOTA_EXCEEDED', () => device.announce({ slot: 'one-too-many' }));
    expect(data).toMatchObject({ limit: MAX_SLOTS });
    await saver.device().announce({ slot: 'last' });
    saver.now += saver.rules.uploadTtlSeconds * 1000;
    expect((await device.announce({ slot: 'one-too-many' })).upload).not.toBeNull();
  });

  it('is refused beside as many open conflicts as a slot may have, but to a device that has one of them', async () => {
    await device.save();
    const devices = Array.from({ length: MAX_OPEN_CONFLICTS }, () => saver.device());
    for (const other of devices) await other.save({ content: newContent(), as: 'side' });
    const data = await saver.mustRefuse('QUOTA_EXCEEDED', () => saver.device().announce({ as: 'side' }));
    expect(data).toEqual({ limit: MAX_OPEN_CONFLICTS });
    expect((await devices[0]!.announce({ content: newContent(), as: 'side' })).upload).not.toBeNull();
  });

  it('says that the store is away, and goes on with the same upload when it is back', async () => {
    const content = newContent();
    saver.store.faults = () => 'not done';
    await expect(device.announce({ content })).rejects.toMatchObject({ type: 'UNAVAILABLE' });
    saver.store.faults = () => null;
    expect(await saver.account()).toEqual({ stored: 0, reserved: 100 });
    await device.save({ content });
    expect(await saver.account()).toEqual({ stored: 100, reserved: 0 });
  });

  async function deleteSlot(): Promise<void> {
    const at = new Date(saver.now);
    await saver.db
      .updateTable('savegame_metadata')
      .set((eb) => ({ head_version: null, deleted_version: eb.ref('head_version'), deleted_at: at }))
      .where('user_id', '=', saver.userId)
      .execute();
  }
});
