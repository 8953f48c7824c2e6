/**
 * The one test command (`npm test`): finds or starts each real server, says what runs on what, runs jest, and ends with
 * one line `N passed, N failed, N skipped`. Arguments go to jest: `npm test -- test/unit/uuid.test.ts`.
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromiumVersion, findChromium } from '../scripts/browser/chromium.ts';
import { obtainKafka } from '../scripts/servers/kafka.ts';
import { obtainNats } from '../scripts/servers/nats.ts';
import { obtainPostgres } from '../scripts/servers/postgres.ts';
import { obtainRedis } from '../scripts/servers/redis.ts';
import { obtainS3 } from '../scripts/servers/s3.ts';
import type { Server, ServerName } from '../scripts/servers/server.ts';
import { makeTemplates } from './database-templates.ts';
import { readJestReport, type Summary } from './jest-report.ts';
import { SERVER_VARIABLES } from './server-variables.ts';

const STAND_INS: Record<ServerName, string> = {
  PostgreSQL: 'PGlite, embedded',
  Redis: 'the in-memory and the PGlite checkpoint store',
  NATS: "Moleculer's in-process transporter",
  Kafka: 'the event bus in the database',
  S3: 'the folder store',
};

/** Those of the product that name a server. */
const PRODUCT_VARIABLES = [
  ...['POSTGRES_DSN', 'REDIS_ADDR', 'NATS_URL', 'KAFKA_BROKERS'],
  ...['S3_ENDPOINT', 'S3_PUBLIC_ENDPOINT', 'S3_REGION', 'S3_ACCESS_KEY', 'S3_SECRET_KEY', 'S3_BUCKET_SAVEGAMES'],
  ...['S3_ADDRESSING', 'S3_ENCRYPTION', 'S3_KMS_KEY_ID'],
];

async function main(jestArgs: readonly string[]): Promise<number> {
  const servers: Record<ServerName, Server | null> = {
    // Tests kill processes, never the machine: without fsync they lose nothing, and wait less.
    PostgreSQL: await obtainPostgres({ fsync: false }),
    Redis: await obtainRedis(),
    NATS: await obtainNats(),
    Kafka: await obtainKafka(),
    S3: await obtainS3(),
  };
  try {
    printTable(servers);
    const missing = Object.keys(servers).filter((name) => servers[name as ServerName] === null);
    if (findChromium() === null) missing.push('Chromium');
    if (process.env['REQUIRE_SERVERS'] === '1' && missing.length > 0) {
      console.error(`REQUIRE_SERVERS=1, but there is no ${missing.join(', no ')}`);
      return 1;
    }
    return await runJest(jestArgs, servers);
  } finally {
    for (const server of Object.values(servers)) await server?.stop();
  }
}

function printTable(servers: Record<ServerName, Server | null>): void {
  const rows = Object.entries(servers).map(([name, server]) =>
    server === null
      ? [name, 'missing', `stand-in: ${STAND_INS[name as ServerName]}; suites that need the real one are skipped`]
      : [name, server.version, server.kind === 'private' ? 'private, started for this run' : 'from the environment'],
  );
  rows.push(browserRow());
  const line = ([name = '', version = '', source = '']: readonly string[]) =>
    `  ${name.padEnd(12)}${version.padEnd(16)}${source}`;
  console.log([line(['server', 'version', 'where from']), ...rows.map(line), ''].join('\n'));
}

function browserRow(): string[] {
  const program = findChromium();
  return program === null
    ? ['Chromium', 'missing', 'no stand-in; suites that look at pages are skipped']
    : ['Chromium', chromiumVersion(program), program];
}

async function runJest(args: readonly string[], servers: Record<ServerName, Server | null>): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'library-test-'));
  const report = join(folder, 'report.json');
  try {
    const whole = args.length === 0;
    const templates = whole ? await makeTemplates(folder, servers.PostgreSQL?.address ?? null) : {};
    const environment = { ...serverEnvironment(servers), ...templates };
    const status = await jest([...args, '--json', '--outputFile', report], environment);
    // Jest writes none when it was only asked something (--listTests) or could not start.
    if (!existsSync(report)) return status;
    const summary = readJestReport(report);
    printSummary(summary);
    return status === 0 && summary.failed > 0 ? 1 : status;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Our environment, with the addresses of the servers for tests and without those that would configure the product. */
function serverEnvironment(servers: Record<ServerName, Server | null>): NodeJS.ProcessEnv {
  const environment = { ...process.env };
  for (const name of PRODUCT_VARIABLES) delete environment[name];
  for (const [name, variable] of Object.entries(SERVER_VARIABLES)) {
    const address = servers[name as ServerName]?.address;
    if (address === undefined) delete environment[variable];
    else environment[variable] = address;
  }
  return environment;
}

/** Resolves with jest's exit status. */
function jest(args: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  const bin = join(import.meta.dirname, '../node_modules/jest/bin/jest.js');
  const flags = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning'];
  // Jest's reports go to stderr; what it says besides goes there too, so that stdout is the table and the summary.
  const child = spawn(process.execPath, [...flags, bin, ...args], { env, stdio: ['inherit', 2, 'inherit'] });
  // Exiting also ends the private servers.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.once(signal, () => {
      child.kill(signal);
      process.exit(130);
    });
  }
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (status) => resolve(status ?? 1));
  });
}

function printSummary({ passed, failed, skipped, suitesWithoutServer }: Summary): void {
  const lines = suitesWithoutServer.map((title) => `  ${title}`);
  if (lines.length > 0) console.log(['', 'Skipped for want of a server:', ...lines].join('\n'));
  console.log(`\n${passed} passed, ${failed} failed, ${skipped} skipped`);
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
