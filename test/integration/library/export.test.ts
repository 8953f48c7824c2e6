import { expect, it } from '@jest/globals';
import { text } from 'node:stream/consumers';
import { sql } from 'kysely';
import type { SqlExecutor } from '../../../lib/db/database.ts';
import { exportLines } from '../../../lib/library/export.ts';
import { patchGame } from '../../../lib/library/marks.ts';
import { createCategory } from '../../../lib/library/categories.ts';
import { USER_TABLES } from '../../../lib/library/user-tables.ts';
import { putSyncSettings } from '../../../lib/savegames/sync-settings.ts';
import { onEachDatabase, TEST_NOW } from '../../databases.ts';
import { GAME, newPlayer } from '../../player.ts';
import { newContent, Saver, SLOT } from '../../saver.ts';

interface Line {
  readonly type: string;
  readonly data?: Readonly<Record<string, unknown>>;
  readonly count?: number;
}

onEachDatabase('the export of a user’s data', (database) => {
  const exported = async (userId: string, executor: SqlExecutor = database().executor) =>
    (await text(exportLines(executor, userId, TEST_NOW)))
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Line);

  it('has every table with users’ rows, told apart by its primary key', async () => {
    const { rows } = await sql<{ table: string; key: string[] }>`
      SELECT c.relname AS table, ARRAY(
        SELECT a.attname::text FROM pg_constraint k
        CROSS JOIN LATERAL unnest(k.conkey) WITH ORDINALITY AS u (number, place)
        JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = u.number
        WHERE k.conrelid = c.oid AND k.contype = 'p' ORDER BY u.place
      ) AS key
      FROM pg_class c
      JOIN information_schema.columns i ON i.table_schema = 'public' AND i.table_name = c.relname
      WHERE i.column_name = 'user_id' AND c.relkind IN ('r', 'p') AND NOT c.relispartition
        AND c.relnamespace = 'public'::regnamespace`.execute(database().db);
    expect(USER_TABLES.map(({ table }) => table).sort()).toEqual(rows.map(({ table }) => table).sort());
    for (const known of USER_TABLES) {
      if (known.exportAs === null) continue;
      const key = rows.find(({ table }) => table === known.table)?.key ?? [];
      // A batch is read along the primary key.
      expect(key.slice(0, 1 + known.key.length)).toEqual(['user_id', ...known.key]);
    }
  });

  it('is framed by a header and a count, and tells what there is as the database has it', async () => {
    const player = await newPlayer(database());
    const { userId } = player;
    await player.offline(['a', 60, 30]);
    const context = { database: database(), userId, now: TEST_NOW };
    const category = await createCategory(context, { name: 'Mine', filter: { favorite: true } });
    await patchGame(context, GAME, { notes: 'chapter 3\nnext — line', favorite: true }, null);
    const lines = await exported(userId);
    expect(lines[0]).toEqual({
      type: 'header',
      data: { format_version: 1, exported_at: new Date(TEST_NOW).toISOString(), user_id: userId },
    });
    expect(lines.at(-1)).toEqual({ type: 'end', count: lines.length - 2 });
    const of = (type: string) => lines.filter((line) => line.type === type).map(({ data }) => data);
    expect(of('library_game')).toMatchObject([
      { game_id: GAME, notes: 'chapter 3\nnext — line', acquired_at: new Date(TEST_NOW).toISOString() },
      { notes: null },
    ]);
    expect(of('category')).toMatchObject([{ category_id: category.category_id, filter: { favorite: true } }]);
    expect(of('play_session')).toMatchObject([{ game_id: GAME, ms: 1_800_000, offline: true }]);
    expect(of('play_session')[0]).not.toHaveProperty('rev');
    expect(of('audit_entry')).toHaveLength(2);
    expect(lines.slice(1, -1).every(({ data }) => data !== undefined && !('user_id' in data))).toBe(true);
  });

  it('has the saves: slots, versions, files with their checksums as text, settings, uploads; and no way into the store', async () => {
    const saver = await Saver.of(database());
    const device = saver.device();
    const content = newContent(70);
    await device.save({ content, label: 'Before the boss' });
    await device.announce({ slot: 'slot-2', content: newContent(30) });
    const settings = { enabled: true, keep_versions: 3, on_conflict: 'cloud' } as const;
    await putSyncSettings(saver.context(), null, settings, null);
    const parts = { part_sha256: Buffer.alloc(64, 1), parts_id: 'the store’s own' };
    await saver.db.updateTable('savegame_uploads').set(parts).where('user_id', '=', saver.userId).execute();
    const lines = await exported(saver.userId);
    const of = (type: string) => lines.filter((line) => line.type === type).map(({ data }) => data);
    expect(of('save_slot')).toMatchObject([{ game_id: saver.gameId, slot: SLOT, head_version: 1 }]);
    expect(of('save_version')).toMatchObject([{ slot: SLOT, version: 1, label: 'Before the boss', side: false }]);
    expect(of('save_file')).toMatchObject([{ size_bytes: 70, sha256: content.sha256, part_sha256: null }]);
    expect(of('save_sync_settings')).toMatchObject([{ keep_versions: 3, on_conflict: 'cloud' }]);
    expect(of('save_upload')).toMatchObject([{ slot: 'slot-2', size_bytes: 30, part_sha256: '01'.repeat(64) }]);
    expect(JSON.stringify(lines)).not.toMatch(/https?:|parts_id|"type":"Buffer"/);
  });

  it('is read in batches that meet without gap or repeat', async () => {
    const { userId } = await newPlayer(database());
    await sql`
      INSERT INTO game_installations (user_id, game_id, device_id, status, updated_at)
      SELECT ${userId}, ${GAME}, ('00000000-0000-7000-8000-' || lpad(n::text, 12, '0'))::uuid, 'installed', now()
      FROM generate_series(1, 1700) AS n`.execute(database().db);
    const devices = (await exported(userId)).flatMap(({ type, data }) =>
      type === 'installation' ? [data?.['device_id']] : [],
    );
    expect(devices).toHaveLength(1700);
    expect(new Set(devices).size).toBe(1700);
  });

  it('holds a few megabytes at once, however long the rows are', async () => {
    const { userId } = await newPlayer(database());
    await sql`
      INSERT INTO game_settings_history (user_id, game_id, scope, version, settings, saved_at)
      SELECT ${userId}, ${GAME}, 'all', n, '{"a":"' || repeat('"', 65000) || '"}', now() FROM generate_series(1, 120) AS n`.execute(
      database().db,
    );
    let [longest, versions] = [0, 0];
    for await (const chunk of exportLines(database().executor, userId, TEST_NOW) as AsyncIterable<Buffer>) {
      longest = Math.max(longest, chunk.length);
      versions += chunk.toString().split('"type":"game_settings_version"').length - 1;
    }
    expect(versions).toBe(120);
    expect(longest).toBeLessThan(4_000_000);
  });

  it('reads no faster than its reader, and nothing more once the reader is gone', async () => {
    const { userId } = await newPlayer(database());
    await sql`
      INSERT INTO game_settings_history (user_id, game_id, scope, version, settings, saved_at)
      SELECT ${userId}, ${GAME}, 'all', n, repeat('x', 2000), now() FROM generate_series(1, 5000) AS n`.execute(
      database().db,
    );
    let asked = 0;
    const { executor } = database();
    const counting: SqlExecutor = {
      query: (statement, parameters, name) => {
        asked += 1;
        return executor.query(statement, parameters, name);
      },
    };
    const whole = await exported(userId, counting);
    expect(whole).toHaveLength(5002 + 2 + 2);
    const all = asked;
    asked = 0;
    const lines = exportLines(counting, userId, TEST_NOW);
    const first = (await lines[Symbol.asyncIterator]().next()) as { value: Buffer };
    expect(first.value.toString()).toContain('"type":"header"');
    lines.destroy();
    expect(asked).toBeLessThan(all);
  });

  it('ends without its last line when the database fails', async () => {
    const failing: SqlExecutor = { query: () => Promise.reject(new Error('database away')) };
    await expect(text(exportLines(failing, GAME, TEST_NOW))).rejects.toThrow('database away');
  });
});
