import type { ServerName } from '../scripts/servers/server.ts';

/** The variables by which `test/run.ts` tells the tests where each real server is. */
export const SERVER_VARIABLES = {
  PostgreSQL: 'TEST_POSTGRES_DSN',
  Redis: 'TEST_REDIS_ADDR',
  NATS: 'TEST_NATS_URL',
  Kafka: 'TEST_KAFKA_BROKERS',
  // With the keys, as scripts/servers/s3-address.ts reads it.
  S3: 'TEST_S3_URL',
} as const satisfies Record<ServerName, string>;

/** The last words of the title of a suite that is skipped for want of a server. */
export function wantsServer(names: readonly ServerName[]): string {
  return `(skipped: needs ${names.join(' and ')}, which this run does not have)`;
}

/** The same for a suite that starts servers of its own, to break them. */
export function wantsProgram(name: ServerName): string {
  return `(skipped: needs to start a ${name} of its own, which this machine does not have)`;
}

/** The same for a suite that calls programs which `scripts/install-tools` installs. */
export function wantsTools(names: readonly string[]): string {
  return `(skipped: needs ${names.join(' and ')} of scripts/install-tools, which this machine does not have)`;
}

/** The same for a suite that looks through a browser. */
export const WANTS_BROWSER = '(skipped: needs Chromium, which this machine does not have)';

/** Tells a title that ends in one of them. */
export const WANTS_SERVER = /\(skipped: needs .+, which this (run|machine) does not have\)$/;
