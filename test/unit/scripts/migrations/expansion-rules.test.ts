import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import type { Migration } from 'kysely/migration';
import { contractedFor } from '../../../../lib/db/contraction.ts';
import { isBefore, RELEASE } from '../../../../lib/release.ts';
import { expansionBreaches } from '../../../../scripts/migrations/expansion-rules.ts';
import { recordedSql } from '../../../../scripts/migrations/recorded-sql.ts';

const MIGRATIONS = join(import.meta.dirname, '../../../../migrations');
const NEXT = join(import.meta.dirname, '../../../cluster/upgrade/next/migrations');
/** The schema of the first release: nothing was there before it. */
const FIRST = '0023_wanted_games';

function migrationsIn(folder: string): readonly string[] {
  const files = readdirSync(folder).filter((file) => file.endsWith('.ts'));
  return files.map((file) => file.slice(0, -'.ts'.length)).sort();
}

async function breachesOf(folder: string, name: string): Promise<readonly string[]> {
  const migration = (await import(pathToFileURL(join(folder, `${name}.ts`)).href)) as Migration;
  return expansionBreaches(await recordedSql(migration));
}

const later = migrationsIn(MIGRATIONS).filter((name) => name > FIRST);

describe('every migration since the first release', () => {
  it.each(later.filter((name) => contractedFor(name) === null))(
    '%s leaves the release before at work',
    async (name) => {
      expect(await breachesOf(MIGRATIONS, name)).toEqual([]);
    },
  );

  it('takes something away only when no release that may still run uses it', () => {
    const needed = later.map(contractedFor).filter((release) => release !== null);
    expect(needed.filter((release) => !isBefore(release, RELEASE))).toEqual([]);
  });

  it('is like that of the release that upgrades are rehearsed with', async () => {
    for (const name of migrationsIn(NEXT)) expect(await breachesOf(NEXT, name)).toEqual([]);
  });
});

describe('the rules of an expansion', () => {
  it.each([
    ['DROP TABLE wishlists', 'drops a table'],
    ['DROP INDEX wishlists_by_game', 'drops an index'],
    ['ALTER TABLE wishlists DROP COLUMN note', 'drops wishlists.note'],
    ['ALTER TABLE wishlists RENAME COLUMN note TO remark', 'renames'],
    ['ALTER TABLE wishlists RENAME TO wishes', 'renames'],
    ['ALTER TABLE wishlists ADD COLUMN mood text NOT NULL', 'NOT NULL without a default'],
    ['ALTER TABLE wishlists ADD COLUMN mark uuid DEFAULT gen_random_uuid()', 'computed default'],
    ['ALTER TABLE wishlists ALTER COLUMN note SET NOT NULL', 'be null no longer'],
    ['ALTER TABLE wishlists ALTER COLUMN priority TYPE bigint', 'changes the type'],
    ['ALTER TABLE wishlists ADD CONSTRAINT short CHECK (length(note) < 100)', 'NOT VALID first'],
    ['ALTER TABLE wishlists DROP CONSTRAINT wishlists_pkey', 'drops the constraint wishlists_pkey'],
    ['CREATE INDEX wishlists_by_note ON wishlists (note)', 'CONCURRENTLY'],
    ['CREATE UNIQUE INDEX IF NOT EXISTS one_note ON wishlists (note)', 'unique'],
  ])('refuse: %s', async (statement, because) => {
    expect(await expansionBreaches([statement])).toEqual([expect.stringContaining(because)]);
  });

  it.each([
    'CREATE TABLE moods (user_id uuid PRIMARY KEY, mood text NOT NULL)',
    'ALTER TABLE wishlists ADD COLUMN mood text',
    `ALTER TABLE wishlists ADD COLUMN mood text NOT NULL DEFAULT 'calm'`,
    'ALTER TABLE wishlists ALTER COLUMN note DROP NOT NULL',
    'ALTER TABLE wishlists ADD CONSTRAINT short CHECK (length(note) < 100) NOT VALID',
    'CREATE INDEX IF NOT EXISTS wishlists_by_note ON wishlists (note)',
    `UPDATE wishlists SET note = '' WHERE note IS NULL`,
  ])('let pass: %s', async (statement) => {
    expect(await expansionBreaches([statement])).toEqual([]);
  });

  it('let a migration do what it likes with a table of its own', async () => {
    const statements = [
      'CREATE TABLE moods (user_id uuid PRIMARY KEY)',
      'ALTER TABLE moods ADD COLUMN mood text NOT NULL',
      'CREATE UNIQUE INDEX moods_by_mood ON moods (mood)',
    ];
    expect(await expansionBreaches(statements)).toEqual([]);
  });
});
