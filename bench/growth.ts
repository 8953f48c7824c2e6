/**
 * `npm run bench:growth`: how the latency of reads that no cache answers grows with the number of rows in user_libraries,
 * and the plan of each statement. Fails when a plan at the largest size walks through a whole table of users.
 */
import { Command } from 'commander';
import { CATEGORY_ID, firstGameOf, gameIdOf, seed, userIdOf } from './reads/seed.ts';
import { MEASURED, type Measured } from './growth/statements.ts';
import { plans } from './growth/plans.ts';
import { openDatabase, type Database } from '../lib/db/database.ts';
import { prepareDatabase } from '../lib/db/prepare.ts';
import { USER_TABLES } from '../lib/library/user-tables.ts';
import { createDatabase, obtainPostgres } from '../scripts/servers/postgres.ts';

const options = new Command('bench:growth')
  .description('Latency of uncached reads by the number of rows, and the plans behind it.')
  .option('--max-rows <n>', 'rows of user_libraries at the end', Number, 10_000_000)
  .option('--games <n>', 'games of each user', Number, 500)
  .option('--catalogue <n>', 'games of the catalogue', Number, 20_000)
  .option('--samples <n>', 'reads measured of each kind', Number, 300)
  .parse()
  .opts<Record<'maxRows' | 'games' | 'catalogue' | 'samples', number>>();

const SIZES = [10_000, 100_000, 1_000_000, 10_000_000].filter((rows) => rows <= options.maxRows);

const server = await obtainPostgres({ fsync: false });
if (server === null) {
  console.error('bench:growth needs PostgreSQL: run scripts/install-servers');
  process.exit(1);
}
try {
  const fresh = await createDatabase(server.address, 'growth');
  const database = await openDatabase({ dsn: fresh.dsn, poolSize: 1 });
  try {
    await database.executor.query('SET synchronous_commit = off');
    await database.executor.query('SET statement_timeout = 0');
    await prepareDatabase(database, Date.now());
    await run(database);
  } finally {
    await database.close();
    await fresh.drop();
  }
} finally {
  await server.stop();
}

async function run(database: Database): Promise<void> {
  console.log(
    `ms, median and 95th percentile of ${options.samples} reads by random users with ${options.games} games each\n`,
  );
  console.log('rows'.padStart(12) + MEASURED.map(({ name }) => name.padStart(18)).join(''));
  let users = 0;
  for (const rows of SIZES) {
    const before = users;
    users = Math.ceil(rows / options.games);
    process.stderr.write(`seeding up to ${rows.toLocaleString('en')} rows ...\n`);
    await seed(
      database,
      { users, gamesEach: options.games, catalogue: options.catalogue, achievementsPerGame: 12 },
      before,
    );
    await database.executor.query('VACUUM ANALYZE');
    const cells: string[] = [];
    for (const measured of MEASURED) cells.push(await latency(database, measured, users));
    console.log(rows.toLocaleString('en').padStart(12) + cells.map((cell) => cell.padStart(18)).join(''));
  }
  const arguments_ = { userId: userIdOf(Math.floor(users / 2)), gameId: gameIdOf(7), categoryId: CATEGORY_ID };
  const filled = await filledTables(database);
  const scans: string[] = [];
  for (const { name, statement, plan } of await plans(database, arguments_, filled)) {
    console.log(`\n${name}: ${statement}\n${plan.map((line) => `    ${line}`).join('\n')}`);
    for (const line of plan) {
      const table = /Seq Scan on (\w+)/.exec(line)?.[1] ?? '';
      if (filled.has(table)) scans.push(`${name}: ${table}`);
    }
  }
  console.log(
    scans.length === 0 ? '\nno plan walks through a table of users' : `\nsequential scans: ${scans.join(', ')}`,
  );
  if (scans.length > 0) process.exitCode = 1;
}

/** The tables of users that are large enough to be worth an index: a small one is rightly read as a whole. */
async function filledTables({ executor }: Database): Promise<ReadonlySet<string>> {
  const { rows } = await executor.query<{ relname: string }>(
    `SELECT relname FROM pg_class WHERE relkind = 'r' AND relpages > 20 AND relname = ANY ($1)`,
    [USER_TABLES.map(({ table }) => table)],
  );
  return new Set(rows.map(({ relname }) => relname));
}

async function latency(database: Database, { read }: Measured, users: number): Promise<string> {
  const times: number[] = [];
  // The first ones warm up: PostgreSQL plans a statement anew some times before it settles on a plan.
  for (let n = -20; n < options.samples; n += 1) {
    const user = Math.floor(Math.random() * users);
    const [userId, gameId] = [userIdOf(user), firstGameOf(user, options.catalogue)];
    const began = performance.now();
    await read(database, userId, gameId);
    if (n >= 0) times.push(performance.now() - began);
  }
  times.sort((a, b) => a - b);
  const at = (share: number): string => (times[Math.floor(times.length * share)] ?? 0).toFixed(1);
  return `${at(0.5)} / ${at(0.95)}`;
}
