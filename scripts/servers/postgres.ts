import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chownSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { findBinary, freePort, freshFolder, postgresFolders, unprivilegedAccount, type Account } from './machine.ts';
import { PrivateProcess } from './private-process.ts';
import { environmentServer, type PrivateServer, type Server } from './server.ts';
import { clientOptions, type ServerTls } from './server-tls.ts';
import type { ClientConfig } from 'pg';
import { withClient } from './with-client.ts';

export interface PostgresOptions {
  /** On by default. Off is faster, and loses data only when the machine itself fails. */
  readonly fsync?: boolean;
  /** Absent: plain text. */
  readonly tls?: ServerTls;
  /** Further settings of postgresql.conf, such as `archive_mode: 'on'`. */
  readonly settings?: Readonly<Record<string, string>>;
}

/** The PostgreSQL of the environment (`POSTGRES_DSN`), else a private one, else null when the machine has none. */
export async function obtainPostgres(options: PostgresOptions = {}): Promise<Server | null> {
  const address = process.env['POSTGRES_DSN'];
  return address ? environmentServer('PostgreSQL', address, postgresVersion) : startPostgres(options);
}

/** A private PostgreSQL that trusts everyone on 127.0.0.1; null when the machine has no postgres binary. */
export async function startPostgres(options: PostgresOptions = {}): Promise<PrivateServer | null> {
  const folders = postgresFolders();
  const command = findBinary('postgres', folders);
  const initdb = findBinary('initdb', folders);
  if (command === null || initdb === null) return null;
  const account = unprivilegedAccount('postgres');
  const folder = freshFolder('postgres', account);
  const data = join(folder, 'data');
  await promisify(execFile)(
    initdb,
    [
      ...['--pgdata', data, '--auth', 'trust', '--username', 'postgres', '--no-sync', '--encoding', 'UTF8'],
      // Knows the letters of every alphabet, and sorts the same on every machine.
      ...['--locale', process.platform === 'linux' ? 'C.UTF-8' : 'en_US.UTF-8'],
    ],
    { cwd: folder, ...(account ?? {}) },
  );
  const port = await freePort();
  const { tls = null } = options;
  const address = `postgres://postgres@${tls === null ? '127.0.0.1' : 'localhost'}:${port}/postgres`;
  const settings = {
    listen_addresses: '127.0.0.1',
    port: String(port),
    unix_socket_directories: folder,
    max_connections: '200',
    fsync: options.fsync === false ? 'off' : 'on',
    ...(tls === null ? {} : tlsOnly(tls, folder, account)),
    ...options.settings,
  };
  const server = new PrivateProcess({
    command,
    args: ['-D', data, ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])],
    folder,
    account,
    // Fast shutdown: ends clients' connections instead of waiting for them.
    stopSignal: 'SIGINT',
    ready: () => postgresVersion(address, tls),
  });
  await server.start();
  const version = await postgresVersion(address, tls);
  return { name: 'PostgreSQL', address, version, kind: 'private', process: server, stop: () => server.discard() };
}

/** Its files must be its own, and nobody else's to read. Clients need no certificate, or a good one: `clientcert=verify-ca`. */
function tlsOnly(tls: ServerTls, folder: string, account: Account | null): Readonly<Record<string, string>> {
  const own = (name: string, content: string | Buffer): string => {
    const file = join(folder, name);
    writeFileSync(file, content, { mode: 0o600 });
    if (account !== null) chownSync(file, account.uid, account.gid);
    return file;
  };
  return {
    ssl: 'on',
    ssl_ca_file: own('ca.crt', readFileSync(tls.caFile)),
    ssl_cert_file: own('server.crt', readFileSync(tls.certFile)),
    ssl_key_file: own('server.key', readFileSync(tls.keyFile)),
    hba_file: own('hba.conf', 'hostssl all all 127.0.0.1/32 trust clientcert=verify-ca\n'),
  };
}

/** The version of a PostgreSQL that serves. Rejects while it starts or recovers, and when it does not answer. */
export function postgresVersion(address: string, tls: ServerTls | null = null): Promise<string> {
  return withClient(connectionTo(address, tls), async (client) => {
    const { rows } = await client.query<{ server_version: string }>('SHOW server_version');
    return rows[0]?.server_version.split(' ')[0] ?? 'unknown';
  });
}

export interface FreshDatabase {
  readonly dsn: string;
  /** Removes the database, whoever is still connected. */
  drop(): Promise<void>;
}

/**
 * Creates a database for one test or bench, `name` plus a random part, on the server at `address`.
 *
 * @param template the database to copy, which nobody is connected to; by default an empty one.
 */
export async function createDatabase(address: string, name: string, template = 'template1'): Promise<FreshDatabase> {
  const database = `${name.toLowerCase().replace(/[^a-z0-9]+/g, '_')}_${randomBytes(6).toString('hex')}`;
  await withClient(connectionTo(address, null), (client) =>
    client.query(`CREATE DATABASE ${database} TEMPLATE ${template}`),
  );
  const dsn = new URL(address);
  dsn.pathname = `/${database}`;
  return {
    dsn: dsn.href,
    async drop() {
      await withClient(connectionTo(address, null), (client) =>
        client.query(`DROP DATABASE IF EXISTS ${database} WITH (FORCE)`),
      );
    },
  };
}

function connectionTo(dsn: string, tls: ServerTls | null): ClientConfig {
  const ssl = tls === null ? {} : { ssl: clientOptions(tls) };
  return { connectionString: dsn, connectionTimeoutMillis: 2_000, ...ssl };
}
