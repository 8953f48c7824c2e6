import { randomUUID } from 'node:crypto';
import { beforeEach, expect, it } from '@jest/globals';
import type { SaveSlotsQuery } from '../../../../lib/contract/savegames.ts';
import { deleteSlot } from '../../../../lib/savegames/delete-slot.ts';
import { listSlots } from '../../../../lib/savegames/list-slots.ts';
import { listVersions } from '../../../../lib/savegames/list-versions.ts';
import { readQuota } from '../../../../lib/savegames/quota.ts';
import { restoreVersion } from '../../../../lib/savegames/restore.ts';
import { onEachDatabase } from '../../../databases.ts';
import { newContent, Saver, SLOT, type Device } from '../../../saver.ts';

onEachDatabase('the list of saves', (database) => {
  let saver: Saver;
  let device: Device;
  beforeEach(async () => {
    saver = await Saver.of(database());
    device = saver.device();
  });

  const list = (query: Partial<SaveSlotsQuery> = {}) =>
    listSlots(saver.context(), { deleted: false, limit: 50, ...query });
  const names = async (query: Partial<SaveSlotsQuery> = {}) => (await list(query)).items.map(({ slot }) => slot);
  const versions = (limit = 50, cursor?: string) =>
    listVersions(
      saver.context(),
      { game_id: saver.gameId, slot: SLOT },
      { limit, ...(cursor === undefined ? {} : { cursor }) },
    );

  it('shows what each slot is at and what waits for a decision, latest first', async () => {
    const base = await device.save({ label: 'First' });
    const head = await device.save({ base_version: base, content: newContent(300) });
    const sides = [
      await saver.device().save({ as: 'side', base_version: base }),
      await saver.device().save({ as: 'side', base_version: null }),
    ];
    const { items } = await list();
    expect(items).toMatchObject([
      {
        game_id: saver.gameId,
        slot: SLOT,
        versions: 4,
        stored_bytes: 600,
        deleted_at: null,
        head: { version: head, base_version: base, state: 'head', available: true },
        conflicts: [{ version: sides[1] }, { version: sides[0], state: 'conflict' }],
      },
    ]);
  });

  it('comes in pages by game and slot, and can be narrowed down', async () => {
    const games: string[] = [saver.gameId, randomUUID()].sort();
    await saver.own(games.find((game) => game !== saver.gameId)!);
    for (const game_id of games) for (const slot of ['b', 'a', 'c']) await device.save({ game_id, slot });
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await list({ limit: 2, ...(cursor === undefined ? {} : { cursor }) });
      seen.push(...page.items.map(({ game_id, slot }) => `${games.indexOf(game_id)}${slot}`));
      cursor = page.next_cursor ?? undefined;
    } while (cursor !== undefined);
    expect(seen).toEqual(['0a', '0b', '0c', '1a', '1b', '1c']);
    expect(await names({ game_id: saver.gameId.toUpperCase() })).toEqual(['a', 'b', 'c']);
    expect((await list({ slot: 'b' })).items.map(({ game_id }) => game_id)).toEqual(games);
    await expect(list({ cursor: 'bm90IGE' })).rejects.toMatchObject({ type: 'VALIDATION_ERROR' });
  });

  it('has the deleted ones by themselves', async () => {
    for (const slot of ['a', 'b']) await device.save({ slot });
    await deleteSlot(saver.context(), { game_id: saver.gameId, slot: 'a' }, { permanently: false }, null);
    expect(await names()).toEqual(['b']);
    expect(await names({ deleted: true })).toEqual(['a']);
  });

  it('is the user’s own, and stays when the game leaves the library', async () => {
    await device.save();
    expect(await listSlots((await Saver.of(database())).context(), { deleted: false, limit: 50 })).toMatchObject({
      items: [],
    });
    await saver.db.deleteFrom('user_libraries').where('user_id', '=', saver.userId).execute();
    expect(await names()).toEqual([SLOT]);
  });

  it('of versions is latest first, in pages, with how each came to be', async () => {
    const old = await device.save();
    const side = await saver.device().save({ as: 'side' });
    const head = await device.save({ base_version: old });
    const body = { game_id: saver.gameId, slot: SLOT, version: old, head_version: head, device_id: device.deviceId };
    await restoreVersion(saver.context(), body);
    const first = await versions(3);
    expect(first.items).toMatchObject([
      { version: head + 1, state: 'head', origin: 'restore', source_version: old, base_version: head },
      { version: head, state: 'past', origin: 'upload' },
      { version: side, state: 'conflict', settled_as: null },
    ]);
    expect((await versions(3, first.next_cursor ?? '')).items).toMatchObject([{ version: old, state: 'past' }]);
    await expect(versions(3, 'bm90IGE')).rejects.toMatchObject({ type: 'VALIDATION_ERROR' });
    await expect(
      listVersions(saver.context(), { game_id: saver.gameId, slot: 'slot-9' }, { limit: 5 }),
    ).rejects.toMatchObject({ type: 'NOT_FOUND' });
  });

  it('of what is stored counts a shared file once, and what is left', async () => {
    expect(await readQuota(saver.context())).toMatchObject({ stored_bytes: 0, games: [] });
    const old = await device.save({ content: newContent(1000) });
    const head = await device.save({ base_version: old, content: newContent(500) });
    const body = { game_id: saver.gameId, slot: SLOT, version: old, head_version: head, device_id: device.deviceId };
    await restoreVersion(saver.context(), body);
    const other = randomUUID();
    await saver.own(other);
    await device.save({ game_id: other, content: newContent(2000) });
    await device.upload({ slot: 'slot-2', content: newContent(70) });
    saver.rules = { ...saver.rules, quotaBytes: 4000 };
    expect(await readQuota(saver.context())).toEqual({
      quota_bytes: 4000,
      stored_bytes: 3500,
      reserved_bytes: 70,
      available_bytes: 430,
      max_save_bytes: saver.rules.maxSaveBytes,
      games: [
        { game_id: other, slots: 1, stored_bytes: 2000 },
        { game_id: saver.gameId, slots: 1, stored_bytes: 1500 },
      ],
    });
    saver.rules = { ...saver.rules, quotaBytes: 10 };
    expect(await readQuota(saver.context())).toMatchObject({ available_bytes: 0 });
    await deleteSlot(saver.context(), { game_id: other, slot: SLOT }, { permanently: false }, null);
    expect((await readQuota(saver.context())).games[0]).toEqual({ game_id: other, slots: 0, stored_bytes: 2000 });
  });
});
