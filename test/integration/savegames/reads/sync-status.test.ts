import { beforeEach, expect, it } from '@jest/globals';
import { EngineUnavailable } from '../../../../actors/engine.ts';
import type { SyncStatusQuery } from '../../../../lib/contract/savegames.ts';
import type { UserActor } from '../../../../lib/playtime/user-actor.ts';
import { deleteSlot } from '../../../../lib/savegames/delete-slot.ts';
import { syncStatus } from '../../../../lib/savegames/sync-status.ts';
import { putSyncSettings } from '../../../../lib/savegames/sync-settings.ts';
import { onEachDatabase } from '../../../databases.ts';
import { GAME, newPlayer, OTHER_GAME } from '../../../player.ts';
import { id } from '../../../playtime-rows.ts';
import { newContent, Saver, SLOT, type Device } from '../../../saver.ts';

onEachDatabase('where the saves of a game stand', (database) => {
  let saver: Saver;
  let device: Device;
  beforeEach(async () => {
    saver = await Saver.of(database());
    device = saver.device();
  });

  const status = (query: Partial<SyncStatusQuery> = {}, actor: Pick<UserActor, 'held'> = saver.context().actor) =>
    syncStatus({ ...saver.context(), actor }, { game_id: saver.gameId, ...query });

  it('is synchronised when there is nothing to do, and tells what each slot is at', async () => {
    expect(await status()).toEqual({
      game_id: saver.gameId,
      status: 'synchronized',
      slots: [],
      other_devices: { uploads: [], live_sessions: [] },
    });
    const content = newContent();
    await device.save({ content });
    await device.save({ slot: 'a' });
    expect(await status({ game_id: saver.gameId.toUpperCase() })).toMatchObject({
      game_id: saver.gameId,
      status: 'synchronized',
      slots: [
        { slot: 'a', head_version: 2, conflicts: 0 },
        { slot: SLOT, head_version: 1, sha256: content.sha256, conflicts: 0 },
      ],
    });
  });

  it('is the worst of what holds: an upload, a conflict, switched off', async () => {
    const other = saver.device();
    const base = await device.save();
    const upload = await device.upload({ base_version: base });
    expect(await status()).toMatchObject({ status: 'uploading', other_devices: { uploads: [{ slot: SLOT }] } });
    const own = await status({ device_id: device.deviceId.toUpperCase() });
    expect(own).toMatchObject({ status: 'uploading', other_devices: { uploads: [] } });
    await other.save({ as: 'side', base_version: null });
    expect(await status()).toMatchObject({ status: 'conflict', slots: [{ slot: SLOT, conflicts: 1 }] });
    await putSyncSettings(
      saver.context(),
      saver.gameId,
      { enabled: false, keep_versions: 1, on_conflict: 'ask' },
      null,
    );
    expect((await status()).status).toBe('off');
    await device.confirm(upload);
  });

  it('leaves out uploads that nobody confirmed in time', async () => {
    await device.upload();
    saver.now += saver.rules.uploadTtlSeconds * 1000;
    expect(await status()).toMatchObject({ status: 'synchronized', other_devices: { uploads: [] } });
  });

  it('shows a deleted slot only while a save waits beside the deletion', async () => {
    await device.save();
    await saver.device().save({ as: 'side' });
    await device.save({ slot: 'gone' });
    for (const slot of [SLOT, 'gone']) {
      await deleteSlot(saver.context(), { game_id: saver.gameId, slot }, { permanently: false }, null);
    }
    expect(await status()).toMatchObject({
      status: 'conflict',
      slots: [{ slot: SLOT, head_version: null, sha256: null, conflicts: 1 }],
    });
  });

  it('tells which other devices are playing the game right now', async () => {
    const player = await newPlayer(database());
    const [here, there] = [id(1, 'device'), id(2, 'device')];
    await player.start(GAME, there);
    await player.start(OTHER_GAME, here);
    const context = { ...saver.context(), ...player.context };
    const of = async (query: SyncStatusQuery) => (await syncStatus(context, query)).other_devices.live_sessions;
    expect(await of({ game_id: GAME, device_id: here })).toEqual([
      { device_id: there, started_at: new Date(player.engine.now).toISOString() },
    ]);
    expect(await of({ game_id: GAME.toUpperCase(), device_id: there.toUpperCase() })).toEqual([]);
    const session = await player.start(GAME, there);
    await player.end(session);
    expect(await of({ game_id: GAME })).toEqual([]);
  });

  it('is told also while the engine does not answer, but not who is playing', async () => {
    await device.save();
    const away = { held: () => Promise.reject(new EngineUnavailable('no owner', 700)) };
    expect(await status({}, away)).toMatchObject({ status: 'synchronized', other_devices: { live_sessions: null } });
    const broken = { held: () => Promise.reject(new TypeError('a mistake of ours')) };
    await expect(status({}, broken)).rejects.toThrow('a mistake of ours');
  });
});
