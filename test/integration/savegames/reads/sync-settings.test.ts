import { randomUUID } from 'node:crypto';
import { beforeEach, expect, it } from '@jest/globals';
import { MAX_SYNCED_GAMES, type SyncSettingsBody } from '../../../../lib/contract/savegames.ts';
import { rememberErasure } from '../../../../lib/erasure/erased-users.ts';
import type { IfMatch } from '../../../../lib/precondition.ts';
import { effectiveSyncSettings, putSyncSettings, readSyncSettings } from '../../../../lib/savegames/sync-settings.ts';
import { onEachDatabase } from '../../../databases.ts';
import { Saver } from '../../../saver.ts';

const OFF = { enabled: false, keep_versions: 3, on_conflict: 'cloud' } as const;
const ON = { enabled: true, keep_versions: 20, on_conflict: 'both' } as const;

onEachDatabase('how saves are synchronised', (database) => {
  let saver: Saver;
  beforeEach(async () => {
    saver = await Saver.of(database());
  });

  const read = (gameId: string | null = null) => readSyncSettings(saver.context(), gameId);
  const put = (gameId: string | null, body: SyncSettingsBody, ifMatch: IfMatch = null) =>
    putSyncSettings(saver.context(), gameId, body, ifMatch);

  it('is as configured until it is set', async () => {
    const configured = { enabled: true, keep_versions: 10, on_conflict: 'ask', version: 0 };
    expect(await read()).toEqual({ game_id: null, inherited: false, ...configured });
    expect(await read(saver.gameId)).toEqual({ game_id: saver.gameId, inherited: true, ...configured });
  });

  it('is set for all games, or for one, which then has its own', async () => {
    await put(null, OFF);
    expect(await read(saver.gameId)).toEqual({ game_id: saver.gameId, inherited: true, version: 1, ...OFF });
    expect(await put(saver.gameId.toUpperCase(), ON)).toEqual({
      game_id: saver.gameId,
      inherited: false,
      version: 2,
      ...ON,
    });
    expect(await read(saver.gameId)).toMatchObject({ inherited: false, ...ON });
    expect(await read(randomUUID())).toMatchObject({ inherited: true, ...OFF });
    const { db, userId, rules } = saver.context();
    expect(await effectiveSyncSettings(db, userId, saver.gameId, rules)).toEqual({
      enabled: true,
      keepVersions: 20,
      onConflict: 'both',
    });
  });

  it('is told apart by one number: a game’s own, what it inherited, and what was before', async () => {
    await put(null, OFF);
    await put(saver.gameId, ON, 1);
    expect(await saver.mustRefuse('PRECONDITION_FAILED', () => put(saver.gameId, OFF, 1))).toEqual({ version: 2 });
    expect(await saver.mustRefuse('PRECONDITION_FAILED', () => put(null, ON, 2))).toEqual({ version: 1 });
    expect((await put(null, ON, 1)).version).toBe(3);
    // Each is a change: what is set to what it is leaves the number to the next.
    const fewer = { ...ON, keep_versions: 19 };
    const raced = await Promise.allSettled([put(null, OFF, 3), put(null, OFF, 3), put(null, fewer, 3)]);
    expect(raced.filter(({ status }) => status === 'fulfilled').length).toBe(1);
  });

  it('that is set to what it is changes nothing, but gives a game its own', async () => {
    await put(null, OFF);
    const before = (await saver.rows())['user_revisions'];
    expect(await put(null, OFF)).toMatchObject({ version: 1 });
    expect((await saver.rows())['user_revisions']).toEqual(before);
    expect(await put(saver.gameId, OFF)).toMatchObject({ version: 2, inherited: false });
  });

  it('of no game is that of all games', async () => {
    const none = '00000000-0000-0000-0000-000000000000';
    expect(await put(none, OFF)).toMatchObject({ game_id: null, inherited: false });
    expect(await read(none)).toEqual(await read());
  });

  it('is kept for so many games', async () => {
    const row = { ...ON, user_id: saver.userId, version: 1, updated_at: new Date(saver.now) };
    const rows = Array.from({ length: MAX_SYNCED_GAMES }, () => ({ ...row, game_id: randomUUID() }));
    await saver.db.insertInto('savegame_sync_settings').values(rows).execute();
    const data = await saver.mustRefuse('QUOTA_EXCEEDED', () => put(saver.gameId, OFF));
    expect(data).toEqual({ limit: MAX_SYNCED_GAMES });
    await put(null, OFF);
    await put(rows[0]!.game_id, OFF);
  });

  it('of an erased user cannot be set', async () => {
    await rememberErasure(saver.db, saver.userId, saver.now);
    await saver.mustRefuse('USER_ERASED', () => put(null, OFF));
  });
});
