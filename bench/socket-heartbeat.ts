/**
 * `npm run bench:socket-heartbeat`: durable heartbeats per second over WebSocket beside REST, both through gateway, NATS,
 * engine and Redis of the same cluster, in interleaved rounds. Each connection is one player's, who beats for each game
 * being played: over REST one after the other, over WebSocket at once (`--games`). The load generator runs beside them. The processor time of the processes is shown, so that it can be seen where a beat's goes.
 */
import { fork } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import path from 'node:path';
import { Command } from 'commander';
import type { Launcher, LoadOrder, LoadReport } from './heartbeat/load.ts';
import { cpuSeconds } from './processor-time.ts';
import { BASE_PATH } from '../lib/contract/endpoints.ts';
import { SOCKET_PATH } from '../lib/contract/frames.ts';
import { SAMPLE_GAME_IDS } from '../lib/library/sample-catalog.ts';
import { LibraryClient } from '../scripts/client/library-client.ts';
import { LocalCluster } from '../scripts/cluster/local-cluster.ts';
import type { NodeProcess } from '../scripts/cluster/node-process.ts';
import { demoToken } from '../scripts/demo-token.ts';

const options = new Command('bench:socket-heartbeat')
  .option('--connections <n>', 'connections at once, each of one player', Number, 1_024)
  .option('--games <n>', 'games that each player plays at once, 4 at most', Number, 1)
  .option('--seconds <n>', 'measured time of a round', Number, 8)
  .option('--rounds <n>', 'rounds', Number, 3)
  .option('--engines <n>', 'engine processes', Number, 1)
  .option('--gateways <n>', 'gateway processes', Number, 2)
  .parse()
  .opts<{ connections: number; games: number; seconds: number; rounds: number; engines: number; gateways: number }>();

const WARM_UP_MS = 2_000;

interface Round extends LoadReport {
  readonly gatewaySeconds: number;
  readonly engineSeconds: number;
}

console.log(`Starting ${options.gateways} gateway(s), ${options.engines} engine(s), Redis, NATS, PostgreSQL ...`);
const cluster = await LocalCluster.start({
  engines: options.engines,
  gateways: options.gateways,
  domains: 1,
  httpPort: 0,
  appendfsync: 'everysec',
  // What is measured is not what a launcher may do, but what a gateway can.
  env: { LOG_LEVEL: 'warn', DEMO_DATA: 'always', SOCKETS_FRAMES_PER_SECOND: '10000' },
});
const gateway = (): string => cluster.gateways[0]?.url ?? '';
const admin = new LibraryClient(gateway, await demoToken(randomUUID(), ['admin']));
const games = SAMPLE_GAME_IDS.slice(0, options.games);

console.log(`Starting ${options.connections * games.length} sessions ...`);
const players = Array.from({ length: options.connections }, () => randomUUID());
const launchers: Launcher[] = [];
const indices = players.keys();
await Promise.all(
  Array.from({ length: 32 }, async () => {
    for (const index of indices) {
      const id = players[index] ?? '';
      const token = await demoToken(id);
      const client = new LibraryClient(gateway, token);
      for (const [at, game_id] of games.entries()) {
        await admin.grant(id, { game_id, source: 'gift' });
        const { session_id } = await client.start({ game_id, device_id: randomUUID() });
        // A connection takes every so many-th: those of one player.
        launchers[at * players.length + index] = { token, sessionId: session_id, seq: 0 };
      }
    }
  }),
);

const used = (nodes: readonly NodeProcess[]): number => nodes.reduce((sum, { pid }) => sum + cpuSeconds(pid), 0);

async function load(subject: Pick<LoadOrder, 'protocol' | 'path'>): Promise<Round> {
  const child = fork(path.join(import.meta.dirname, 'heartbeat/load.ts'));
  const order: LoadOrder = {
    host: '127.0.0.1',
    ports: cluster.gateways.map(({ url }) => Number(new URL(url).port)),
    connections: options.connections,
    launchers,
    warmUpMs: WARM_UP_MS,
    measureMs: options.seconds * 1_000,
    ...subject,
  };
  child.send(order);
  await new Promise((resolve) => setTimeout(resolve, WARM_UP_MS));
  const before = [used(cluster.gateways), used(cluster.engines)] as const;
  const report = await new Promise<LoadReport>((resolve, reject) => {
    child.once('message', (message) => resolve(message as LoadReport));
    child.once('exit', (code) => reject(new Error(`the load generator ended with ${code}`)));
  });
  // Every round goes on with the numbers of the last one, however far the load generator came.
  for (const launcher of launchers) launcher.seq += 1_000_000;
  return {
    ...report,
    gatewaySeconds: used(cluster.gateways) - before[0],
    engineSeconds: used(cluster.engines) - before[1],
  };
}

const subjects = [
  { name: 'REST', path: `${BASE_PATH}/playtime/heartbeat` },
  { name: 'WebSocket', path: BASE_PATH + SOCKET_PATH, protocol: 'websocket' as const },
];
const rounds = new Map<string, Round[]>(subjects.map(({ name }) => [name, []]));
for (let round = 0; round < options.rounds; round += 1) {
  for (const { name, ...subject } of subjects) rounds.get(name)?.push(await load(subject));
}

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
const heads = ['heartbeats/s', 'p50 ms', 'p95 ms', 'p99 ms', 'wrong', 'gateway µs', 'engine µs', 'load µs'];
console.log(
  `\n${options.connections} connections, ${games.length} game(s) a player, median of ${options.rounds} rounds of ${options.seconds} s\n`,
);
console.log(''.padEnd(12) + heads.map((head) => head.padStart(13)).join(''));
const rates = subjects.map(({ name }) => {
  const own = rounds.get(name) ?? [];
  const rate = median(own.map((round) => round.completed / round.seconds));
  const ms = (pick: (round: Round) => number): string => (median(own.map(pick)) / 1_000).toFixed(1);
  /** Processor time a heartbeat. */
  const micros = (pick: (round: Round) => number): string =>
    median(own.map((round) => (pick(round) * 1e6) / round.completed)).toFixed(1);
  const cells = [
    Math.round(rate),
    ms((round) => round.p50),
    ms((round) => round.p95),
    ms((round) => round.p99),
    own.reduce((sum, round) => sum + round.wrong, 0),
    micros((round) => round.gatewaySeconds),
    micros((round) => round.engineSeconds),
    micros((round) => round.cpuSeconds),
  ];
  console.log(name.padEnd(12) + cells.map((cell) => String(cell).padStart(13)).join(''));
  for (const { firstWrong } of own) if (firstWrong !== null) console.log(`  wrong: ${firstWrong}`);
  return rate;
});
const [rest = 0, websocket = 0] = rates;
console.log(`\nratio to REST: ${(websocket / rest).toFixed(2)}`);

await cluster.stop();
process.exit(0);
