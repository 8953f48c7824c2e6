/**
 * `npm run bench:sockets`: idle WebSockets on one gateway process, each with a heartbeat a minute: memory and processor
 * time of the gateway. Then how long news take from the beginning of a REST request that changes something to the socket
 * of its user, over gateway, domain node, PostgreSQL, outbox, engine and gateway again, each a process of its own.
 */
import { fork, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { SingleBar, Presets } from 'cli-progress';
import { Command } from 'commander';
import { build } from 'hdr-histogram-js';
import { cpuSeconds } from './processor-time.ts';
import type { LaunchersMessage, LaunchersOrder } from './sockets/launchers.ts';
import { SAMPLE_GAME_IDS } from '../lib/library/sample-catalog.ts';
import { LibraryClient } from '../scripts/client/library-client.ts';
import { LocalCluster } from '../scripts/cluster/local-cluster.ts';
import { demoToken } from '../scripts/demo-token.ts';

const options = new Command('bench:sockets')
  .option('--sockets <n>', 'launchers, each with a user, a session and a socket', Number, 20_000)
  .option('--seconds <n>', 'how long they are watched', Number, 60)
  .option('--changes <n>', 'changes whose news are timed', Number, 500)
  .option('--rate <n>', 'changes a second', Number, 20)
  .parse()
  .opts<{ sockets: number; seconds: number; changes: number; rate: number }>();

const [PLAYED = '', ...GIVEN] = SAMPLE_GAME_IDS;
const pass = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
const now = (): number => performance.timeOrigin + performance.now();

/** Descriptors that the gateway and the launchers need beside their sockets. */
const OTHER_FILES = 500;
const files = Number(/Max open files\s+\d+\s+(\d+)/.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1]);
if (files < options.sockets + OTHER_FILES) {
  console.error(
    `bench:sockets: ${options.sockets} sockets need more than the ${files} files that a process may open here: allow more\n` +
      `  (prlimit --nofile=${2 * options.sockets} npm run bench:sockets), or try --sockets ${files - OTHER_FILES}`,
  );
  process.exit(1);
}

console.log('Starting a gateway, an engine, a domain node, Redis, NATS, PostgreSQL ...');
const cluster = await LocalCluster.start({
  engines: 1,
  gateways: 1,
  domains: 1,
  httpPort: 0,
  appendfsync: 'everysec',
  env: { LOG_LEVEL: 'warn', DEMO_DATA: 'always' },
});
const gateway = cluster.node('gateway-1');
const admin = new LibraryClient(() => gateway.url, await demoToken(randomUUID(), ['admin']));

/** Of the gateway, bytes. The heap is the least of what is seen: what is there when garbage was just collected. */
const rss = (): number =>
  Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${gateway.pid}/status`, 'utf8'))?.[1]) * 1024;
const heapUsed = async (): Promise<number> => {
  const text = await (await fetch(`${gateway.url}/metrics`)).text();
  return Number(/^nodejs_heap_size_used_bytes\S* (\d+)/m.exec(text)?.[1]);
};

const users: { readonly id: string; readonly token: string; readonly sessionId: string }[] = [];
const bar = new SingleBar({ format: '{bar} {value}/{total} sessions' }, Presets.shades_classic);
bar.start(options.sockets, 0);
const left = Array.from({ length: options.sockets }, () => randomUUID()).values();
await Promise.all(
  Array.from({ length: 32 }, async () => {
    for (const id of left) {
      const token = await demoToken(id);
      await admin.grant(id, { game_id: PLAYED, source: 'gift' });
      const client = new LibraryClient(() => gateway.url, token);
      const { session_id } = await client.start({ game_id: PLAYED, device_id: randomUUID() });
      users.push({ id, token, sessionId: session_id });
      bar.update(users.length);
    }
  }),
);
bar.stop();

// What the requests before have left is collected, as far as it will be.
await pass(10_000);
const before = { rss: rss(), heap: await heapUsed() };

const launchers: ChildProcess = fork(path.join(import.meta.dirname, 'sockets/launchers.ts'));
launchers.once('exit', (code) => {
  if (code === 0) return;
  console.error(`bench:sockets: the launchers ended with ${code}`);
  process.exit(1);
});
const order: LaunchersOrder = { url: gateway.url.replace('http', 'ws'), launchers: users, heartbeatMs: 60_000 };
const newsOf = new Map<string, (at: number) => void>();
let tally = (_message: Extract<LaunchersMessage, { kind: 'tally' }>): void => {};
const connecting = now();
await new Promise<void>((resolve) => {
  launchers.on('message', (message: LaunchersMessage) => {
    if (message.kind === 'ready' && message.count === users.length) resolve();
    if (message.kind === 'news') newsOf.get(`${message.launcher} ${message.gameId}`)?.(message.at);
    if (message.kind === 'tally') tally(message);
  });
  launchers.send(order);
});
console.log(`${users.length} sockets are ready after ${((now() - connecting) / 1000).toFixed(1)} s; watching ...`);

const cpu = cpuSeconds(gateway.pid);
const watched = now();
let heap = Infinity;
while (now() - watched < options.seconds * 1000) {
  await pass(2_000);
  heap = Math.min(heap, await heapUsed());
}
const used = (cpuSeconds(gateway.pid) - cpu) / ((now() - watched) / 1000);
const perSocket = (bytes: number): string => `${(bytes / users.length / 1024).toFixed(1)} KiB`;
console.log(
  `memory a socket: ${perSocket(rss() - before.rss)} of RSS, ${perSocket(heap - before.heap)} of heap ` +
    `(the gateway: ${(rss() / 2 ** 20).toFixed(0)} MiB); processor: ${(used * 100).toFixed(1)} % of a core`,
);

const fromRequest = build({ highestTrackableValue: 120_000_000, numberOfSignificantValueDigits: 3 });
const fromAnswer = build({ highestTrackableValue: 120_000_000, numberOfSignificantValueDigits: 3 });
let lost = 0;
const changes: Promise<void>[] = [];
for (let change = 0; change < options.changes; change += 1) {
  const index = (change * 7919) % users.length;
  const game = GIVEN[Math.floor(change / users.length) % GIVEN.length] ?? '';
  changes.push(timeChange(index, game));
  await pass(1000 / options.rate);
}
await Promise.all(changes);

async function timeChange(index: number, game_id: string): Promise<void> {
  const arrived = new Promise<number>((resolve) => newsOf.set(`${index} ${game_id}`, resolve));
  const began = now();
  await admin.grant(users[index]?.id ?? '', { game_id, source: 'gift' });
  const answered = now();
  const at = await Promise.race([arrived, pass(90_000).then(() => null)]);
  if (at === null) return void (lost += 1);
  fromRequest.recordValue(Math.max(1, Math.round((at - began) * 1000)));
  fromAnswer.recordValue(Math.max(1, Math.round((at - answered) * 1000)));
}

const show = (name: string, histogram: typeof fromRequest): void => {
  const ms = (percentile: number): string => (histogram.getValueAtPercentile(percentile) / 1000).toFixed(1);
  console.log(`${name.padEnd(42)} p50 ${ms(50)} ms, p95 ${ms(95)} ms, p99 ${ms(99)} ms`);
};
console.log(`\nnews of ${options.changes} changes at ${options.rate}/s, ${lost} not heard within 90 s`);
show('from the request that changes to the socket', fromRequest);
show('from its answer to the socket', fromAnswer);

const { beats, refused, gone } = await new Promise<Extract<LaunchersMessage, { kind: 'tally' }>>((resolve) => {
  tally = resolve;
  launchers.send('tally');
});
console.log(`heartbeats answered: ${beats}, refused: ${refused}; sockets gone: ${gone}`);
launchers.disconnect();
await cluster.stop();
process.exit(lost === 0 && refused === 0 && gone === 0 ? 0 : 1);
