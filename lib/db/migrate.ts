import { promises as fs } from 'node:fs';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { sql } from 'kysely';
import { FileMigrationProvider, Migrator, type MigrationInfo, type MigrationResultSet } from 'kysely/migration';
import { mustServe } from './contraction.ts';
import type { Database } from './database.ts';
import { RELEASE } from '../release.ts';

/** How long a migration may make others wait behind it for a lock. */
const LOCK_TIMEOUT = '500ms';

/** How it goes on when it did not get the lock. */
export interface Patience {
  /** How long it tries, ms. */
  readonly forMs: number;
  /** Between two tries. */
  readonly pause: () => Promise<void>;
}

/** Ten times what others waited for it, and as much again at most by chance: they have to catch up. */
const PATIENCE: Patience = { forMs: 600_000, pause: () => setTimeout(5_000 * (1 + Math.random())) };
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
 * Migrations of a newer release may be there already: this process is one of the older ones in a rolling upgrade, or of
 * one that was taken back.
 *
 * @returns the names of the migrations applied by this call.
 * @throws MigrationFailed
 * @throws SchemaTooNew
 */
export async function migrateToLatest(database: Database, patience = PATIENCE): Promise<readonly string[]> {
  const [own, there] = await Promise.all([ownMigrations(), appliedMigrations(database)]);
  mustServe(
    RELEASE,
    there.filter((name) => !own.includes(name)),
  );
  if (own.every((name) => there.includes(name))) return [];
  if (there.length > 0) return withMigrator(database, (migrator) => oneByOne(migrator, patience));
  // On an empty schema nobody works yet: all of it at once, and whoever waits, waits for another who does the same.
  const atOnce = { ...patience, pause: () => Promise.resolve() };
  return applied(await withMigrator(database, (migrator) => patiently(() => migrator.migrateToLatest(), atOnce)));
}

async function ownMigrations(): Promise<readonly string[]> {
  const files = await fs.readdir(MIGRATIONS);
  return files.filter((file) => file.endsWith('.ts')).map((file) => path.parse(file).name);
}

/** By two short queries: the migrator would read the whole catalogue of tables, several times. */
async function appliedMigrations({ executor }: Database): Promise<readonly string[]> {
  const { rows: tables } = await executor.query<{ exists: boolean }>(
    `SELECT to_regclass('kysely_migration') IS NOT NULL AS exists`,
  );
  if (!tables[0]?.exists) return [];
  const { rows } = await executor.query<{ name: string }>('SELECT name FROM kysely_migration ORDER BY name');
  return rows.map(({ name }) => name);
}

/**
 * Each in a transaction of its own: requests go on meanwhile, and a lock that one migration needs must not be held until
 * the last one is through.
 */
async function oneByOne(migrator: Migrator, patience: Patience): Promise<readonly string[]> {
  const names: string[] = [];
  for (;;) {
    const name = applied(await patiently(() => migrator.migrateUp(), patience));
    if (name.length === 0) return names;
    names.push(...name);
  }
}

/**
 * A migration that does not get its lock soon steps back, for all who come after it wait as well, and tries again when they
 * have had their turn: a table whose lock is asked for without a pause is as good as locked.
 */
async function patiently(migrate: () => Promise<MigrationResultSet>, patience: Patience): Promise<MigrationResultSet> {
  const giveUpAt = Date.now() + patience.forMs;
  for (;;) {
    const outcome = await migrate();
    if (!isLockTimeout(outcome.error) || Date.now() > giveUpAt) return outcome;
    await patience.pause();
  }
}

/** PostgreSQL's `lock_not_available`. */
function isLockTimeout(error: unknown): boolean {
  return (error as { readonly code?: unknown } | undefined)?.code === '55P03';
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

/** Building an index may take long: no statement timeout on this connection meanwhile. */
async function withMigrator<Result>(database: Database, run: (migrator: Migrator) => Promise<Result>): Promise<Result> {
  return database.db.connection().execute(async (connection) => {
    await sql`SET statement_timeout = 0`.execute(connection);
    await sql`SET lock_timeout = ${sql.lit(LOCK_TIMEOUT)}`.execute(connection);
    try {
      return await run(new Migrator({ db: connection, provider }));
    } finally {
      await sql`RESET statement_timeout`.execute(connection);
      await sql`RESET lock_timeout`.execute(connection);
    }
  });
}

const provider = new FileMigrationProvider({
  fs,
  path,
  migrationFolder: MIGRATIONS,
  import: (file: string) => import(pathToFileURL(file).href),
});
