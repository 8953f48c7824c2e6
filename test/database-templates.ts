import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { pg_trgm } from '@electric-sql/pglite/contrib/pg_trgm';
import { openDatabase, type Database } from '../lib/db/database.ts';
import { prepareDatabase } from '../lib/db/prepare.ts';
import { createDatabase } from '../scripts/servers/postgres.ts';

/** A moment that the tests' partitions are made for. */
export const TEST_NOW = Date.UTC(2026, 2, 15, 12);

/**
 * The variables by which `test/run.ts` tells the suites of migrated databases to copy: a hundred suites want one each,
 * and to make one from nothing takes three seconds of the processor. Unset where only some files are run.
 */
export const TEMPLATE_VARIABLES = { pglite: 'TEST_PGLITE_TEMPLATE', postgres: 'TEST_POSTGRES_TEMPLATE' } as const;

/** Makes both (that of PostgreSQL only on a server). Returns the variables. */
export async function makeTemplates(folder: string, address: string | null): Promise<Record<string, string>> {
  const file = join(folder, 'template.tar');
  const directory = join(folder, 'template');
  await prepared(await openDatabase({ directory }));
  const lite = await PGlite.create(join(directory, 'postgresql'), { extensions: { pg_trgm } });
  await writeFile(file, Buffer.from(await (await lite.dumpDataDir('none')).arrayBuffer()));
  await lite.close();
  if (address === null) return { [TEMPLATE_VARIABLES.pglite]: file };

  const { dsn } = await createDatabase(address, 'template');
  await prepared(await openDatabase({ dsn }));
  return { [TEMPLATE_VARIABLES.pglite]: file, [TEMPLATE_VARIABLES.postgres]: new URL(dsn).pathname.slice(1) };
}

async function prepared(database: Database): Promise<void> {
  await prepareDatabase(database, TEST_NOW);
  await database.close();
}

/** A migrated database in memory, of the caller's own. */
export async function openMigratedPglite(): Promise<Database> {
  const template = process.env[TEMPLATE_VARIABLES.pglite];
  const contents = template === undefined ? {} : { contents: new Blob([await readFile(template)]) };
  return migrated(await openDatabase({ memory: true, ...contents }));
}

export interface MigratedDatabase {
  readonly database: Database;
  readonly dsn: string;
  readonly drop: () => Promise<void>;
}

/** A migrated database of the caller's own on a PostgreSQL server. */
export async function openMigratedPostgres(address: string): Promise<MigratedDatabase> {
  const fresh = await createDatabase(address, 'test', process.env[TEMPLATE_VARIABLES.postgres]);
  return { ...fresh, database: await migrated(await openDatabase({ dsn: fresh.dsn })) };
}

/** Finds little to do in a copy of a template. */
async function migrated(database: Database): Promise<Database> {
  await prepareDatabase(database, TEST_NOW);
  return database;
}
