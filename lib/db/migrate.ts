import { promises as fs } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { sql } from 'kysely';
import { FileMigrationProvider, Migrator, type MigrationInfo, type MigrationResultSet } from 'kysely/migration';
import type { Database } from './database.ts';

const MIGRATIONS = path.resolve(import.meta.dirname, '../../migrations');

/** A migration that could not be applied; what went before it stays, itself it left nothing behind. */
export class MigrationFailed extends Error {
  constructor(name: string, cause: unknown) {
    super(`migration ${name} failed: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
    this.name = 'MigrationFailed';
  }
}

/**
 * Brings the schema up to date, under a lock: of many processes that start at once, one migrates and the others wait.
 *
 * @returns the names of the migrations applied by this call.
 * @throws MigrationFailed
 */
export async function migrateToLatest(database: Database): Promise<readonly string[]> {
  if (await isUpToDate(database)) return [];
  return applied(await withMigrator(database, (migrator) => migrator.migrateToLatest()));
}

/** The common start, told by two short queries: the migrator would read the whole catalogue of tables, several times. */
async function isUpToDate({ executor }: Database): Promise<boolean> {
  const { rows: tables } = await executor.query<{ exists: boolean }>(
    `SELECT to_regclass('kysely_migration') IS NOT NULL AS exists`,
  );
  if (!tables[0]?.exists) return false;
  const { rows } = await executor.query<{ name: string }>('SELECT name FROM kysely_migration ORDER BY name');
  const files = (await fs.readdir(MIGRATIONS))
    .filter((file) => file.endsWith('.ts'))
    .map((file) => path.parse(file).name);
  return files.sort().join() === rows.map(({ name }) => name).join();
}

/** Takes the last migration back, with its data. Returns its name, or nothing when none is applied. */
export async function migrateDown(database: Database): Promise<readonly string[]> {
  return applied(await withMigrator(database, (migrator) => migrator.migrateDown()));
}

/** Every migration there is, with the time it was applied. */
export async function migrationStatus(database: Database): Promise<readonly MigrationInfo[]> {
  return withMigrator(database, (migrator) => migrator.getMigrations());
}

function applied(outcome: MigrationResultSet): readonly string[] {
  const failed = outcome.results?.find((result) => result.status === 'Error');
  if (outcome.error !== undefined) throw new MigrationFailed(failed?.migrationName ?? '(none)', outcome.error);
  return outcome.results?.map((result) => result.migrationName) ?? [];
}

/** Waiting for the lock and building an index may both take long: no statement timeout on this connection meanwhile. */
async function withMigrator<Result>(database: Database, run: (migrator: Migrator) => Promise<Result>): Promise<Result> {
  return database.db.connection().execute(async (connection) => {
    await sql`SET statement_timeout = 0`.execute(connection);
    try {
      return await run(new Migrator({ db: connection, provider }));
    } finally {
      await sql`RESET statement_timeout`.execute(connection);
    }
  });
}

const provider = new FileMigrationProvider({
  fs,
  path,
  migrationFolder: MIGRATIONS,
  import: (file: string) => import(pathToFileURL(file).href),
});
