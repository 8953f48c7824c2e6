/**
 * What one live session costs in an engine's memory: `npm run bench:memory`. Each size runs in a fresh process; then time
 * passes the time-out there, to show that every session is timed, and what the node's one timer takes for it.
 */
import { spawn } from 'node:child_process';
import { randomFillSync } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import { Command, InvalidArgumentError } from 'commander';
import { ShardHost } from '../actors/shard-host.ts';
import type { Envelope } from '../actors/envelope.ts';
import type { PlayRules } from '../actors/user-actor.ts';
import type { CheckpointStore } from '../lib/ports/checkpoint-store.ts';
import type { UuidKey } from '../lib/uuid.ts';
import { VirtualTime } from '../test/simulation/virtual-time.ts';

const GOAL_BYTES = 400;
const SHARDS = 1024;
const GAMES = 60;
const BATCH = 1_000;
const RULES: PlayRules = {
  maxGapMs: 90_000,
  sessionTimeoutMs: 180_000,
  maxLiveGames: 4,
  maxHeldSessions: 16,
  lingerMs: 60_000,
  graceMs: 300_000,
  copyMarginMs: 5_000,
};
const FLUSH_MS = 120_000;
/** The launchers of a minute do not beat all at once. */
const BEAT_MS = 60_000;

interface Measured {
  readonly users: number;
  readonly heapBytes: number;
  readonly rssBytes: number;
  readonly quietTickMs: number;
  readonly ended: number;
  readonly worstTickMs: number;
  readonly left: number;
}

const key = (): UuidKey => randomFillSync(Buffer.allocUnsafe(16)).toString('latin1') as UuidKey;

/** Applies everything, keeps nothing: what a session costs elsewhere is not the question. */
const FORGETFUL_STORE: CheckpointStore = {
  acquire: () => Promise.resolve({ epoch: 1, records: [] }),
  commit: (commits) => Promise.resolve(commits.map(() => ({ applied: true }) as const)),
  release: () => Promise.resolve(),
  shards: () => Promise.resolve([]),
  ping: () => Promise.resolve(),
  close: () => Promise.resolve(),
};

class Engine {
  readonly time = new VirtualTime(1_728_000_000_000);
  readonly host: ShardHost;
  ended = 0;

  constructor() {
    const nothing = (): void => undefined;
    this.host = new ShardHost(
      {
        node: 'engine',
        shards: SHARDS,
        rules: RULES,
        flushIntervalMs: FLUSH_MS,
        flush: { batch: 500, gatherMs: 200, maxBackoffMs: 30_000, random: Math.random },
        mailboxPerUser: 16,
        mailboxPerShard: 4_096,
        parallelAcquires: 64,
        acquireRetryMs: 1_000,
        eagerDelayMs: 1_000,
        fenceCooldownMs: 1_000,
        guestMs: 10_000,
        sealMs: 1_000,
        commitRetryMs: 100,
        snapshotHoldMs: 600_000,
        random: Math.random,
      },
      {
        store: FORGETFUL_STORE,
        sink: {
          flush: (rows) => {
            for (const row of rows) if (row.ended) this.ended += 1;
            return Promise.resolve();
          },
        },
        clock: { now: () => this.time.now, after: this.time.after.bind(this.time) },
        push: nothing,
        copies: { ask: () => Promise.reject(new Error('nobody lends anything here')) },
        offer: nothing,
        standIn: nothing,
        events: {
          fenced: nothing,
          committed: nothing,
          commitFailed: nothing,
          flushed: nothing,
          flushFailed: nothing,
          acquired: nothing,
          acquireFailed: nothing,
          releaseFailed: nothing,
          unreadable: nothing,
          errandFailed: nothing,
        },
      },
    );
    this.host.start();
    this.host.setMembers(['engine']);
  }

  /** Lets `ms` pass, and everything that follows from it come to rest. Returns how long that took, ms. */
  async advance(ms: number): Promise<number> {
    const began = performance.now();
    await this.time.advance(ms);
    await setImmediate();
    return performance.now() - began;
  }

  /** One batch of users starts to play, and beats once. */
  async play(users: number): Promise<void> {
    const deadline = this.time.now + 60_000;
    const starts: Envelope[] = Array.from({ length: users }, () => ({
      user: key(),
      deadline,
      command: {
        kind: 'start',
        sessionId: key(),
        gameId: games[Math.floor(Math.random() * GAMES)] ?? key(),
        deviceId: key(),
        clientSessionId: null,
        totalMs: 3_600_000 * 40,
        counted: [],
      },
    }));
    const sessions = await this.host.deliver(starts);
    await this.time.advance(1);
    const beats: Envelope[] = [];
    sessions.forEach((answer, at) => {
      const user = starts[at]?.user;
      if (user === undefined || answer.kind !== 'reply' || answer.reply.kind !== 'session') {
        throw new Error(`a start was answered ${JSON.stringify(answer)}`);
      }
      const { sessionId } = answer.reply.session;
      beats.push({ user, deadline, command: { kind: 'heartbeat', sessionId, seq: 1, activeMs: 1 } });
    });
    await this.host.deliver(beats);
  }
}

const games = Array.from({ length: GAMES }, key);

async function memory(): Promise<{ heap: number; rss: number }> {
  if (!globalThis.gc) throw new Error('the measuring process needs --expose-gc');
  for (let n = 0; n < 4; n += 1) {
    globalThis.gc();
    await setImmediate();
  }
  return { heap: process.memoryUsage().heapUsed, rss: process.memoryUsage().rss };
}

async function measure(users: number): Promise<Measured> {
  const engine = new Engine();
  await engine.advance(1_000);
  if (engine.host.stats().shards !== SHARDS) throw new Error('the engine did not acquire its shards');
  await engine.play(BATCH); // so that what is compiled and grown once is not counted
  const before = await memory();
  for (let started = 0; started < users; started += BATCH) {
    await engine.play(Math.min(BATCH, users - started));
    process.send?.({ done: started + BATCH });
    await engine.advance((BEAT_MS * BATCH) / users);
  }
  const after = await memory();
  const quietTickMs = await engine.advance(1_000);

  let worstTickMs = 0;
  for (let passed = 0; passed < RULES.sessionTimeoutMs + FLUSH_MS && engine.ended < users + BATCH; passed += 1_000) {
    worstTickMs = Math.max(worstTickMs, await engine.advance(1_000));
  }
  const { ended } = engine;
  for (let passed = 0; passed < RULES.sessionTimeoutMs + FLUSH_MS; passed += 10_000) await engine.advance(10_000);
  return {
    users,
    heapBytes: (after.heap - before.heap) / users,
    rssBytes: (after.rss - before.rss) / users,
    quietTickMs,
    ended: ended - BATCH,
    worstTickMs,
    left: engine.host.stats().users,
  };
}

/** Measures one size in a process of its own. */
function measureApart(users: number): Promise<Measured> {
  return new Promise((resolve, reject) => {
    const flags = ['--expose-gc', '--max-old-space-size=4096'];
    const child = spawn(process.execPath, [...flags, import.meta.filename, '--child', String(users)], {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    child.on('message', (message: { done: number } | { measured: Measured }) => {
      if ('measured' in message) return resolve(message.measured);
      if (process.stderr.isTTY) process.stderr.write(`\r${message.done.toLocaleString('en')} users play `);
    });
    child.once('error', reject);
    child.once('exit', (status) => reject(new Error(`the measuring process ended with status ${status}`)));
  });
}

function print(measured: Measured): boolean {
  const met = measured.heapBytes <= GOAL_BYTES && measured.ended === measured.users && measured.left === 0;
  const number = (value: number): string => value.toLocaleString('en', { maximumFractionDigits: 1 });
  console.log(`${number(measured.users)} users with one live session each
  heap per session     ${number(measured.heapBytes)} B (goal: at most ${GOAL_BYTES})
  RSS per session      ${number(measured.rssBytes)} B
  a tick of the timer  ${number(measured.quietTickMs)} ms when nothing is due
  timed out            ${number(measured.ended)} sessions, each written as ended; ${number(measured.left)} users left in memory
  the worst tick       ${number(measured.worstTickMs)} ms, its commits and flushes included
  ${met ? 'goal met' : 'GOAL MISSED'}`);
  return met;
}

const count = (text: string): number => {
  const users = Number(text);
  if (!Number.isSafeInteger(users) || users < 1) throw new InvalidArgumentError('not a number of users');
  return users;
};

const options = new Command('bench:memory')
  .description('Measures the memory of one live session in an engine.')
  .option('--users <n...>', 'how many users, one run each', (text, all: number[] = []) => [...all, count(text)])
  .option('--child <n>', 'measure in this process (needs --expose-gc)', count)
  .parse()
  .opts<{ users?: number[]; child?: number }>();

if (options.child !== undefined) {
  const measured = await measure(options.child);
  if (process.send) process.send({ measured }, () => process.disconnect());
  else print(measured);
} else {
  for (const users of options.users ?? [100_000, 1_000_000]) {
    if (!print(await measureApart(users))) process.exitCode = 1;
  }
}
