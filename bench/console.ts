/**
 * `npm run bench:console`: what people who watch cost. A cluster under a full load of heartbeats, in interleaved rounds with no
 * console open and with some: processor time of the engine and of the gateway for one heartbeat, and their ratio. On a busy
 * machine that differs by some percent from round to round, so what a pulse and an answer to a gateway take is also measured by
 * itself, on a node in this process, and told as a share of one processor.
 */
import { fork } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { get, type ClientRequest } from 'node:http';
import path from 'node:path';
import { Command } from 'commander';
import type { Launcher, LoadOrder, LoadReport } from './heartbeat/load.ts';
import { cpuSeconds } from './processor-time.ts';
import { pulseCosts } from './console/pulse-cost.ts';
import { BASE_PATH } from '../lib/contract/endpoints.ts';
import { streamConsole } from '../lib/contract/console.ts';
import { SAMPLE_GAME_IDS } from '../lib/library/sample-catalog.ts';
import { LibraryClient } from '../scripts/client/library-client.ts';
import { LocalCluster } from '../scripts/cluster/local-cluster.ts';
import type { NodeProcess } from '../scripts/cluster/node-process.ts';
import { demoToken } from '../scripts/demo-token.ts';

const options = new Command('bench:console')
  .option('--consoles <n>', 'consoles that are open in every second round', Number, 3)
  .option('--connections <n>', 'connections of launchers', Number, 128)
  .option('--seconds <n>', 'measured time of a round', Number, 8)
  .option('--rounds <n>', 'rounds of each kind', Number, 4)
  .parse()
  .opts<{ consoles: number; connections: number; seconds: number; rounds: number }>();

const WARM_UP_MS = 2_000;

const { beatUs, answerUs } = pulseCosts();
const share = (perPulse: number): string => `${((perPulse / 2e6) * 100).toFixed(4)} % of a processor`;
console.log(`A node's own pulse, always: ${beatUs.toFixed(0)} µs every 2 s: ${share(beatUs)}`);
console.log(`Answering a gateway with consoles: ${answerUs.toFixed(0)} µs every 2 s: ${share(answerUs)}\n`);

console.log('Starting a gateway, an engine, Redis, NATS, PostgreSQL ...');
const cluster = await LocalCluster.start({
  engines: 1,
  gateways: 1,
  domains: 1,
  httpPort: 0,
  appendfsync: 'everysec',
  env: { LOG_LEVEL: 'warn', DEMO_DATA: 'always', LIBRARY_GRPC_PORT: '0' },
});
const gateway = (): string => cluster.gateways[0]?.url ?? '';
const admin = new LibraryClient(gateway, await demoToken(randomUUID(), ['admin']));
const support = await demoToken(randomUUID(), ['support']);
const game_id = SAMPLE_GAME_IDS[0] ?? '';

const launchers: Launcher[] = [];
for (let at = 0; at < options.connections; at += 1) {
  const id = randomUUID();
  const token = await demoToken(id);
  await admin.grant(id, { game_id, source: 'gift' });
  const { session_id } = await new LibraryClient(gateway, token).start({ game_id, device_id: randomUUID() });
  launchers.push({ token, sessionId: session_id, seq: 0 });
}

const used = (nodes: readonly NodeProcess[]): number => nodes.reduce((sum, { pid }) => sum + cpuSeconds(pid), 0);

interface Round {
  readonly perSecond: number;
  readonly engineUs: number;
  readonly gatewayUs: number;
}

function openConsoles(count: number): ClientRequest[] {
  return Array.from({ length: count }, () =>
    get(gateway() + BASE_PATH + streamConsole.path, {
      agent: false,
      headers: { authorization: `Bearer ${support}` },
    })
      .on('response', (response) => response.resume().on('error', () => undefined))
      .on('error', () => undefined),
  );
}

async function round(consoles: number): Promise<Round> {
  const open = openConsoles(consoles);
  const child = fork(path.join(import.meta.dirname, 'heartbeat/load.ts'));
  const order: LoadOrder = {
    host: '127.0.0.1',
    ports: [Number(new URL(gateway()).port)],
    connections: options.connections,
    launchers,
    warmUpMs: WARM_UP_MS,
    measureMs: options.seconds * 1_000,
    path: `${BASE_PATH}/playtime/heartbeat`,
  };
  child.send(order);
  await new Promise((resolve) => setTimeout(resolve, WARM_UP_MS));
  const before = [used(cluster.engines), used(cluster.gateways)] as const;
  const report = await new Promise<LoadReport>((resolve, reject) => {
    child.once('message', (message) => resolve(message as LoadReport));
    child.once('exit', (code) => reject(new Error(`the load generator ended with ${code}`)));
  });
  const [engine, ofGateway] = [used(cluster.engines) - before[0], used(cluster.gateways) - before[1]];
  for (const launcher of launchers) launcher.seq += 1_000_000;
  for (const request of open) request.destroy();
  return {
    perSecond: report.completed / report.seconds,
    engineUs: (engine * 1e6) / report.completed,
    gatewayUs: (ofGateway * 1e6) / report.completed,
  };
}

const kinds = [0, options.consoles];
const rounds = new Map<number, Round[]>(kinds.map((consoles) => [consoles, []]));
await round(0);
for (let at = 0; at < options.rounds; at += 1) {
  for (const consoles of at % 2 === 0 ? kinds : kinds.toReversed()) rounds.get(consoles)?.push(await round(consoles));
}

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
const of = (consoles: number, pick: (one: Round) => number): number => median((rounds.get(consoles) ?? []).map(pick));
const heads = ['heartbeats/s', 'engine µs', 'gateway µs'];
console.log(`\n${options.connections} connections, median of ${options.rounds} rounds of ${options.seconds} s\n`);
console.log('consoles'.padEnd(10) + heads.map((head) => head.padStart(14)).join(''));
for (const consoles of kinds) {
  const row = [
    of(consoles, (one) => one.perSecond).toFixed(0),
    of(consoles, (one) => one.engineUs).toFixed(2),
    of(consoles, (one) => one.gatewayUs).toFixed(2),
  ];
  console.log(String(consoles).padEnd(10) + row.map((cell) => cell.padStart(14)).join(''));
}
const ratio = (pick: (one: Round) => number): string => (of(options.consoles, pick) / of(0, pick)).toFixed(3);
console.log(
  `\nengine ${ratio((one) => one.engineUs)}, gateway ${ratio((one) => one.gatewayUs)} of what they take without`,
);
await cluster.stop();
