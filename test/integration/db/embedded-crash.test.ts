import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface, type Interface } from 'node:readline';
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
const ROWS = 200;

describe('the embedded database on disk', () => {
  let directory: string;
  let writer: Writer;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'library-data-'));
    writer = new Writer(directory);
  });
  afterEach(async () => {
    await writer.kill();
    await rm(directory, { recursive: true });
  });

  it('refuses a second process, holds every committed row after kill -9, and opens again', async () => {
    await writer.hasWritten(ROWS);
    await expect(openDatabase({ directory })).rejects.toThrow(`in use by process ${writer.pid}`);
    await writer.kill();

    const database = await openDatabase({ directory });
    try {
      const { rows } = await database.executor.query<{ count: number }>('SELECT count(*) FROM written');
      expect(rows[0]?.count).toBeGreaterThanOrEqual(writer.acknowledged);
    } finally {
      await database.close();
    }
  }, 120_000);
});

/** The process that writes, and the last row it has said to be committed. */
class Writer {
  acknowledged = 0;
  readonly #process: ChildProcess;
  readonly #ended: Promise<unknown>;
  readonly #lines: Interface;

  constructor(directory: string) {
    this.#process = spawn(process.execPath, ['--input-type=module-typescript', '--eval', WRITER, directory], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    this.#ended = once(this.#process, 'close');
    this.#lines = createInterface({ input: this.#process.stdout! });
    this.#lines.on('line', (line) => (this.acknowledged = Number(line)));
  }

  get pid(): number | undefined {
    return this.#process.pid;
  }

  hasWritten(rows: number): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#lines.on('line', () => {
        if (this.acknowledged >= rows) resolve();
      });
      this.#lines.once('close', () => reject(new Error(`the writer ended after ${this.acknowledged} rows`)));
    });
  }

  /** Resolves when it is dead and everything it had said was heard. */
  async kill(): Promise<void> {
    this.#process.kill('SIGKILL');
    await this.#ended;
  }
}
