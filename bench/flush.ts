import { randomBytes } from 'node:crypto';
import { InvalidArgumentError, program } from 'commander';
import { sql } from 'kysely';
import { openDatabase, type Database } from '../lib/db/database.ts';
import { prepareDatabase } from '../lib/db/prepare.ts';
import { FLUSH_STATEMENT, flushParameters } from '../lib/playtime/flush-statement.ts';
import type { SessionRow } from '../lib/ports/playtime-sink.ts';
import type { UuidKey } from '../lib/uuid.ts';
import { createDatabase, obtainPostgres, type FreshDatabase } from '../scripts/servers/postgres.ts';
import { BARE_ROWS, BARE_SESSIONS } from './flush-baselines.ts';

const options = program
  .name('npm run bench:flush --')
  .description(
    'Sessions a second that the flush writes to PostgreSQL, beside bare upserts of the same rows. Rounds are interleaved; ' +
      'the medians are compared.',
  )
  .option('--sessions <n>', 'live sessions, each of a user of its own', positive, 20_000)
  .option('--batch <n>', 'rows in a flush', positive, 500)
  .option('--writers <n>', 'flushes under way at once', positive, 2)
  .option('--rounds <n>', 'rounds', positive, 5)
  .parse()
  .opts<{ sessions: number; batch: number; writers: number; rounds: number }>();

const CONTENDERS = { flush: FLUSH_STATEMENT, rows: BARE_ROWS, sessions: BARE_SESSIONS } as const;
type Contender = keyof typeof CONTENDERS;
const NAMES = Object.keys(CONTENDERS) as Contender[];

/** First the insert of every session, then its updates: what the flush does every two minutes of a session's life. */
const UPDATES = 3;
const STARTED_AT = Date.now();

const server = await obtainPostgres();
if (server === null) {
  process.stderr.write('bench:flush needs PostgreSQL: set POSTGRES_DSN or install its binaries\n');
  process.exit(1);
}
try {
  process.stdout.write(
    `PostgreSQL ${server.version} (${server.kind}), fsync as it is configured; ${options.sessions} sessions, batches of ` +
      `${options.batch}, ${options.writers} writers, ${options.rounds} rounds\n`,
  );
  const homes = await Promise.all(NAMES.map((name) => openHome(server.address, name)));
  try {
    await measure(new Map(NAMES.map((name, n) => [name, homes[n]!.database])));
  } finally {
    for (const home of homes) {
      await home.database.close();
      await home.fresh.drop();
    }
  }
} finally {
  await server.stop();
}

async function openHome(address: string, name: string): Promise<{ fresh: FreshDatabase; database: Database }> {
  const fresh = await createDatabase(address, `flush_${name}`);
  const database = await openDatabase({ dsn: fresh.dsn, poolSize: options.writers });
  await prepareDatabase(database, STARTED_AT);
  return { fresh, database };
}

async function measure(databases: ReadonlyMap<Contender, Database>): Promise<void> {
  const first = new Map<Contender, number[]>(NAMES.map((name) => [name, []]));
  const again = new Map<Contender, number[]>(NAMES.map((name) => [name, []]));
  // The first round warms up and is thrown away.
  for (let round = 0; round <= options.rounds; round += 1) {
    const sessions = Array.from({ length: options.sessions }, newSession);
    for (let turn = 0; turn < NAMES.length; turn += 1) {
      const name = NAMES[(round + turn) % NAMES.length]!;
      const database = databases.get(name)!;
      await empty(database);
      const inserted = await flushAll(
        database,
        name,
        sessions.map((session) => at(session, 0)),
      );
      let updated = 0;
      for (let n = 1; n <= UPDATES; n += 1) {
        updated += await flushAll(
          database,
          name,
          sessions.map((session) => at(session, n)),
        );
      }
      if (round === 0) continue;
      first.get(name)!.push((options.sessions / inserted) * 1000);
      again.get(name)!.push(((options.sessions * UPDATES) / updated) * 1000);
    }
    process.stderr.write(round === 0 ? 'warmed up\n' : `round ${round} of ${options.rounds}\n`);
  }
  report('first flush (inserts)', first);
  report('re-flush of live sessions (updates)', again);
}

function positive(text: string): number {
  const number = Number(text);
  if (Number.isSafeInteger(number) && number > 0) return number;
  throw new InvalidArgumentError('must be a positive whole number');
}

function report(title: string, rates: ReadonlyMap<Contender, number[]>): void {
  const [flush, rows, sessions] = NAMES.map((name) => median(rates.get(name)!));
  const rate = (value: number | undefined): string => `${Math.round(value!).toLocaleString('en')} sessions/s`;
  process.stdout.write(
    `${title}\n` +
      `  flush, sums derived from the change              ${rate(flush)}\n` +
      `  (a) bare upsert, rows of the same six tables      ${rate(rows)}   ratio ${(flush! / rows!).toFixed(2)}\n` +
      `  (b) bare upsert of the session rows alone         ${rate(sessions)}   ratio ${(flush! / sessions!).toFixed(2)}\n`,
  );
}

/** Each row once, in batches, by several writers. Returns how long it took, ms. */
async function flushAll(database: Database, name: Contender, rows: readonly SessionRow[]): Promise<number> {
  let next = 0;
  const began = performance.now();
  await Promise.all(
    Array.from({ length: options.writers }, async () => {
      while (next < rows.length) {
        const batch = rows.slice(next, (next += options.batch));
        await database.executor.query(CONTENDERS[name], flushParameters(batch, false), 'flush');
      }
    }),
  );
  return performance.now() - began;
}

async function empty(database: Database): Promise<void> {
  await sql`TRUNCATE playtime_sessions, playtime_stats_daily, playtime_stats_monthly, playtime_totals, user_revisions, outbox_events`.execute(
    database.db,
  );
  await sql`CHECKPOINT`.execute(database.db);
}

function newSession(): SessionRow {
  const startedAt = STARTED_AT - Math.floor(Math.random() * 3_600_000);
  return {
    sessionId: timeOrdered(startedAt),
    userId: randomKey(),
    gameId: randomKey(),
    deviceId: randomKey(),
    clientSessionId: null,
    startedAt,
    lastBeatAt: startedAt,
    seq: 1,
    ended: null,
    rev: 1,
    firstDay: Math.floor(startedAt / 86_400_000),
    msByDay: [60_000],
  };
}

/** The session two more minutes on, `n` times. */
function at(session: SessionRow, n: number): SessionRow {
  return {
    ...session,
    rev: 1 + 2 * n,
    seq: 1 + 2 * n,
    lastBeatAt: session.startedAt + 120_000 * n,
    msByDay: [60_000 + 120_000 * n],
  };
}

function randomKey(): UuidKey {
  return randomBytes(16).toString('latin1') as UuidKey;
}

/** As a version 7 UUID: the time first, so that new rows meet at the end of the index. */
function timeOrdered(ms: number): UuidKey {
  const bytes = randomBytes(16);
  bytes.writeUIntBE(ms, 0, 6);
  return bytes.toString('latin1') as UuidKey;
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
