/**
 * `npm run bench:grpc`: checks of access per second over gRPC with JWT, through one process with all roles and PostgreSQL,
 * beside a bare grpc-js server that answers with a constant. The client is a real one, runs beside them, and is part of
 * what the machine has to carry. Rounds are interleaved and the median is shown, for machines are noisy.
 */
import { fork, type ChildProcess } from 'node:child_process';
import path from 'node:path';
import { Command } from 'commander';
import { load, type LoadReport } from './grpc/load.ts';
import { seed, userIdOf } from './reads/seed.ts';
import { openDatabase } from '../lib/db/database.ts';
import { NodeProcess } from '../scripts/cluster/node-process.ts';
import { demoToken } from '../scripts/demo-token.ts';
import { obtainPostgres } from '../scripts/servers/postgres.ts';

const options = new Command('bench:grpc')
  .description('Checks of access a second: LibraryQueryService.CheckGameAccess.')
  .option('--calls <n>', 'calls under way at once', Number, 128)
  .option('--channels <n>', 'connections they share', Number, 4)
  .option('--users <n>', 'users who are asked about', Number, 2_000)
  .option('--games <n>', 'games of each', Number, 100)
  .option('--seconds <n>', 'measured time of a round', Number, 5)
  .option('--rounds <n>', 'rounds', Number, 3)
  .parse()
  .opts<Record<'calls' | 'channels' | 'users' | 'games' | 'seconds' | 'rounds', number>>();

const CATALOGUE = 1_000;
const WARM_UP_MS = 1_500;

const postgres = await obtainPostgres();
if (postgres === null) {
  console.error('bench:grpc needs PostgreSQL: run scripts/install-servers');
  process.exit(1);
}
const node = new NodeProcess({
  id: 'grpc',
  role: 'gateway',
  env: {
    POSTGRES_DSN: postgres.address,
    NODE_ID: 'grpc',
    LOG_LEVEL: 'warn',
    HTTP_HOST: '127.0.0.1',
    LIMITS_SERVICE_PER_SECOND: '1000000',
    LIMITS_SERVICE_BURST: '1000000',
    LIBRARY_HTTP_PORT: '0',
    LIBRARY_GRPC_PORT: '0',
    HTTP_DRAIN_GRACE_MS: '0',
  },
});
let bare: ChildProcess | null = null;
try {
  await node.start();
  console.log(`Seeding ${options.users} users with ${options.games} games each ...`);
  const database = await openDatabase({ dsn: postgres.address, poolSize: 2 });
  await seed(database, {
    users: options.users,
    gamesEach: options.games,
    catalogue: CATALOGUE,
    achievementsPerGame: 1,
  });
  const { rows } = await database.executor.query<{ game_id: string }>('SELECT game_id FROM catalog_games');
  await database.executor.query('VACUUM ANALYZE');
  await database.close();
  bare = fork(path.join(import.meta.dirname, 'grpc/baseline.ts'));
  const barePort = await portOf(bare);
  await measure(
    barePort,
    rows.map(({ game_id }) => game_id),
  );
} finally {
  bare?.disconnect();
  await node.stop();
  await postgres.stop();
}

function portOf(child: ChildProcess): Promise<number> {
  return new Promise((resolve) => child.once('message', (message) => resolve((message as { port: number }).port)));
}

async function measure(barePort: number, gameIds: readonly string[]): Promise<void> {
  const token = await demoToken(userIdOf(0), ['service']);
  const userIds = Array.from({ length: options.users }, (_, n) => userIdOf(n));
  const subjects = [
    { name: 'CheckGameAccess', port: node.grpcPort, reports: [] as LoadReport[] },
    { name: 'bare grpc-js, a constant', port: barePort, reports: [] as LoadReport[] },
  ];
  const { calls, channels, seconds } = options;
  for (let round = 1; round <= options.rounds; round += 1) {
    for (const { name, port, reports } of subjects) {
      const order = {
        port,
        token,
        channels,
        calls,
        userIds,
        gameIds,
        warmUpMs: WARM_UP_MS,
        measuredMs: seconds * 1000,
      };
      const report = await load(order);
      reports.push(report);
      console.log(`round ${round}  ${name.padEnd(26)} ${line(report)}`);
    }
  }
  const [ours, constant] = subjects.map(({ reports }) => median(reports));
  if (ours === undefined || constant === undefined) return;
  console.log(`\nmedian   ${'CheckGameAccess'.padEnd(26)} ${line(ours)}`);
  console.log(`median   ${'bare grpc-js, a constant'.padEnd(26)} ${line(constant)}`);
  console.log(`ratio    ${(ours.perSecond / constant.perSecond).toFixed(2)} of a bare server`);
}

function line({ perSecond, latency, failures, owned }: LoadReport): string {
  const ms = (percent: number): string => (latency.getValueAtPercentile(percent) / 1000).toFixed(1);
  const found = `${owned > 0 ? 'some owned' : 'NONE OWNED'}${failures > 0 ? `, ${failures} FAILED` : ''}`;
  return `${perSecond.toFixed(0).padStart(7)}/s  p50 ${ms(50)} ms  p95 ${ms(95)} ms  p99 ${ms(99)} ms  (${found})`;
}

function median(reports: readonly LoadReport[]): LoadReport | undefined {
  return [...reports].sort((a, b) => a.perSecond - b.perSecond)[Math.floor(reports.length / 2)];
}
