import { beforeEach, describe, expect, it } from '@jest/globals';
import type { PreparedReply } from '../../../lib/contract/endpoint.ts';
import { HISTORY_VERSIONS, MAX_DEVICE_SETTINGS, MAX_SETTINGS_BYTES } from '../../../lib/contract/settings.ts';
import { grantGame, revokeGame } from '../../../lib/library/access.ts';
import type { IfMatch } from '../../../lib/precondition.ts';
import { deleteSettings, putSettings, readSettings } from '../../../lib/settings/game-settings.ts';
import { rollbackSettings, settingsHistory, settingsVersion } from '../../../lib/settings/settings-history.ts';
import { onEachDatabase, TEST_NOW } from '../../databases.ts';
import { GAME, newPlayer, type Player } from '../../player.ts';
import { id } from '../../playtime-rows.ts';

const DEVICE = id(1, 'device');

onEachDatabase('the settings of a game', (database) => {
  let player: Player;
  let now = TEST_NOW;
  beforeEach(async () => {
    player = await newPlayer(database());
    now = TEST_NOW;
  });

  const of = (deviceId: string | null = null) => {
    const { db } = database();
    return { db, userId: player.userId, gameId: GAME, deviceId, now: (now += 1000) };
  };
  const put = async (settings: unknown, ifMatch: IfMatch = null, deviceId: string | null = null) =>
    shown(await putSettings(of(deviceId), JSON.stringify(settings), ifMatch));
  const get = async (deviceId: string | null = null) => shown(await readSettings(of(deviceId)));
  const history = async (deviceId: string | null = null, limit = 50, cursor?: string) =>
    settingsHistory(of(deviceId), { limit, ...(cursor === undefined ? {} : { cursor }) });
  const versions = async (deviceId: string | null = null) =>
    (await history(deviceId)).items.map(({ version }) => version);
  const updates = async () => {
    const { db } = database();
    const rows = await db
      .selectFrom('outbox_events')
      .select('data')
      .where('user_id', '=', player.userId)
      .where('event_type', '=', 'library.game.updated')
      .execute();
    return rows.filter(({ data }) => (data['changed'] as string[]).includes('settings')).length;
  };

  it('come back byte for byte: escapes, numbers that JavaScript cannot hold, the order of members', async () => {
    const text = '{"2":1.0,"1":12345678901234567890, "a":"\\u0000\\ud800é","__proto__":{"x":1e999},"a":[]}';
    await putSettings(of(), text, null);
    const { json, etag } = await readSettings(of());
    expect(json.endsWith(`,"settings":${text}}`)).toBe(true);
    expect(etag).toBe('1');
    expect(await get()).toMatchObject({
      scope: 'all',
      device_id: null,
      version: 1,
      size_bytes: Buffer.byteLength(text),
    });
  });

  it('may be 65,536 bytes of UTF-8 long and not one more', async () => {
    const text = (bytes: number) => `{"a":"é${'x'.repeat(bytes - 10)}"}`;
    expect(Buffer.byteLength(text(MAX_SETTINGS_BYTES))).toBe(MAX_SETTINGS_BYTES);
    await putSettings(of(), text(MAX_SETTINGS_BYTES), null);
    await expect(putSettings(of(), text(MAX_SETTINGS_BYTES + 1), '*')).rejects.toMatchObject({
      type: 'PAYLOAD_TOO_LARGE',
    });
    expect(await get()).toMatchObject({ version: 1, size_bytes: MAX_SETTINGS_BYTES });
  });

  describe('two devices that meet', () => {
    it('do not overwrite what they have not seen', async () => {
      await put({ a: 1 });
      await expect(put({ a: 2 })).rejects.toMatchObject({
        type: 'PRECONDITION_REQUIRED',
        data: { version: 1 },
      });
      expect(await put({ a: 2 }, 1)).toMatchObject({ version: 2, settings: { a: 2 } });
      await expect(put({ a: 3 }, 1)).rejects.toMatchObject({
        type: 'PRECONDITION_FAILED',
        data: { version: 2 },
      });
      expect(await put({ a: 3 }, '*')).toMatchObject({ version: 3 });
    });

    it('cannot name a version of what is not there', async () => {
      for (const ifMatch of [1, '*'] as const) {
        await expect(put({}, ifMatch)).rejects.toMatchObject({
          type: 'PRECONDITION_FAILED',
          data: { version: null },
        });
      }
    });

    it('change nothing by saving the same again, and tell nobody', async () => {
      const first = await put({ a: 1 });
      expect(await put({ a: 1 }, 1)).toEqual(first);
      expect(await versions()).toEqual([1]);
      expect(await updates()).toBe(1);
    });

    it('at the same time: of fifty with the same ETag one wins, and the others are told so', async () => {
      await put({ n: -1 });
      const outcomes = await Promise.allSettled(Array.from({ length: 50 }, (_, n) => put({ n }, 1)));
      const won = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []));
      const lost = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason as unknown] : []));
      expect(won).toHaveLength(1);
      expect(lost).toHaveLength(49);
      for (const error of lost) expect(error).toMatchObject({ type: 'PRECONDITION_FAILED', data: { version: 2 } });
      expect(await get()).toEqual(won[0]);
      expect(await versions()).toEqual([2, 1]);
    });

    it('at the same time, with nothing there: one creates, and the others are asked for an ETag', async () => {
      const outcomes = await Promise.allSettled(Array.from({ length: 20 }, (_, n) => put({ n })));
      expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
      expect(await versions()).toEqual([1]);
    });
  });

  describe('of one device', () => {
    it('are the shared ones until it has its own', async () => {
      await put({ shared: true });
      expect(await get(DEVICE)).toMatchObject({ scope: 'all', version: 1 });
      expect(await put({ mine: true }, 1, DEVICE)).toMatchObject({ scope: 'device', device_id: DEVICE, version: 2 });
      expect(await get(DEVICE.toUpperCase())).toMatchObject({ settings: { mine: true } });
      expect(await get()).toMatchObject({ settings: { shared: true }, version: 1 });
      expect(await get(id(2, 'device'))).toMatchObject({ scope: 'all' });
    });

    it('are told apart from the shared ones by the version alone', async () => {
      await put({ shared: 1 });
      await put({ mine: 1 }, null, DEVICE);
      await expect(put({ mine: 2 }, 1, DEVICE)).rejects.toMatchObject({ type: 'PRECONDITION_FAILED' });
      expect(await put({ mine: 2 }, 2, DEVICE)).toMatchObject({ version: 3 });
      expect(await versions(DEVICE)).toEqual([3, 2]);
    });

    it('can be deleted: the shared ones hold again, and a rollback brings them back', async () => {
      await put({ shared: 1 });
      await put({ mine: 1 }, null, DEVICE);
      await expect(deleteSettings(of(DEVICE), 1)).rejects.toMatchObject({ type: 'PRECONDITION_FAILED' });
      await deleteSettings(of(DEVICE), 2);
      expect(await get(DEVICE)).toMatchObject({ scope: 'all', settings: { shared: 1 } });
      await expect(deleteSettings(of(DEVICE), null)).rejects.toMatchObject({ type: 'NOT_FOUND' });
      await expect(rollbackSettings(of(DEVICE), 3, null)).rejects.toMatchObject({ type: 'NOT_FOUND' });
      const restored = shown(await rollbackSettings(of(DEVICE), 2, null));
      expect(restored).toMatchObject({ scope: 'device', version: 4, settings: { mine: 1 } });
      expect((await history(DEVICE)).items).toMatchObject([
        { version: 4, current: true, deleted: false, restored_version: 2, size_bytes: 10 },
        { version: 3, current: false, deleted: true, restored_version: null, size_bytes: 0 },
        { version: 2, current: false, deleted: false, restored_version: null, size_bytes: 10 },
      ]);
    });

    it('are kept for so many devices; a deleted one makes room', async () => {
      for (let n = 1; n <= MAX_DEVICE_SETTINGS; n += 1) await put({ n }, null, id(n, 'device'));
      const more = id(99, 'device');
      await expect(put({}, null, more)).rejects.toMatchObject({
        type: 'QUOTA_EXCEEDED',
        data: { limit: MAX_DEVICE_SETTINGS },
      });
      await put({ shared: true });
      await deleteSettings(of(id(7, 'device')), null);
      const { version } = await put({}, null, more);
      expect(version).toBe(MAX_DEVICE_SETTINGS + 3);
      expect(await versions(id(7, 'device'))).toEqual([]);
    });
  });

  describe('as they were', () => {
    it('are kept for the last twenty versions, in pages', async () => {
      for (let n = 1; n <= HISTORY_VERSIONS + 5; n += 1) await put({ n }, n === 1 ? null : '*');
      const first = await history(null, 15);
      const rest = await history(null, 15, first.next_cursor ?? '');
      const all = [...first.items, ...rest.items].map(({ version }) => version);
      expect(all).toEqual(Array.from({ length: HISTORY_VERSIONS }, (_, n) => HISTORY_VERSIONS + 5 - n));
      expect(rest.next_cursor).toBeNull();
      await expect(history(null, 15, 'bm90IGE')).rejects.toMatchObject({ type: 'VALIDATION_ERROR' });
    });

    it('can be looked at and brought back; a rollback to what is there changes nothing', async () => {
      await put({ a: 1 });
      await put({ a: 2 }, 1);
      expect(shown(await settingsVersion(of(), 1))).toMatchObject({ version: 1, settings: { a: 1 } });
      await expect(settingsVersion(of(), 9)).rejects.toMatchObject({ type: 'NOT_FOUND' });
      await expect(rollbackSettings(of(), 1, 1)).rejects.toMatchObject({ type: 'PRECONDITION_FAILED' });
      expect(shown(await rollbackSettings(of(), 1, 2))).toMatchObject({ version: 3, settings: { a: 1 } });
      expect(shown(await rollbackSettings(of(), 1, null))).toMatchObject({ version: 3 });
      expect(await versions()).toEqual([3, 2, 1]);
    });
  });

  it('are kept for games of the library only, and wait there while access is gone', async () => {
    await put({ a: 1 });
    const change = { ...player.context, caller: player.caller };
    await revokeGame(change, player.context.actorOf, GAME);
    const gone = { type: 'GAME_NOT_IN_LIBRARY' };
    await expect(get()).rejects.toMatchObject(gone);
    await expect(put({ a: 2 }, '*')).rejects.toMatchObject(gone);
    await expect(history()).rejects.toMatchObject(gone);
    await grantGame(change, { game_id: GAME, source: 'gift' });
    expect(await get()).toMatchObject({ settings: { a: 1 } });
    await expect(readSettings({ ...of(), gameId: id(77, 'game') })).rejects.toMatchObject(gone);
  });

  it('are not there before they are put', async () => {
    await expect(get()).rejects.toMatchObject({ type: 'NOT_FOUND' });
    await expect(rollbackSettings(of(), 1, null)).rejects.toMatchObject({ type: 'NOT_FOUND' });
    expect(await history()).toEqual({ items: [], next_cursor: null });
  });
});

function shown({ json, etag }: PreparedReply): { readonly version: number; readonly [member: string]: unknown } {
  const value = JSON.parse(json) as { version: number };
  expect(etag).toBe(String(value.version));
  return value;
}
