/**
 * `npm run bench:reads`: pages of libraries and achievements per second over REST with JWT, through one process with all
 * roles, PostgreSQL and Redis, beside `node:http` sending the same bytes. The load generator runs beside them and is part
 * of what the machine has to carry. Rounds are interleaved and the median is shown, for machines are noisy.
 */
import { fork, type ChildProcess } from 'node:child_process';
import path from 'node:path';
import { Command } from 'commander';
import { cpuSeconds } from './processor-time.ts';
import { seed, userIdOf } from './reads/seed.ts';
import type { Reader, ReadOrder, ReadReport } from './reads/load.ts';
import { BASE_PATH } from '../lib/contract/endpoints.ts';
import { openDatabase } from '../lib/db/database.ts';
import { NodeProcess } from '../scripts/cluster/node-process.ts';
import { demoToken } from '../scripts/demo-token.ts';
import { obtainPostgres } from '../scripts/servers/postgres.ts';
import { obtainRedis } from '../scripts/servers/redis.ts';

const options = new Command('bench:reads')
  .description('Pages a second: GET / and GET /achievements of users with hundreds of games.')
  .option('--connections <n>', 'connections at once', Number, 64)
  .option('--users <n>', 'users who read', Number, 2_000)
  .option('--games <n>', 'games of each', Number, 500)
  .option('--limit <n>', 'items a page', Number, 50)
  .option('--changes <percent>', 'reads of a hundred that follow a change', Number, 2)
  .option('--seconds <n>', 'measured time of a round', Number, 8)
  .option('--rounds <n>', 'rounds', Number, 3)
  .parse()
  .opts<Record<'connections' | 'users' | 'games' | 'limit' | 'changes' | 'seconds' | 'rounds', number>>();

const CATALOGUE = 3_000;
const ACHIEVEMENTS = 12;
const WARM_UP_MS = 1_000;
const HERE = import.meta.dirname;

interface Subject {
  readonly name: string;
  readonly path: string;
  readonly port: number;
  readonly readers: readonly Reader[];
  readonly showsNotes: boolean;
  readonly changePercent: number;
  readonly isOurs: boolean;
}

const postgres = await obtainPostgres();
const redis = await obtainRedis();
if (postgres === null || redis === null) {
  console.error('bench:reads needs PostgreSQL and Redis: run scripts/install-servers');
  process.exit(1);
}
const node = new NodeProcess({
  id: 'reads',
  role: 'gateway',
  env: {
    POSTGRES_DSN: postgres.address,
    REDIS_ADDR: redis.address,
    NODE_ID: 'reads',
    LIMITS_USER_PER_SECOND: '1000000',
    LIMITS_USER_BURST: '1000000',
    LIBRARY_HTTP_PORT: '0',
    LIBRARY_GRPC_PORT: '0',
    HTTP_HOST: '127.0.0.1',
    LOG_LEVEL: 'warn',
  },
});
const children: ChildProcess[] = [];
try {
  await node.start();
  console.log(`Seeding ${options.users} users with ${options.games} games each ...`);
  const database = await openDatabase({ dsn: postgres.address, poolSize: 2 });
  const size = {
    users: options.users,
    gamesEach: options.games,
    catalogue: CATALOGUE,
    achievementsPerGame: ACHIEVEMENTS,
  };
  await seed(database, size);
  await database.executor.query('VACUUM ANALYZE');
  await database.close();
  await measure(await subjects());
} finally {
  for (const child of children) child.disconnect();
  await node.stop();
  await redis.stop();
  await postgres.stop();
}

async function subjects(): Promise<readonly Subject[]> {
  const tokens = await Promise.all(Array.from({ length: options.users }, (_, n) => demoToken(userIdOf(n))));
  const games = await firstGames(tokens);
  const readers = (mark: string): Reader[] => tokens.map((token, n) => ({ token, gameId: games[n] ?? '', mark }));
  const own = { isOurs: true, port: Number(new URL(node.url).port), changePercent: options.changes };
  const found: Subject[] = [];
  for (const [title, path, mark] of [
    ['GET /', `${BASE_PATH}/?limit=${options.limit}`, '"notes":"seeded"'],
    ['GET /achievements', `${BASE_PATH}/achievements?limit=${options.limit}`, '"achievement_id":"'],
  ] as const) {
    const answer = await fetch(node.url + path, { headers: { authorization: `Bearer ${tokens[0]}` } });
    const page = await answer.text();
    if (answer.status !== 200 || !page.includes(mark)) {
      console.log(`${title} is left out: it answered ${answer.status} ${page.slice(0, 200)}`);
      continue;
    }
    const showsNotes = title === 'GET /';
    const name = `${title} (${(page.length / 1024).toFixed(0)} KiB)`;
    found.push({
      name: `node:http, the bytes of ${title}`,
      path: '/',
      ...(await baseline(page)),
      readers: readers(mark),
      showsNotes: false,
      changePercent: 0,
      isOurs: false,
    });
    found.push({ name, path, ...own, readers: readers(mark), showsNotes });
  }
  return found;
}

/** The game that stands first on each user's page. */
async function firstGames(tokens: readonly string[]): Promise<readonly string[]> {
  const games: string[] = [];
  for (const token of tokens) {
    const answer = await fetch(`${node.url}${BASE_PATH}/?limit=1`, { headers: { authorization: `Bearer ${token}` } });
    const { items } = (await answer.json()) as { items: readonly { game_id: string }[] };
    games.push(items[0]?.game_id ?? '');
  }
  return games;
}

/** Whose processor time a read is: the service, PostgreSQL, Redis. Those that somebody else runs are not seen. */
function pids(): (number | null)[] {
  return [node.pid, ...[postgres, redis].map((server) => (server?.kind === 'private' ? server.process.pid : null))];
}

async function measure(all: readonly Subject[]): Promise<void> {
  const processes = pids();
  const reports = new Map<string, (ReadReport & { readonly hits: number; readonly cpuMicros: readonly number[] })[]>(
    all.map(({ name }) => [name, []]),
  );
  for (let round = 0; round < options.rounds; round += 1) {
    for (const { name, ...subject } of all) {
      let before = { yes: 0, no: 0 };
      let cpuBefore: number[] = [];
      const times = { warmUpMs: WARM_UP_MS, measureMs: options.seconds * 1_000 };
      const report = await load(
        { ...subject, ...times, base: BASE_PATH, connections: options.connections },
        async () => {
          cpuBefore = processes.map(cpuSeconds);
          before = await lookups();
        },
      );
      const cpuAfter = processes.map(cpuSeconds);
      subject.readers.forEach((reader, n) => (reader.mark = report.marks[n] ?? reader.mark));
      const after = await lookups();
      const looked = after.yes + after.no - before.yes - before.no;
      const cpuMicros = cpuAfter.map((cpu, n) => ((cpu - (cpuBefore[n] ?? NaN)) / report.reads) * 1e6);
      reports.get(name)?.push({ ...report, cpuMicros, hits: looked === 0 ? NaN : (after.yes - before.yes) / looked });
    }
  }
  console.log(
    `\n${options.connections} connections, ${options.users} users with ${options.games} games each, ${options.changes} % of reads ` +
      `after a change, median of ${options.rounds} rounds of ${options.seconds} s; ` +
      `processor time a read, of the service, PostgreSQL and Redis\n`,
  );
  const heads = [
    'reads/s',
    'p50 ms',
    'p95 ms',
    'p99 ms',
    'changes/s',
    'MiB/s',
    'found',
    'wrong',
    'load CPU',
    'node µs',
    'PG µs',
    'Redis µs',
  ];
  console.log(''.padEnd(40) + heads.map((head) => head.padStart(10)).join(''));
  let failed = false;
  let plain = 0;
  for (const { name, isOurs } of all) {
    const rounds = reports.get(name) ?? [];
    const middle = (pick: (report: (typeof rounds)[number]) => number): number => median(rounds.map(pick));
    const rate = middle((report) => report.reads / report.seconds);
    const wrong = rounds.reduce((sum, report) => sum + report.wrong, 0);
    const hits = middle(({ hits }) => hits);
    const cells = [
      Math.round(rate),
      ...[(r: ReadReport) => r.p50, (r: ReadReport) => r.p95, (r: ReadReport) => r.p99].map((pick) =>
        (middle(pick) / 1_000).toFixed(1),
      ),
      Math.round(middle((report) => report.changes / report.seconds)),
      Math.round(middle((report) => report.bytes / report.seconds / 1024 / 1024)),
      Number.isNaN(hits) ? '' : `${(100 * hits).toFixed(1)} %`,
      wrong,
      `${Math.round(100 * middle((report) => report.cpuSeconds / report.seconds))} %`,
      ...processes.map((_, n) => (isOurs ? Math.round(middle(({ cpuMicros }) => cpuMicros[n] ?? NaN)) : '')),
    ];
    console.log(name.padEnd(40) + cells.map((cell) => String(cell).padStart(10)).join(''));
    for (const { firstWrong } of rounds) if (firstWrong !== null) console.log(`  wrong: ${firstWrong}`);
    failed ||= wrong > 0;
    if (!isOurs) plain = rate;
    else console.log(`  ratio to node:http: ${(rate / plain).toFixed(2)}`);
  }
  if (failed) process.exitCode = 1;
}

async function load(order: ReadOrder, warm: () => Promise<void>): Promise<ReadReport> {
  const child = fork(path.join(HERE, 'reads/load.ts'));
  child.send(order);
  await message(child);
  const report = message<ReadReport>(child);
  await warm();
  return report;
}

async function baseline(page: string): Promise<{ port: number }> {
  const child = fork(path.join(HERE, 'reads/baseline.ts'));
  children.push(child);
  child.send(page);
  return message<{ port: number }>(child);
}

function message<Message>(child: ChildProcess): Promise<Message> {
  return new Promise((resolve, reject) => {
    child.once('message', (value) => resolve(value as Message));
    child.once('exit', (code) => reject(new Error(`a bench process ended with ${code}`)));
  });
}

/** How many pages were there when they were asked for, by the node's own count. */
async function lookups(): Promise<{ yes: number; no: number }> {
  const text = await (await fetch(`${node.url}/metrics`)).text();
  const count = (found: string): number =>
    Number(
      new RegExp(`^library_page_cache_lookups_total\\{[^}]*found="${found}"[^}]*\\} (\\d+)`, 'm').exec(text)?.[1] ?? 0,
    );
  return { yes: count('yes'), no: count('no') };
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}
