/**
 * `npm run bench:checkpoint`: how many user records a second each checkpoint store takes, one commit at a time as the
 * engine's committer does it: single records, and group commits of 50 and 200 shards with one record each.
 */
import { randomUUID } from 'node:crypto';
import { parseArgs } from 'node:util';
import { MemoryCheckpointStore } from '../lib/checkpoint/memory-checkpoint-store.ts';
import { openDatabase, type DatabaseLocation } from '../lib/db/database.ts';
import { migrateToLatest } from '../lib/db/migrate.ts';
import { PostgresCheckpointStore } from '../lib/db/postgres-checkpoint-store.ts';
import type { CheckpointStore, ShardCommit } from '../lib/ports/checkpoint-store.ts';
import { systemClock } from '../lib/ports/clock.ts';
import { openRedisCheckpointStore } from '../lib/redis/redis-checkpoint-store.ts';
import { mustUuidKey } from '../lib/uuid.ts';
import { startPostgres } from '../scripts/servers/postgres.ts';
import { startRedis } from '../scripts/servers/redis.ts';

const SHARDS_PER_COMMIT = [1, 50, 200];
const USERS_PER_SHARD = 20;
/** About what a user with one live session takes. */
const SNAPSHOT_BYTES = 150;

interface Contestant {
  readonly name: string;
  readonly open: () => Promise<{ readonly store: CheckpointStore; close(): Promise<void> } | null>;
}

const CONTESTANTS: readonly Contestant[] = [
  {
    name: 'memory',
    open: async () => ({ store: new MemoryCheckpointStore(systemClock()), close: () => Promise.resolve() }),
  },
  { name: 'Redis, fsync every second', open: () => openRedis('everysec') },
  { name: 'Redis, fsync always', open: () => openRedis('always') },
  { name: 'PostgreSQL', open: openPostgres },
  { name: 'PGlite in memory', open: () => openSql({ memory: true }, () => Promise.resolve()) },
];

async function openRedis(appendfsync: 'everysec' | 'always') {
  const server = await startRedis({ appendfsync });
  if (server === null) return null;
  const store = await openRedisCheckpointStore(server.address);
  return {
    store,
    async close() {
      await store.close();
      await server.stop();
    },
  };
}

async function openPostgres() {
  const server = await startPostgres();
  return server === null ? null : openSql({ dsn: server.address }, () => server.stop());
}

async function openSql(location: DatabaseLocation, stop: () => Promise<void>) {
  const database = await openDatabase(location);
  await migrateToLatest(database);
  return {
    store: new PostgresCheckpointStore(database.executor),
    async close() {
      await database.close();
      await stop();
    },
  };
}

interface Result {
  readonly recordsPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

async function measure(store: CheckpointStore, shards: number, ms: number): Promise<Result> {
  const epochs: number[] = [];
  for (let shard = 0; shard < shards; shard += 1) epochs.push((await store.acquire(shard, 'bench')).epoch);
  const users = Array.from({ length: shards * USERS_PER_SHARD }, () => mustUuidKey(randomUUID()));
  const snapshot = Buffer.alloc(SNAPSHOT_BYTES, 7);
  const times: number[] = [];
  const began = performance.now();
  for (let number = 1; performance.now() - began < ms; number += 1) {
    const before = performance.now();
    const commits = epochs.map((epoch, shard): ShardCommit => {
      const user = users[shard * USERS_PER_SHARD + (number % USERS_PER_SHARD)] ?? mustUuidKey(randomUUID());
      return { shard, epoch, number, puts: [{ user, snapshot }], removes: [] };
    });
    const outcomes = await store.commit(commits);
    if (!outcomes.every((outcome) => outcome.applied)) throw new Error('a commit was refused');
    times.push(performance.now() - before);
  }
  const seconds = (performance.now() - began) / 1000;
  times.sort((a, b) => a - b);
  const quantile = (q: number) => times[Math.floor(times.length * q)] ?? Number.NaN;
  return { recordsPerSecond: (times.length * shards) / seconds, p50Ms: quantile(0.5), p99Ms: quantile(0.99) };
}

const { values } = parseArgs({
  options: { seconds: { type: 'string', default: '2' }, only: { type: 'string' }, help: { type: 'boolean' } },
});
if (values.help) {
  console.log('usage: npm run bench:checkpoint -- [--seconds 2 (per figure)] [--only Redis]');
  process.exit(0);
}
const perFigureMs = Number(values.seconds) * 1000;
if (!(perFigureMs > 0)) {
  console.error('--seconds must be a number above 0');
  process.exit(1);
}

const columns = (name: string, ...cells: string[]) => name.padEnd(28) + cells.map((cell) => cell.padStart(28)).join('');
console.log('records/s (p50 / p99 of a commit, ms), one commit at a time\n');
console.log(columns('', ...SHARDS_PER_COMMIT.map((n) => `${n} shard${n === 1 ? '' : 's'} a commit`)));
for (const { name, open } of CONTESTANTS.filter((one) => one.name.includes(values.only ?? ''))) {
  const contestant = await open();
  if (contestant === null) {
    console.log(columns(name, 'not on this machine'));
    continue;
  }
  const cells: string[] = [];
  for (const shards of SHARDS_PER_COMMIT) {
    await measure(contestant.store, shards, perFigureMs / 4); // warm up
    const { recordsPerSecond, p50Ms, p99Ms } = await measure(contestant.store, shards, perFigureMs);
    const rate = Math.round(recordsPerSecond).toLocaleString('en');
    cells.push(`${rate} (${p50Ms.toFixed(2)} / ${p99Ms.toFixed(2)})`);
  }
  console.log(columns(name, ...cells));
  await contestant.close();
}
