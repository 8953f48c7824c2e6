/** `npm run simulate`: launchers that play against a running instance, and a check that nothing got lost. */
import { randomUUID } from 'node:crypto';
import { SingleBar, Presets } from 'cli-progress';
import { Command } from 'commander';
import { build } from 'hdr-histogram-js';
import { LibraryClient, type RequestFailed } from './client/library-client.ts';
import { demoToken } from './demo-token.ts';
import { Launcher } from './simulate/launcher.ts';
import { SocketLaunchers } from './simulate/socket-launchers.ts';
import { SAMPLE_GAME_IDS } from '../lib/library/sample-catalog.ts';

const options = new Command('simulate')
  .description('Plays launchers against a running instance, then compares its statistics with what it acknowledged.')
  .option('--users <n>', 'how many players', Number, 100)
  .option('--seconds <n>', 'for how long', Number, 30)
  .option('--interval <seconds>', 'between two heartbeats of a launcher', Number, 2)
  .option('--sockets [share]', 'launchers that use WebSocket for heartbeats and news: all, or this share of them (0.5)')
  .option('--url <url...>', 'where the service is; several for several gateways', ['http://127.0.0.1:8080'])
  .parse()
  .opts<{ users: number; seconds: number; interval: number; url: string[]; sockets?: true | string }>();

const socketShare = options.sockets === undefined ? 0 : options.sockets === true ? 1 : Number(options.sockets);
if (!(socketShare >= 0 && socketShare <= 1)) {
  console.error(`simulate: --sockets takes a share from 0 to 1, not ${String(options.sockets)}`);
  process.exit(1);
}

const latency = build({ highestTrackableValue: 60_000_000, numberOfSignificantValueDigits: 3 });
const failures = new Map<string, number>();
const onFailure = (error: RequestFailed): void => {
  failures.set(`${error.status} ${error.code}`, (failures.get(`${error.status} ${error.code}`) ?? 0) + 1);
};

/** Runs `work` for all items, a few at a time. */
async function each<Item>(items: readonly Item[], work: (item: Item) => Promise<void>): Promise<void> {
  const queue = items.values();
  await Promise.all(
    Array.from({ length: 32 }, async () => {
      for (const item of queue) await work(item);
    }),
  );
}

function urlOf(index: number): () => string {
  return () => options.url[index % options.url.length] ?? '';
}

const admin = new LibraryClient(urlOf(0), await demoToken(randomUUID(), ['admin']));
const users = Array.from({ length: options.users }, (_, index) => ({ id: randomUUID(), index }));
const games = SAMPLE_GAME_IDS.slice(0, 5);

console.log(`Giving ${users.length} new players ${games.length} games each ...`);
await each(users, async ({ id }) => {
  for (const game_id of games) await admin.grant(id, { game_id, source: 'gift' });
}).catch((error: unknown) => {
  console.error(`simulate: ${options.url[0]} does not work: ${error instanceof Error ? error.message : String(error)}`);
  process.exit(1);
});

const sockets = new SocketLaunchers();
const until = Date.now() + options.seconds * 1_000;
const players = await Promise.all(
  users.map(async ({ id, index }) => {
    const token = await demoToken(id);
    const rest = new LibraryClient(urlOf(index), token);
    const usesSocket = index < users.length * socketShare;
    const client = usesSocket ? sockets.add(urlOf(index), token, rest) : rest;
    const onRequest = (ms: number): void => latency.recordValue(Math.max(1, Math.round(ms * 1_000)));
    const launcher = new Launcher({ client, games, intervalMs: options.interval * 1_000, until, onRequest, onFailure });
    return { id, client: rest, launcher };
  }),
);

const bar = new SingleBar(
  { format: '{bar} {value}/{total} s | {requests} requests | {failed} failed' },
  Presets.shades_classic,
);
bar.start(options.seconds, 0, { requests: 0, failed: 0 });
const tick = setInterval(() => {
  const failed = [...failures.values()].reduce((sum, count) => sum + count, 0);
  const elapsed = options.seconds - Math.max(0, until - Date.now()) / 1_000;
  bar.update(Math.floor(elapsed), { requests: latency.totalCount, failed });
}, 250);
await Promise.all(players.map(({ launcher }) => launcher.play()));
clearInterval(tick);
bar.stop();
await sockets.settle();

const ms = (percentile: number): string => (latency.getValueAtPercentile(percentile) / 1_000).toFixed(1);
console.log(
  `\n${latency.totalCount} requests answered; latency ms: p50 ${ms(50)}, p95 ${ms(95)}, p99 ${ms(99)}, max ${ms(100)}`,
);
for (const [what, count] of failures) console.log(`  ${count} x ${what}`);

for (const line of sockets.report()) console.log(line);

let compared = 0;
let uncertain = 0;
const wrong: string[] = [];
await each(players, async ({ id, client, launcher }) => {
  const stats = await client.stats();
  for (const [game, seconds] of launcher.acknowledged) {
    const reported = stats.games.find(({ game_id }) => game_id === game)?.total_seconds ?? 0;
    if (!launcher.certain) uncertain += 1;
    else compared += 1;
    const right = launcher.certain ? reported === seconds : reported >= seconds;
    if (!right) wrong.push(`user ${id} game ${game}: acknowledged ${seconds} s, reported ${reported} s`);
  }
});
for (const line of wrong) console.log(`  WRONG ${line}`);
console.log(
  `${compared} totals compared${uncertain > 0 ? ` (and ${uncertain} of launchers with unanswered requests)` : ''}: ` +
    (wrong.length === 0 ? 'the service reports exactly what it acknowledged.' : `${wrong.length} wrong.`),
);
process.exit(wrong.length === 0 ? 0 : 1);
