/**
 * `npm run bench:heartbeat`: durable heartbeats per second over REST with JWT, through gateway, NATS, engine and Redis,
 * beside two baselines on the same machine in the same run (bench/heartbeat/baselines.ts). The load generator runs beside
 * them and is part of what the machine has to carry. Rounds are interleaved and the median is shown, for machines are noisy.
 */
import { fork, type ChildProcess } from 'node:child_process';
import path from 'node:path';
import { Command } from 'commander';
import type { LoadReport } from './heartbeat/load.ts';
import { median, message, runLoad, startLaunchers } from './heartbeat/run-load.ts';
import { LocalCluster } from '../scripts/cluster/local-cluster.ts';

const options = new Command('bench:heartbeat')
  .option('--connections <n>', 'connections at once', Number, 512)
  .option('--users <n>', 'players with a live session', Number, 2_048)
  .option('--seconds <n>', 'measured time of a round', Number, 8)
  .option('--rounds <n>', 'rounds', Number, 3)
  .option('--engines <n>', 'engine processes', Number, 1)
  .option('--gateways <n>', 'gateway processes', Number, 2)
  .option('--appendfsync <policy>', 'of Redis: always or everysec', 'everysec')
  .parse()
  .opts<{
    connections: number;
    users: number;
    seconds: number;
    rounds: number;
    engines: number;
    gateways: number;
    appendfsync: 'always' | 'everysec';
  }>();

const HERE = import.meta.dirname;

/** Starts a baseline; ends with this process. */
async function baseline(name: 'constant' | 'fastify', redis: string): Promise<{ port: number; child: ChildProcess }> {
  const child = fork(path.join(HERE, 'heartbeat/baselines.ts'), [name, redis]);
  return { port: (await message<{ port: number }>(child)).port, child };
}

console.log(
  `Starting ${options.gateways} gateway(s), ${options.engines} engine(s), Redis (appendfsync ${options.appendfsync}), NATS, PostgreSQL ...`,
);
const cluster = await LocalCluster.start({
  engines: options.engines,
  gateways: options.gateways,
  domains: 1,
  httpPort: 0,
  appendfsync: options.appendfsync,
  // Each user is counted, as ever, but may have as much as there is.
  env: { LOG_LEVEL: 'warn', DEMO_DATA: 'always', LIMITS_USER_PER_SECOND: '1000000', LIMITS_USER_BURST: '1000000' },
});
const gateway = (): string => cluster.gateways[0]?.url ?? '';
console.log(`Starting ${options.users} sessions ...`);
const launchers = await startLaunchers(options.users, gateway);

const constant = await baseline('constant', '');
const fastify = await baseline('fastify', cluster.servers.redis.address);
const rest = '/api/v1/library/playtime/heartbeat';
const subjects = [
  { name: '(a) node:http, a constant', ports: [constant.port], path: '/', launchers: launchers.map((l) => ({ ...l })) },
  {
    name: '(b) Fastify + Redis Lua',
    ports: [fastify.port],
    path: '/heartbeat',
    launchers: launchers.map((l) => ({ ...l })),
  },
  {
    name: 'library: JWT, NATS, engine, Redis',
    ports: cluster.gateways.map(({ url }) => Number(new URL(url).port)),
    path: rest,
    launchers,
  },
];
const reports = new Map<string, LoadReport[]>(subjects.map(({ name }) => [name, []]));
for (let round = 0; round < options.rounds; round += 1) {
  for (const { name, ...subject } of subjects) {
    const order = {
      host: '127.0.0.1',
      connections: options.connections,
      warmUpMs: 2_000,
      measureMs: options.seconds * 1_000,
    };
    reports.get(name)?.push(await runLoad({ ...order, ...subject }));
  }
}

console.log(
  `\n${options.connections} connections, ${options.users} sessions, median of ${options.rounds} rounds of ${options.seconds} s\n`,
);
console.log(
  `${''.padEnd(36)}${['heartbeats/s', 'p50 ms', 'p95 ms', 'p99 ms', 'wrong', 'load CPU'].map((head) => head.padStart(13)).join('')}`,
);
const rates = subjects.map(({ name }) => {
  const rounds = reports.get(name) ?? [];
  const rate = median(rounds.map((report) => report.completed / report.seconds));
  const ms = (pick: (report: LoadReport) => number): string => (median(rounds.map(pick)) / 1_000).toFixed(1);
  const wrong = rounds.reduce((sum, report) => sum + report.wrong, 0);
  const cpu = median(rounds.map((report) => report.cpuSeconds / report.seconds));
  const cells = [
    Math.round(rate),
    ms((r) => r.p50),
    ms((r) => r.p95),
    ms((r) => r.p99),
    wrong,
    `${Math.round(cpu * 100)} %`,
  ];
  console.log(name.padEnd(36) + cells.map((cell) => String(cell).padStart(13)).join(''));
  for (const { firstWrong } of rounds) if (firstWrong !== null) console.log(`  wrong: ${firstWrong}`);
  return rate;
});
const [a = 0, b = 0, own = 0] = rates;
console.log(`\nratio to (a): ${(own / a).toFixed(2)}   ratio to (b): ${(own / b).toFixed(2)}`);

constant.child.disconnect();
fastify.child.disconnect();
await cluster.stop();
process.exit(0);
