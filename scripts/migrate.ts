import path from 'node:path';
import { program } from 'commander';
import { loadConfig } from '../lib/config/load.ts';
import { openDatabase, type DatabaseLocation } from '../lib/db/database.ts';
import { migrateDown, migrationStatus } from '../lib/db/migrate.ts';
import { prepareDatabase } from '../lib/db/prepare.ts';
import { outgoingTlsOnce } from '../lib/tls/outgoing.ts';

interface Options {
  readonly down?: true;
  readonly status?: true;
  readonly dsn?: string;
  readonly data?: string;
}

const options = program
  .name('npm run migrate --')
  .description('Brings the database schema up to date, makes the partitions of the next months, and says what it did.')
  .option('--down', 'take the last migration back instead, with the data it holds')
  .option('--status', 'list the migrations instead, and when each was applied')
  .option('--dsn <url>', 'the PostgreSQL server (default: that of the configuration)')
  .option('--data <directory>', 'the embedded database (default: that of the configuration, when it names no server)')
  .parse()
  .opts<Options>();

try {
  const database = await openDatabase(location());
  try {
    for (const line of await run()) process.stdout.write(`${line}\n`);
  } finally {
    await database.close();
  }

  async function run(): Promise<readonly string[]> {
    if (options.status) {
      const migrations = await migrationStatus(database);
      return migrations.map(({ name, executedAt }) => `${name}  ${executedAt?.toISOString() ?? 'not applied'}`);
    }
    if (options.down) {
      const [name] = await migrateDown(database);
      return [name === undefined ? 'nothing to take back' : `took back ${name}`];
    }
    const names = await prepareDatabase(database, Date.now());
    return names.length === 0 ? ['the schema is up to date'] : names.map((name) => `applied ${name}`);
  }

  /** What the command line names, else what the service itself would open. */
  function location(): DatabaseLocation {
    if (options.dsn !== undefined) return { dsn: options.dsn };
    if (options.data !== undefined) return { directory: options.data };
    const { postgres, node } = loadConfig();
    const ssl = outgoingTlsOnce('postgres', postgres, postgres.tls === 'on');
    if (postgres.dsn !== null) return { dsn: postgres.dsn, ...(ssl === null ? {} : { ssl }) };
    return { directory: path.resolve(import.meta.dirname, '..', node.dataDir) };
  }
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
