import { execFile } from 'node:child_process';
import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { openDatabase } from '../../../lib/db/database.ts';
import { prepareDatabase } from '../../../lib/db/prepare.ts';
import { temporaryFolders } from '../../temporary-folder.ts';

const PATIENCE_MS = 120_000;
const SCRIPTS = path.resolve(import.meta.dirname, '../../../scripts');

describe('the backup of an installation without servers', () => {
  const folder = temporaryFolders();

  /** What it said. */
  async function run(script: string, data: string, ...args: readonly string[]): Promise<string> {
    return runWith({}, script, data, ...args);
  }

  async function runWith(
    settings: Readonly<Record<string, string>>,
    script: string,
    data: string,
    ...args: readonly string[]
  ): Promise<string> {
    const env = { PATH: process.env['PATH'], DATA_DIR: data, ...settings };
    const said = await promisify(execFile)(process.execPath, [path.join(SCRIPTS, script), ...args], { env });
    return said.stdout + said.stderr;
  }

  /** An installation with something in it. */
  async function installation(): Promise<string> {
    const data = path.join(folder(), 'data');
    const database = await openDatabase({ directory: data });
    await prepareDatabase(database, Date.now());
    await database.executor.query(
      `INSERT INTO playtime_totals VALUES (gen_random_uuid(), gen_random_uuid(), 4711, now())`,
    );
    await database.close();
    return data;
  }

  it(
    'brings everything back, and gives no number out again that was given out meanwhile',
    async () => {
      const [data, shelf] = [await installation(), folder()];
      await run('backup/embedded.ts', data, '--to', shelf);
      const [copy = ''] = readdirSync(shelf);
      rmSync(data, { recursive: true });
      await run('restore/embedded.ts', data, '--from', path.join(shelf, copy));
      const database = await openDatabase({ directory: data });
      const totals = await database.executor.query<{ ms: number }>('SELECT ms FROM playtime_totals');
      const next = await database.executor.query<{ n: number }>(
        `SELECT nextval(pg_get_serial_sequence('outbox_events', 'event_number')) AS n`,
      );
      await database.close();
      expect(totals.rows).toEqual([{ ms: 4711 }]);
      expect(Number(next.rows[0]?.n)).toBeGreaterThan(1_000_000_000);
    },
    PATIENCE_MS,
  );

  it(
    'says that saves which are elsewhere are not in it',
    async () => {
      const [data, saves] = [await installation(), folder()];
      const warning = 'cloud saves are NOT in it';
      const backup = (settings: Readonly<Record<string, string>>) =>
        runWith(settings, 'backup/embedded.ts', data, '--to', folder());
      expect(await backup({})).not.toContain(warning);
      expect(await backup({ SAVES_DIR: path.join(data, 'saves') })).not.toContain(warning);
      expect(await backup({ SAVES_DIR: saves })).toContain(`${warning}: they are in ${saves}`);
      const s3 = { S3_BUCKET_SAVEGAMES: 'saves', S3_ACCESS_KEY: 'key', S3_SECRET_KEY: 'secret' };
      expect(await backup(s3)).toContain(`${warning}: they are in the S3 bucket saves`);
    },
    PATIENCE_MS,
  );

  it(
    'refuses to copy data that a running service has open, to restore a damaged copy, and to write over data',
    async () => {
      const [data, shelf] = [await installation(), folder()];
      const running = await openDatabase({ directory: data });
      await expect(run('backup/embedded.ts', data, '--to', shelf)).rejects.toThrow('is in use by process');
      await running.close();
      expect(readdirSync(shelf)).toEqual([]);

      await run('backup/embedded.ts', data, '--to', shelf);
      const copy = path.join(shelf, readdirSync(shelf)[0] ?? '');
      await expect(run('restore/embedded.ts', data, '--from', copy)).rejects.toThrow('is not empty');
      writeFileSync(path.join(copy, 'postgresql/PG_VERSION'), '99\n');
      rmSync(data, { recursive: true });
      await expect(run('restore/embedded.ts', data, '--from', copy)).rejects.toThrow(
        'is damaged: postgresql/PG_VERSION',
      );
    },
    PATIENCE_MS,
  );
});
