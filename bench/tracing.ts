/**
 * `npm run bench:tracing`: what tracing costs heartbeats, over REST through gateway, NATS, engine and Redis: a gateway that
 * does not trace, one that tells of every hundredth request, and one that tells of all, over the same engine in the same
 * run. Rounds are interleaved, the median is shown, and ratios to the gateway without tracing: of heartbeats a second, which a
 * busy machine makes uncertain, and of the processor time that gateway and engine take for one, which it hardly does.
 *
 * The engine traces in all three: it looks at nothing but whether an envelope carries a trace. The collector takes all and
 * keeps nothing.
 */
import { fork } from 'node:child_process';
import path from 'node:path';
import { Command } from 'commander';
import type { LoadReport } from './heartbeat/load.ts';
import { median, message, runLoad, startLaunchers } from './heartbeat/run-load.ts';
import { cpuSeconds } from './processor-time.ts';
import { LocalCluster } from '../scripts/cluster/local-cluster.ts';

const options = new Command('bench:tracing')
  .option('--connections <n>', 'connections at once', Number, 256)
  .option('--users <n>', 'players with a live session', Number, 1_024)
  .option('--seconds <n>', 'measured time of a round', Number, 5)
  .option('--rounds <n>', 'rounds', Number, 5)
  .parse()
  .opts<Record<'connections' | 'users' | 'seconds' | 'rounds', number>>();

const collector = fork(path.join(import.meta.dirname, 'tracing/collector.ts'));
const { port } = await message<{ port: number }>(collector);
const endpoint = `http://127.0.0.1:${port}`;

const SUBJECTS = [
  { id: 'gateway-1', name: 'off', env: { TRACING_OTLP_ENDPOINT: '' } },
  { id: 'gateway-2', name: 'on, 1 % told', env: { TRACING_SAMPLE_RATIO: '0.01' } },
  { id: 'gateway-3', name: 'on, 100 % told', env: { TRACING_SAMPLE_RATIO: '1' } },
] as const;

console.log(`Starting ${SUBJECTS.length} gateways, an engine, Redis, NATS, PostgreSQL ...`);
const cluster = await LocalCluster.start({
  engines: 1,
  gateways: SUBJECTS.length,
  domains: 1,
  httpPort: 0,
  appendfsync: 'everysec',
  env: { LOG_LEVEL: 'warn', DEMO_DATA: 'always', TRACING_OTLP_ENDPOINT: endpoint, TRACING_SAMPLE_RATIO: '0' },
  envOf: ({ id }) => Promise.resolve<Record<string, string>>(SUBJECTS.find((subject) => subject.id === id)?.env ?? {}),
});
console.log(`Starting ${options.users} sessions ...`);
const launchers = await startLaunchers(options.users, () => cluster.node('gateway-1').url);

interface Round extends LoadReport {
  /** Processor time of gateway and engine for one heartbeat, µs. */
  readonly cost: number;
}

const WARM_UP_MS = 1_000;
const processorTime = (gateway: string): number =>
  cpuSeconds(cluster.node(gateway).pid) + cpuSeconds(cluster.node('engine-1').pid);

const reports = new Map<string, Round[]>(SUBJECTS.map(({ id }) => [id, []]));
for (let round = 0; round < options.rounds; round += 1) {
  for (const { id } of SUBJECTS) {
    const before = processorTime(id);
    const report = await runLoad({
      host: '127.0.0.1',
      connections: options.connections,
      warmUpMs: WARM_UP_MS,
      measureMs: options.seconds * 1_000,
      ports: [Number(new URL(cluster.node(id).url).port)],
      path: '/api/v1/library/playtime/heartbeat',
      launchers,
    });
    // Taken over the warming up as well, in which as many a second are answered.
    const answered = (report.completed / report.seconds) * (report.seconds + WARM_UP_MS / 1_000);
    reports.get(id)?.push({ ...report, cost: ((processorTime(id) - before) / answered) * 1e6 });
  }
}

console.log(`\n${options.connections} connections, median of ${options.rounds} rounds of ${options.seconds} s\n`);
const HEAD = ['heartbeats/s', 'ratio', 'CPU µs each', 'ratio', 'p50 ms', 'p99 ms', 'wrong'];
console.log(`${''.padEnd(18)}${HEAD.map((head) => head.padStart(14)).join('')}`);
const rateOf = (id: string): number =>
  median((reports.get(id) ?? []).map(({ completed, seconds }) => completed / seconds));
const costOf = (id: string): number => median((reports.get(id) ?? []).map(({ cost }) => cost));
const [{ id: base }] = SUBJECTS;
for (const { id, name } of SUBJECTS) {
  const rounds = reports.get(id) ?? [];
  const ms = (pick: (report: LoadReport) => number): string => (median(rounds.map(pick)) / 1_000).toFixed(1);
  const wrong = rounds.reduce((sum, report) => sum + report.wrong, 0);
  const cells = [
    ...[Math.round(rateOf(id)), (rateOf(id) / rateOf(base)).toFixed(3)],
    ...[costOf(id).toFixed(1), (costOf(id) / costOf(base)).toFixed(3)],
    ...[ms((report) => report.p50), ms((report) => report.p99), wrong],
  ];
  console.log(name.padEnd(18) + cells.map((cell) => String(cell).padStart(14)).join(''));
}
await tellLost();

collector.disconnect();
await cluster.stop();
process.exit(0);

/** More than the collector's connection takes away is dropped: then the figures are those of a full queue. */
async function tellLost(): Promise<void> {
  for (const { id, name } of SUBJECTS.slice(1)) {
    const text = await (await fetch(`${cluster.node(id).url}/metrics`)).text();
    const sum = (metric: string): number =>
      [...text.matchAll(new RegExp(`^${metric}{.*} (\\d+)$`, 'gm'))].reduce((total, [, n]) => total + Number(n), 0);
    const [exported, lost] = [sum('library_tracing_spans_exported_total'), sum('library_tracing_spans_lost_total')];
    console.log(`${name}: the gateway told ${exported} spans, and lost ${lost}`);
  }
}
