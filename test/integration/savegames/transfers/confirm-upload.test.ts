import { randomUUID } from 'node:crypto';
import { beforeEach, expect, it } from '@jest/globals';
import { rememberErasure } from '../../../../lib/erasure/erased-users.ts';
import { cancelUpload } from '../../../../lib/savegames/cancel-upload.ts';
import { deleteSlot } from '../../../../lib/savegames/delete-slot.ts';
import { onEachDatabase } from '../../../databases.ts';
import { contentOf } from '../../../memory-save-store.ts';
import { newContent, refusalOf, Saver, signed, SLOT, type Device } from '../../../saver.ts';

const DAY = 86_400_000;

onEachDatabase('the confirmation of an upload', (database) => {
  let saver: Saver;
  let device: Device;
  beforeEach(async () => {
    saver = await Saver.of(database());
    device = saver.device();
  });

  const removeSlot = (permanently: boolean) =>
    deleteSlot(saver.context(), { game_id: saver.gameId, slot: SLOT }, { permanently }, null);

  it('makes it the head, moves what was reserved to what is stored, and tells of it', async () => {
    const content = newContent();
    const id = await device.upload({ content, label: 'One', client_saved_at: '2026-03-15T11:59:00Z' });
    const { version, head, ...of } = await device.confirm(id);
    expect(of).toEqual({ game_id: saver.gameId, slot: SLOT });
    expect(head).toEqual(version);
    expect(version).toEqual({
      version: 1,
      size_bytes: 100,
      sha256: content.sha256,
      device_id: device.deviceId,
      base_version: null,
      origin: 'upload',
      source_version: null,
      state: 'head',
      settled_as: null,
      pinned: false,
      label: 'One',
      available: true,
      client_saved_at: '2026-03-15T11:59:00.000Z',
      created_at: new Date(saver.now).toISOString(),
      kept_until: null,
    });
    expect(await saver.account()).toEqual({ stored: 100, reserved: 0 });
    await saver.mustAddUp();
    expect(await saver.events()).toEqual([
      [
        'library.savegame.synchronized',
        {
          user_id: saver.userId,
          game_id: saver.gameId,
          slot: SLOT,
          device_id: device.deviceId,
          change: 'uploaded',
          version: 1,
          size_bytes: 100,
        },
      ],
    ]);
  });

  it('numbers versions over all slots of the user', async () => {
    expect(await device.save()).toBe(1);
    expect(await device.save({ slot: 'slot-2' })).toBe(2);
    expect(await device.save({ base_version: 1 })).toBe(3);
    expect((await saver.versions()).map(({ version, base_version }) => [version, base_version])).toEqual([
      [1, null],
      [3, 1],
    ]);
  });

  it('is told what it became when it is repeated, also when another save is the head by now', async () => {
    const id = await device.upload();
    await device.confirm(id);
    const first = await saver.mustRefuse('SAVEGAME_ALREADY_CONFIRMED', () => device.confirm(id));
    expect(first).toMatchObject({ game_id: saver.gameId, slot: SLOT, version: { version: 1 }, head: { version: 1 } });
    await device.save({ base_version: 1 });
    const later = await saver.mustRefuse('SAVEGAME_ALREADY_CONFIRMED', () => device.confirm(id));
    expect(later).toMatchObject({ version: { version: 1, state: 'past' }, head: { version: 2 } });
    await removeSlot(false);
    const deleted = await saver.mustRefuse('SAVEGAME_ALREADY_CONFIRMED', () => device.confirm(id));
    expect(deleted).toMatchObject({ version: { version: 1, state: 'past' }, head: null });
  });

  it("knows no uploads of others, nor of nobody's", async () => {
    const id = await device.upload();
    const stranger = await Saver.of(database());
    await stranger.mustRefuse('NOT_FOUND', () => stranger.device().confirm(id));
    await saver.mustRefuse('NOT_FOUND', () => device.confirm(randomUUID()));
    await device.confirm(id);
    await stranger.mustRefuse('NOT_FOUND', () => stranger.device().confirm(id));
  });

  it('is refused after the time of the upload', async () => {
    const id = await device.upload();
    saver.now += saver.rules.uploadTtlSeconds * 1000;
    const data = await saver.mustRefuse('SAVEGAME_UPLOAD_EXPIRED', () => device.confirm(id));
    expect(data).toMatchObject({ upload_id: id, expires_at: new Date(saver.now).toISOString() });
  });

  it('is refused while the file is not in the store, and done when it is', async () => {
    const content = newContent();
    const { upload } = await device.announce({ content });
    await saver.mustRefuse('SAVEGAME_NOT_UPLOADED', () => device.confirm(upload!.upload_id));
    saver.store.send(signed(upload!.put), content);
    expect((await device.confirm(upload!.upload_id)).version.version).toBe(1);
  });

  it('is refused for other bytes than were announced, and done when they are repaired', async () => {
    const content = newContent(100);
    const { upload } = await device.announce({ content });
    for (const wrong of [newContent(99), newContent(100), { ...content, sha256: 'ab'.repeat(32) }]) {
      saver.store.plant(upload!.upload_id, wrong);
      const data = await saver.mustRefuse('SAVEGAME_CONTENT_MISMATCH', () => device.confirm(upload!.upload_id));
      expect(data).toMatchObject({
        expected: { size_bytes: 100, sha256: content.sha256 },
        found: { size_bytes: wrong.sizeBytes, sha256: wrong.sha256 },
      });
    }
    const again = await device.announce({ content });
    expect(saver.store.send(signed(again.upload!.put), content).status).toBe(200);
    expect((await device.confirm(upload!.upload_id)).version.version).toBe(1);
  });

  it('keeps a save that lost on its way as a side version, and refuses with both', async () => {
    await device.save();
    const other = saver.device();
    const [mine, theirs] = [await device.upload({ base_version: 1 }), await other.upload({ base_version: 1 })];
    await device.confirm(mine);
    const refusal = await refusalOf(other.confirm(theirs));
    expect(refusal).toMatchObject({
      type: 'SAVEGAME_CONFLICT',
      data: {
        reason: 'head_moved',
        cloud: { version: 2, device_id: device.deviceId },
        local: { version: 3, device_id: other.deviceId, state: 'conflict' },
        base_version: 1,
        choices: ['local', 'cloud', 'both'],
      },
    });
    expect(await saver.head()).toBe(2);
    expect((await saver.versions()).at(-1)).toMatchObject({
      version: 3,
      base_version: 1,
      side: true,
      settled_as: null,
      kept_until: new Date(saver.now + saver.rules.sideRetentionDays * DAY),
    });
    await saver.mustAddUp();
    expect((await saver.events()).at(-1)).toEqual([
      'library.savegame.conflict',
      {
        user_id: saver.userId,
        game_id: saver.gameId,
        slot: SLOT,
        device_id: other.deviceId,
        version: 2,
        side_version: 3,
      },
    ]);
    const again = await saver.mustRefuse('SAVEGAME_ALREADY_CONFIRMED', () => other.confirm(theirs));
    expect(again).toMatchObject({ version: { version: 3, state: 'conflict' }, head: { version: 2 } });
  });

  it('keeps what was announced as a side version beside the head, and folds the older one of the device', async () => {
    await device.save();
    const other = saver.device();
    const first = await other.confirm(await other.upload({ as: 'side' }));
    expect(first).toMatchObject({ version: { version: 2, state: 'conflict' }, head: { version: 1, state: 'head' } });
    await device.save({ as: 'side', base_version: 1 });
    saver.now += 1000;
    await other.save({ as: 'side', base_version: 1 });
    const versions = await saver.versions();
    expect(versions.map(({ version, settled_as, settled_at }) => [version, settled_as, settled_at])).toEqual([
      [1, null, null],
      [2, 'folded', new Date(saver.now)],
      [3, null, null],
      [4, null, null],
    ]);
    // Folded, and kept as long as any loser (S3).
    expect(versions[1]!.kept_until).toEqual(new Date(saver.now - 1000 + saver.rules.sideRetentionDays * DAY));
    await saver.mustAddUp();
  });

  it('does not keep twice what became the head meanwhile: it is that version', async () => {
    await device.save();
    const [content, other] = [newContent(), saver.device()];
    const theirs = await other.upload({ content, base_version: 1 });
    const side = await saver.device().upload({ content, as: 'side' });
    await device.save({ content, base_version: 1 });
    for (const id of [theirs, side]) {
      const { version, head } = await other.confirm(id);
      expect([version.version, head?.version]).toEqual([2, 2]);
      expect((await saver.garbage()).map(({ object_id }) => object_id)).toContain(id);
      await saver.mustRefuse('NOT_FOUND', () => other.confirm(id));
    }
    expect(await saver.account()).toEqual({ stored: 200, reserved: 0 });
    await saver.mustAddUp();
    expect(await other.announce({ content, base_version: 1 })).toMatchObject({ unchanged: true, head: { version: 2 } });
  });

  it('does not keep twice what the device keeps as a side version', async () => {
    await device.save();
    const [content, other] = [newContent(), saver.device()];
    await other.save({ content, as: 'side' });
    const late = await other.upload({ content, base_version: 1 });
    await device.save({ base_version: 1 });
    const refusal = await refusalOf(other.confirm(late));
    expect(refusal).toMatchObject({
      type: 'SAVEGAME_CONFLICT',
      data: { cloud: { version: 3 }, local: { version: 2 } },
    });
    expect((await saver.versions()).map(({ version }) => version)).toEqual([1, 2, 3]);
    await saver.mustAddUp();
  });

  it('brings a deleted slot back, its history kept for the days it could be restored', async () => {
    saver.rules = { ...saver.rules, keepVersions: 1 };
    await device.save();
    const deletedAt = saver.now;
    await removeSlot(false);
    saver.now += DAY;
    expect(await device.save()).toBe(2);
    expect(await saver.head()).toBe(2);
    expect(
      (await saver.versions()).map(({ version, base_version, kept_until }) => [version, base_version, kept_until]),
    ).toEqual([
      [1, null, new Date(deletedAt + saver.rules.deletedRetentionDays * DAY)],
      [2, null, null],
    ]);
    expect(await device.save({ base_version: 2 })).toBe(3);
    expect((await saver.versions()).map(({ version }) => version)).toEqual([1, 3]);
    saver.now += saver.rules.deletedRetentionDays * DAY;
    await device.save({ base_version: 3 });
    expect((await saver.versions()).map(({ version }) => version)).toEqual([4]);
    await saver.mustAddUp();
  });

  it('keeps beside the deletion what was under way when its slot was deleted, even for good', async () => {
    for (const permanently of [false, true]) {
      const slot = permanently ? 'for-good' : 'deleted';
      const base_version = await device.save({ slot });
      const id = await device.upload({ slot, base_version });
      await deleteSlot(saver.context(), { game_id: saver.gameId, slot }, { permanently }, null);
      const refusal = await refusalOf(device.confirm(id));
      expect(refusal).toMatchObject({
        type: 'SAVEGAME_CONFLICT',
        data: { reason: 'deleted', cloud: null, local: { state: 'conflict' }, choices: ['local', 'cloud'] },
      });
      expect(await saver.head(slot)).toBeNull();
      expect((await saver.versions(slot)).at(-1)).toMatchObject({ side: true, settled_as: null });
      expect((await saver.events()).at(-1)).toMatchObject(['library.savegame.conflict', { version: null }]);
    }
    await saver.mustAddUp();
    expect(await device.save({ slot: 'for-good' })).toBeGreaterThan(0);
    expect(await saver.head('for-good')).not.toBeNull();
    await saver.mustAddUp();
  });

  it('keeps what is announced as a side version of a slot that is not there', async () => {
    const reply = await device.confirm(await device.upload({ as: 'side', base_version: 7 }));
    expect(reply).toMatchObject({ version: { version: 1, state: 'conflict' }, head: null });
    expect(await device.save()).toBe(2);
    expect(await saver.head()).toBe(2);
  });

  it('lets go of versions that nothing keeps, and of what only they refer to', async () => {
    saver.rules = { ...saver.rules, keepVersions: 3 };
    let base_version: number | null = null;
    const ids: string[] = [];
    for (let n = 1; n <= 6; n += 1) {
      const id = await device.upload({ base_version, content: newContent(n) });
      base_version = (await device.confirm(id)).version.version;
      ids.push(id);
      if (n === 1) await pin(1);
      if (n === 2) await share(2);
    }
    // 1 is pinned; 2 shares its object with a version of another slot.
    expect((await saver.versions()).map(({ version }) => version)).toEqual([1, 5, 6, 7]);
    expect((await saver.garbage()).map(({ object_id }) => object_id)).toEqual(expect.arrayContaining([ids[2]]));
    expect((await saver.garbage()).map(({ object_id }) => object_id)).not.toEqual(expect.arrayContaining([ids[1]]));
    expect(await saver.account()).toEqual({ stored: 1 + 2 + 4 + 5 + 6, reserved: 0 });
    await saver.mustAddUp();
  });

  it('lets go of nothing that has a retention, is an open conflict, or is the head beside a save that lost', async () => {
    saver.rules = { ...saver.rules, keepVersions: 1 };
    await device.save();
    const other = saver.device();
    for (let n = 0; n < 3; n += 1) await other.save({ as: 'side' });
    expect((await saver.versions()).map(({ version }) => version)).toEqual([1, 2, 3, 4]);
    saver.now += saver.rules.sideRetentionDays * DAY;
    expect(await device.save({ base_version: 1 })).toBe(5);
    // The folded ones are past their time, the open one is open.
    expect((await saver.versions()).map(({ version }) => version)).toEqual([4, 5]);
    await saver.mustAddUp();
  });

  it("keeps as many versions as the user's settings of the game say", async () => {
    await saver.db
      .insertInto('savegame_sync_settings')
      .values({
        user_id: saver.userId,
        game_id: saver.gameId,
        enabled: true,
        keep_versions: 2,
        on_conflict: 'ask',
        version: 1,
        updated_at: new Date(saver.now),
      })
      .execute();
    let base_version: number | null = null;
    for (let n = 0; n < 4; n += 1) base_version = await device.save({ base_version });
    expect((await saver.versions()).map(({ version }) => version)).toEqual([3, 4]);
  });

  it('takes off the account what counted only', async () => {
    saver.rules = { ...saver.rules, keepVersions: 1 };
    await device.save();
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
    await device.save({ base_version: 1, content: newContent(70) });
    expect(await saver.account()).toEqual({ stored: 70, reserved: 0 });
    await saver.mustAddUp();
  });

  it('takes empty saves', async () => {
    const content = contentOf(Buffer.alloc(0));
    await device.save({ content });
    expect(await device.announce({ content, base_version: 1 })).toMatchObject({ unchanged: true });
    await saver.mustAddUp();
  });

  it('is refused of an erased user', async () => {
    const id = await device.upload();
    await rememberErasure(saver.db, saver.userId, saver.now);
    await saver.mustRefuse('USER_ERASED', () => device.confirm(id));
  });

  it('says that the store is away, and is done when it is back', async () => {
    const id = await device.upload();
    saver.store.faults = () => 'not done';
    await saver.mustRefuse('UNAVAILABLE', () => device.confirm(id));
    saver.store.faults = () => null;
    expect((await device.confirm(id)).version.version).toBe(1);
  });

  it('is not possible once the upload was cancelled, whose room is free at once', async () => {
    const id = await device.upload();
    const stranger = await Saver.of(database());
    await stranger.mustRefuse('NOT_FOUND', () => cancelUpload(stranger.context(), id));
    await cancelUpload(saver.context(), id.toUpperCase());
    expect(await saver.account()).toEqual({ stored: 0, reserved: 0 });
    expect(await saver.garbage()).toContainEqual(
      expect.objectContaining({ object_id: id, due_at: new Date(saver.now + saver.rules.urlSeconds * 1000) }),
    );
    await saver.mustRefuse('NOT_FOUND', () => cancelUpload(saver.context(), id));
    await saver.mustRefuse('NOT_FOUND', () => device.confirm(id));
    await saver.mustAddUp();
  });

  async function pin(version: number): Promise<void> {
    await saver.db
      .updateTable('savegame_versions')
      .set({ pinned: true })
      .where('user_id', '=', saver.userId)
      .where('version', '=', version)
      .execute();
  }

  /** As restoring into another slot does: a version of its own there, with the object of this one. */
  async function share(version: number): Promise<void> {
    const row = (await saver.versions()).find((candidate) => candidate.version === version)!;
    await saver.db
      .insertInto('savegame_versions')
      .values({ ...row, slot: 'other', version: version + 1 })
      .execute();
    await saver.db
      .updateTable('savegame_accounts')
      .set({ last_version: version + 1 })
      .where('user_id', '=', saver.userId)
      .execute();
  }
});
