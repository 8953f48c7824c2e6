import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { openDatabase } from '../../../lib/db/database.ts';

/** Writes a row a turn and says so, until it is killed. */
const WRITER = `
  import { openDatabase } from ${JSON.stringify(join(import.meta.dirname, '../../../lib/db/database.ts'))};
  const database = await openDatabase({ directory: process.argv[1] });
  await database.executor.query('CREATE TABLE written (n integer PRIMARY KEY)');
  for (let n = 1; ; n += 1) {
    await database.executor.query('INSERT INTO written VALUES ($1)', [n]);
    process.stdout.write(n + '\\n');
  }`;

describe('the embedded database on disk', () => {
  let directory: string;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'library-data-'));
  });
  afterEach(() => rm(directory, { recursive: true }));

  it('holds every committed row after kill -9, opens again within seconds, and refuses a second process', async () => {
    const acknowledged = await new Promise<number>((resolve, reject) => {
      let last = 0;
      const writer = execFile(process.execPath, ['--input-type=module-typescript', '--eval', WRITER, directory]);
      let complaint = '';
      writer.stderr?.on('data', (text: string) => (complaint += text));
      writer.stdout?.on('data', (text: string) => {
        last = Number(text.trim().split('\n').at(-1));
        if (last < 200 || writer.killed) return;
        openDatabase({ directory }).then(
          () => reject(new Error('a second process opened the directory')),
          (error: Error) => {
            if (!error.message.includes(`in use by process ${writer.pid}`)) reject(error);
            writer.kill('SIGKILL');
          },
        );
      });
      writer.on('exit', (code, signal) =>
        signal === 'SIGKILL' ? resolve(last) : reject(new Error(`${code} ${complaint}`)),
      );
    });
    const database = await openDatabase({ directory });
    try {
      const { rows } = await database.executor.query<{ count: number }>('SELECT count(*) FROM written');
      expect(rows[0]?.count).toBeGreaterThanOrEqual(acknowledged);
    } finally {
      await database.close();
    }
  }, 60_000);
});
