/**
 * `npm run bench:saves`: saves a second over REST with JWT, through one process with all roles, PostgreSQL, Redis and the
 * folder store, beside `node:http` with two bare inserts. Each save is announced, really sent, and confirmed; every
 * answer is checked, and at the end the database's sums are compared with what was acknowledged. The load generator runs
 * beside them and is part of what the machine has to carry. Rounds are interleaved and the median is shown.
 *
 * Counted are first the two calls of the API alone (`apart`), then whole saves, which wait for the disk that takes them.
 */
import { fork, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Command } from 'commander';
import { sql } from 'kysely';
import { cpuSeconds } from './processor-time.ts';
import type { BaselineOrder } from './saves/baseline.ts';
import type { Saver } from './saves/device.ts';
import type { Latencies, LoadMessage, SaveOrder, SaveReport } from './saves/load.ts';
import { BASE_PATH } from '../lib/contract/endpoints.ts';
import { openDatabase, type Database } from '../lib/db/database.ts';
import { NodeProcess } from '../scripts/cluster/node-process.ts';
import { demoToken } from '../scripts/demo-token.ts';
import { obtainPostgres } from '../scripts/servers/postgres.ts';
import { obtainRedis } from '../scripts/servers/redis.ts';

const options = new Command('bench:saves')
  .description(
    'Saves a second: POST upload-url, the PUT of the bytes, and POST confirm-upload, each upon the one before.',
  )
  .option('--connections <n>', 'connections at once', Number, 32)
  .option('--users <n>', 'users who save, a device and a slot each', Number, 2_000)
  .option('--bytes <n>', 'size of a save', Number, 4_096)
  .option('--keep <n>', 'versions kept of each slot; from the next on, each save lets one go', Number, 3)
  .option('--seconds <n>', 'measured time of a round', Number, 10)
  .option('--rounds <n>', 'rounds', Number, 3)
  .parse()
  .opts<Record<'connections' | 'users' | 'bytes' | 'keep' | 'seconds' | 'rounds', number>>();

const WARM_UP_MS = 2_000;
const HERE = import.meta.dirname;

interface Subject {
  readonly name: string;
  readonly port: number;
  savers: readonly Saver[];
  readonly isOurs: boolean;
  readonly pid: number | null;
}
type Round = SaveReport & { readonly cpuMicros: readonly number[] };

const postgres = await obtainPostgres();
const redis = await obtainRedis();
if (postgres === null || redis === null) {
  console.error('bench:saves needs PostgreSQL and Redis: run scripts/install-servers');
  process.exit(1);
}
const directory = mkdtempSync(path.join(tmpdir(), 'library-bench-saves-'));
const node = new NodeProcess({
  id: 'saves',
  role: 'gateway',
  env: {
    POSTGRES_DSN: postgres.address,
    REDIS_ADDR: redis.address,
    NODE_ID: 'saves',
    LOG_LEVEL: 'warn',
    LIMITS_USER_PER_SECOND: '1000000',
    LIMITS_USER_BURST: '1000000',
    LIMITS_UPLOADS_PER_HOUR: '1000000',
    LIBRARY_HTTP_PORT: '0',
    HTTP_HOST: '127.0.0.1',
    LIBRARY_GRPC_PORT: '0',
    SAVES_DIR: path.join(directory, 'saves'),
    SAVES_KEEP_VERSIONS: String(options.keep),
  },
});
const children: ChildProcess[] = [];
try {
  await node.start();
  const database = await openDatabase({ dsn: postgres.address, poolSize: 2 });
  try {
    const subjects = await prepared(database);
    for (const way of ['apart', 'whole'] as const) await measure(subjects, way);
    await compare(database, subjects.find(({ isOurs }) => isOurs)?.savers ?? []);
  } finally {
    await database.close();
  }
} finally {
  for (const child of children) child.disconnect();
  await node.stop();
  await redis.stop();
  await postgres.stop();
  rmSync(directory, { recursive: true });
}

async function prepared(database: Database): Promise<readonly Subject[]> {
  const userIds = Array.from({ length: options.users }, (_, n) => id('9', n));
  const gameId = id('a', 0);
  await sql`
    INSERT INTO user_libraries (user_id, game_id, source, acquired_at, updated_at)
    SELECT user_id, ${gameId}, 'purchase', now(), now() FROM unnest(${userIds}::uuid[]) AS u (user_id)`.execute(
    database.db,
  );
  const savers = await Promise.all(
    userIds.map(async (userId, n) => ({
      token: await demoToken(userId),
      gameId,
      deviceId: id('8', n),
      head: null,
      saves: 0,
    })),
  );
  const child = fork(path.join(HERE, 'saves/baseline.ts'));
  children.push(child);
  child.send({ dsn: postgres?.address ?? '', directory } satisfies BaselineOrder);
  const { port } = await message<{ port: number }>(child);
  return [
    { name: 'node:http, two bare inserts', port, savers, isOurs: false, pid: child.pid ?? null },
    { name: 'saves', port: Number(new URL(node.url).port), savers, isOurs: true, pid: node.pid },
  ];
}

/** Readable, and spread like real ones in their last byte. */
function id(family: string, n: number): string {
  return `00000000-0000-7000-${family}000-${n.toString(16).padStart(12, '0')}`;
}

async function measure(subjects: readonly Subject[], way: SaveOrder['way']): Promise<void> {
  const reports = new Map<Subject, Round[]>(subjects.map((subject) => [subject, []]));
  for (let round = 0; round < options.rounds; round += 1) {
    for (const subject of subjects) reports.get(subject)?.push(await measureOnce(subject, way));
  }
  console.log(
    `\n${way === 'apart' ? 'The two calls, the bytes being sent in between and not counted' : 'Whole saves'}: ` +
      `${options.connections} connections, ${options.users} users, saves of ${options.bytes} bytes, ${options.keep} versions ` +
      `kept; median of ${options.rounds} rounds of ${options.seconds} s\n`,
  );
  const heads = ['pairs/s', 'wrong', 'load CPU', 'node µs', 'PG µs', 'Redis µs', 'load µs'];
  console.log(''.padEnd(30) + heads.map((head) => head.padStart(10)).join(''));
  let plain = 0;
  for (const [{ name, isOurs }, rounds] of reports) {
    const middle = (pick: (round: Round) => number): number => median(rounds.map(pick));
    const rate = middle(({ pairs, seconds }) => pairs / seconds);
    const wrong = rounds.reduce((sum, round) => sum + round.wrong, 0);
    const cells = [
      ...[Math.round(rate), wrong, `${Math.round(100 * middle((round) => round.cpuSeconds / round.seconds))} %`],
      ...[0, 1, 2].map((n) => Math.round(middle(({ cpuMicros }) => cpuMicros[n] ?? NaN))),
      Math.round(middle((round) => (round.cpuSeconds / round.pairs) * 1e6)),
    ];
    console.log(name.padEnd(30) + cells.map((cell) => String(cell).padStart(10)).join(''));
    for (const step of way === 'apart'
      ? (['announce', 'confirm'] as const)
      : (['announce', 'put', 'confirm'] as const)) {
      const ms = (pick: keyof Latencies): string => (middle((round) => round[step][pick]) / 1_000).toFixed(1);
      console.log(`  ${step.padEnd(10)} p50 ${ms('p50')} ms, p95 ${ms('p95')} ms, p99 ${ms('p99')} ms`);
    }
    for (const { firstWrong } of rounds) if (firstWrong !== null) console.log(`  wrong: ${firstWrong}`);
    if (wrong > 0) process.exitCode = 1;
    if (!isOurs) plain = rate;
    else console.log(`  ratio to node:http: ${(rate / plain).toFixed(2)}`);
  }
  const whatNodeDoes = way === 'apart' ? 'all roles' : 'all roles and the PUT';
  console.log(`\nµs: processor time a save takes of each process; node is ${whatNodeDoes}, or the baseline.`);
}

async function measureOnce(subject: Subject, way: SaveOrder['way']): Promise<Round> {
  const processes = [
    subject.pid,
    ...[postgres, redis].map((server) => (server?.kind === 'private' ? server.process.pid : null)),
  ];
  const child = fork(path.join(HERE, 'saves/load.ts'));
  const used = processes.map(() => 0);
  let before: readonly number[] = [];
  const report = await new Promise<SaveReport>((resolve, reject) => {
    child.on('message', (message: LoadMessage) => {
      if ('report' in message) resolve(message.report);
      else if (message.counting) before = processes.map(cpuSeconds);
      else processes.forEach((pid, n) => (used[n] = (used[n] ?? 0) + cpuSeconds(pid) - (before[n] ?? NaN)));
    });
    child.once('exit', (code) => reject(new Error(`the load generator ended with ${code}`)));
    child.send({
      way,
      port: subject.port,
      savers: subject.savers,
      base: BASE_PATH,
      connections: options.connections,
      saveBytes: options.bytes,
      warmUpMs: WARM_UP_MS,
      measureMs: options.seconds * 1_000,
    } satisfies SaveOrder);
  });
  subject.savers = report.savers;
  return { ...report, cpuMicros: used.map((seconds) => (seconds / report.pairs) * 1e6) };
}

/** What the database says of every user must be what was acknowledged, and its sums must be the sums of its rows. */
async function compare({ db }: Database, savers: readonly Saver[]): Promise<void> {
  const { rows } = await sql<Record<string, number>>`
    SELECT
      (SELECT sum(last_version) FROM savegame_accounts) AS versions_given,
      (SELECT count(*) FROM savegame_metadata WHERE head_version IS NOT NULL) AS heads,
      (SELECT count(*) FROM savegame_versions) AS versions_kept,
      (SELECT count(*) FROM savegame_objects) AS objects,
      (SELECT count(*) FROM savegame_uploads) AS uploads,
      (SELECT sum(stored_bytes) FROM savegame_accounts) AS stored_bytes,
      (SELECT sum(size_bytes) FROM savegame_objects) AS bytes_of_objects,
      (SELECT sum(reserved_bytes) FROM savegame_accounts) AS reserved_bytes`.execute(db);
  const heads = await db.selectFrom('savegame_metadata').select(['user_id', 'head_version']).execute();
  const headOf = new Map(heads.map(({ user_id, head_version }) => [user_id, head_version]));
  const saves = savers.reduce((sum, saver) => sum + saver.saves, 0);
  const kept = savers.reduce((sum, saver) => sum + Math.min(saver.saves, options.keep), 0);
  const bytes = kept * options.bytes;
  const expected = {
    versions_given: saves,
    heads: savers.filter(({ head }) => head !== null).length,
    versions_kept: kept,
    objects: kept,
    uploads: 0,
    stored_bytes: bytes,
    bytes_of_objects: bytes,
    reserved_bytes: 0,
  };
  const found = Object.fromEntries(Object.entries(rows[0] ?? {}).map(([name, value]) => [name, Number(value)]));
  const others = savers.filter(({ head }, n) => (headOf.get(id('9', n)) ?? null) !== head);
  const differs = Object.entries(expected).filter(([name, value]) => found[name] !== value);
  for (const [name, value] of differs) console.log(`wrong: ${name} is ${found[name]}, acknowledged were ${value}`);
  for (const { head } of others) console.log(`wrong: a head is another than the acknowledged ${head}`);
  if (differs.length + others.length > 0) process.exitCode = 1;
  else console.log(`\nThe database says the same: ${saves} saves, ${kept} kept, ${bytes} bytes, nothing reserved.`);
}

function message<Message>(child: ChildProcess): Promise<Message> {
  return new Promise((resolve, reject) => {
    child.once('message', (value) => resolve(value as Message));
    child.once('exit', (code) => reject(new Error(`a bench process ended with ${code}`)));
  });
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}
