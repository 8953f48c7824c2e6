/** `npm run rehearse:restore`: backs up under load, destroys everything, restores, and holds what is there to what was promised. */
import { randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as pass } from 'node:timers/promises';
import { Command } from 'commander';
import { LibraryClient, RequestFailed } from './client/library-client.ts';
import { LocalCluster } from './cluster/local-cluster.ts';
import { demoToken } from './demo-token.ts';
import { holdings, unequalSums } from './rehearse-restore/accounting.ts';
import { DoomedServers } from './rehearse-restore/doomed-servers.ts';
import { Gate, Player } from './rehearse-restore/player.ts';
import {
  brokenPromises,
  lostSeconds,
  reportOf,
  seconds,
  type Loss,
  type Rehearsed,
} from './rehearse-restore/report.ts';
import { isThere, keepSave, type KeptSave } from './rehearse-restore/saver.ts';
import { runScript } from './rehearse-restore/run-script.ts';
import { SAMPLE_GAME_IDS } from '../lib/library/sample-catalog.ts';

const count = (text: string): number => {
  const number = Number(text);
  if (Number.isInteger(number) && number >= 1 && number <= 10_000) return number;
  throw new Error(`expected a number from 1 to 10000: ${text}`);
};

const options = new Command('rehearse:restore')
  .description(
    'Starts private servers and a small cluster, has launchers play, backs everything up meanwhile, plays on, then kills\n' +
      'all processes, removes their data and all saves, restores, and plays on. Prints how much was lost (RPO) and how long\n' +
      'it took (RTO), and ends with 1 when anything that was promised does not hold.',
  )
  .option('--users <n>', 'launchers', count, 60)
  .option('--seconds <n>', 'of play after the backup', count, 15)
  .option('--flush <seconds>', 'how often the engine writes to PostgreSQL', count, 10)
  .parse()
  .opts<{ users: number; seconds: number; flush: number }>();

const INTERVAL_MS = 1_000;
const GAMES = SAMPLE_GAME_IDS.slice(0, 3);
const AFTERWARDS_MS = 5_000;
const SAVERS = 20;

interface Launcher {
  readonly id: string;
  readonly client: LibraryClient;
  readonly player: Player;
}

async function main(): Promise<number> {
  const servers = await DoomedServers.start();
  Object.assign(process.env, servers.variables, { KAFKA_BROKERS: '' });
  const logFile = path.join(tmpdir(), `library-rehearsal-${process.pid}.log`);
  writeFileSync(logFile, '');
  note(
    `PostgreSQL ${servers.postgres.version}, Redis ${servers.redis.version}, NATS, S3 are up; the nodes' log: ${logFile}`,
  );
  const cluster = await LocalCluster.start({
    engines: 2,
    gateways: 1,
    domains: 1,
    httpPort: 0,
    logFile,
    env: {
      DEMO_DATA: 'always',
      SHARDS: '64',
      HEARTBEAT_INTERVAL_SECONDS: '1',
      MAX_GAP_SECONDS: '10',
      SESSION_TIMEOUT_SECONDS: '300',
      FLUSH_INTERVAL_SECONDS: String(options.flush),
      LINGER_SECONDS: '10',
      ...servers.variables,
    },
  });
  try {
    return await rehearse(servers, cluster);
  } finally {
    await cluster.stop();
    await servers.stop();
  }
}

async function rehearse(servers: DoomedServers, cluster: LocalCluster): Promise<number> {
  const url = (): string => cluster.gateways[0]?.url ?? '';
  const admin = new LibraryClient(url, await demoToken(randomUUID(), ['admin']));
  const gate = new Gate();
  let stopped = false;
  const users = await Promise.all(
    Array.from({ length: options.users }, async () => {
      const id = randomUUID();
      const client = new LibraryClient(url, await demoToken(id));
      const player = new Player({ client, games: GAMES, intervalMs: INTERVAL_MS, gate, stopped: () => stopped });
      return { id, client, player };
    }),
  );
  for (const { id } of users) for (const game_id of GAMES) await admin.grant(id, { game_id, source: 'gift' });
  await servers.protectSaves();

  const playing = Promise.all(users.map(({ player }) => player.play()));
  await pass(3_000);
  const saves: KeptSave[] = [];
  const save = async (slot: string): Promise<void> => {
    for (const { client } of users.slice(0, SAVERS)) saves.push(await keepSave(client, GAMES[0] ?? '', slot));
  };
  await save('before');
  note(`${users.length} launchers play; backing up`);
  for (const { what, ms } of await servers.backUp()) note(`  ${what.padEnd(14)} ${seconds(ms)}`);
  const copiedAt = Date.now();
  await save('after');
  await pass(options.seconds * 1_000);

  gate.close();
  await Promise.all([...cluster.nodes.values()].map((node) => node.kill()));
  const disasterAt = Date.now();
  const before = await holdings(servers.postgres.address);
  const acknowledged = users.map(({ player }) => new Map(player.acknowledged));
  const beats = users.reduce((sum, { player }) => sum + player.beats, 0);
  note(`all nodes are killed, after ${beats} acknowledged heartbeats and ${saves.length} saves; destroying all data`);
  await servers.destroy();

  const began = performance.now();
  const steps = [await servers.restorePostgres()];
  const after = await holdings(servers.postgres.address);
  steps.push(await servers.restoreRedis(), await servers.restoreSaves());
  await servers.startNats();
  const reconciling = performance.now();
  const reconciled = await runScript('restore/reconcile', [], { ...servers.variables, SHARDS: '64' });
  steps.push({ what: 'reconcile', ms: performance.now() - reconciling });
  const starting = performance.now();
  await Promise.all([...cluster.nodes.values()].map((node) => node.start()));
  for (const user of users.slice(0, 1)) await firstAnswer(user);
  steps.push({ what: 'nodes', ms: performance.now() - starting });
  const rtoMs = performance.now() - began;
  for (const { what, ms } of steps) note(`  ${what.padEnd(14)} ${seconds(ms)}`);
  note(`  ${reconciled}`);

  const losses: Loss[] = [];
  for (const [at, { client }] of users.entries()) {
    losses.push(...lostSeconds(acknowledged[at] ?? new Map<string, number>(), await client.stats()));
  }
  const there = await Promise.all(saves.map(isThere));
  // From here on every total that is acknowledged must be the one that is reported.
  for (const { player } of users) player.acknowledged.clear();
  gate.open();
  await pass(AFTERWARDS_MS);
  stopped = true;
  await playing;
  const rehearsed: Rehearsed = {
    before,
    after,
    losses,
    saves: there,
    rtoMs,
    copyAgeMs: disasterAt - copiedAt,
    unequal: await unequalSums(servers.postgres.address),
    misreported: (await Promise.all(users.map(misreported))).flat(),
    flushSeconds: options.flush,
    intervalSeconds: INTERVAL_MS / 1_000,
    players: users.length,
    startedAnew: users.filter(({ player }) => player.startedAnew > 0).length,
  };
  const broken = brokenPromises(rehearsed);
  console.log(['', ...reportOf(rehearsed), '', ...broken.map((line) => `  WRONG ${line}`)].join('\n'));
  console.log(broken.length === 0 ? 'Everything that was promised holds.' : `${broken.length} promises are broken.`);
  return broken.length === 0 ? 0 : 1;
}

/** Totals that the service reports other than it has just acknowledged. */
async function misreported({ id, client, player }: Launcher): Promise<readonly string[]> {
  return lostSeconds(player.acknowledged, await client.stats())
    .filter(({ seconds: by }) => by !== 0)
    .map(({ game, seconds: by }) => `user ${id} game ${game}: ${by} s less than acknowledged`);
}

/** Resolves when a request is answered. */
async function firstAnswer({ client }: Launcher): Promise<void> {
  for (;;) {
    try {
      await client.stats();
      return;
    } catch (error) {
      if (!(error instanceof RequestFailed)) throw error;
      await pass(50);
    }
  }
}

const beganAt = Date.now();

function note(what: string): void {
  console.log(`${((Date.now() - beganAt) / 1_000).toFixed(1).padStart(7)} s  ${what}`);
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));
main().then(
  (status) => process.exit(status),
  (error: unknown) => {
    console.error(`rehearse:restore: ${error instanceof Error ? error.message : String(error)}`);
    process.exit(1);
  },
);
