import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { describe, expect, it } from '@jest/globals';
import { openDatabase } from '../../../lib/db/database.ts';
import { prepareDatabase } from '../../../lib/db/prepare.ts';
import { TEST_NOW } from '../../databases.ts';

describe('the embedded database', () => {
  it('finds the trigram extension in a directory that was made without it, and again at the next start', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'library-embedded-'));
    try {
      await (await PGlite.create(join(directory, 'postgresql'))).close();
      for (const migrated of [true, false]) {
        const database = await openDatabase({ directory });
        const migrations = await prepareDatabase(database, TEST_NOW);
        expect(migrations.length > 0).toBe(migrated);
        const { rows } = await database.executor.query<{ alike: boolean }>(`SELECT 'lantern' % 'lanterns' AS alike`);
        expect(rows).toEqual([{ alike: true }]);
        await database.close();
      }
    } finally {
      rmSync(directory, { recursive: true });
    }
  }, 60_000);
});
