import { execFileSync } from 'node:child_process';
import {
  accessSync,
  chownSync,
  constants,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  statSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import type { ServerName } from './server.ts';

/** Finds an executable in PATH, then in `furtherFolders`. Returns its path, or null. */
export function findBinary(name: string, furtherFolders: readonly string[] = []): string | null {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin', ...furtherFolders];
  for (const folder of folders) {
    const path = join(folder, name);
    if (folder !== '' && isExecutable(path)) return path;
  }
  return null;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/** Debian keeps the PostgreSQL server out of PATH, one folder per major version. Newest first. */
export function postgresFolders(): string[] {
  const root = '/usr/lib/postgresql';
  try {
    const versions = readdirSync(root).sort((a, b) => Number(b) - Number(a));
    return versions.map((version) => join(root, version, 'bin'));
  } catch {
    return [];
  }
}

/** Where `scripts/install-servers` put the Kafka that `scripts/servers/kafka/pom.xml` names; null when it has not. */
export function kafkaFolder(): string | null {
  const pom = readFileSync(join(import.meta.dirname, 'kafka/pom.xml'), 'utf8');
  const version = /<kafka\.version>(.+?)</.exec(pom)?.[1] ?? '';
  const folder = join(import.meta.dirname, '../../.cache/kafka', version);
  return existsSync(folder) ? folder : null;
}

/** The S3 server that `scripts/install-servers` built, of the version in `versitygw.version`; null when it has not. */
export function versitygw(): { readonly program: string; readonly version: string } | null {
  const version = readFileSync(join(import.meta.dirname, 'versitygw.version'), 'utf8').trim();
  const program = join(import.meta.dirname, '../../.cache/versitygw', version, 'versitygw');
  return isExecutable(program) ? { program, version } : null;
}

/** Whether a private server of this name can be started here. */
export function canStart(name: ServerName): boolean {
  switch (name) {
    case 'PostgreSQL':
      return findBinary('postgres', postgresFolders()) !== null;
    case 'Redis':
      return findBinary('redis-server') !== null;
    case 'NATS':
      return findBinary('nats-server') !== null;
    case 'Kafka':
      return findBinary('java') !== null && kafkaFolder() !== null;
    case 'S3':
      return versitygw() !== null;
  }
}

export interface Account {
  readonly uid: number;
  readonly gid: number;
}

/** The account to run a server as that refuses root: null when we are not root and can be ourselves. */
export function unprivilegedAccount(...preferred: readonly string[]): Account | null {
  if (process.getuid?.() !== 0) return null;
  for (const name of [...preferred, 'nobody']) {
    try {
      const id = (flag: string) => Number(execFileSync('id', [flag, name], { stdio: ['ignore', 'pipe', 'ignore'] }));
      return { uid: id('-u'), gid: id('-g') };
    } catch {
      // No such account on this machine; the next one.
    }
  }
  throw new Error(`no account to run a server as: tried ${[...preferred, 'nobody'].join(', ')}`);
}

/** A fresh folder for one server's data, owned by the account that it will run as. */
export function freshFolder(name: string, account: Account | null): string {
  const folder = mkdtempSync(join(tmpdir(), `library-${name}-`));
  if (account !== null) chownSync(folder, account.uid, account.gid);
  return folder;
}

/**
 * A free port of 127.0.0.1 below the ephemeral range. Inside the range, a client that reconnects while the server is
 * down can be given the server's port as its own and connect to itself, and the server never gets it back.
 */
export async function freePort(): Promise<number> {
  for (let attempt = 0; attempt < 100; attempt += 1) {
    const port = 12_000 + Math.floor(Math.random() * 20_000);
    if (await isFree(port)) return port;
  }
  throw new Error('found no free port between 12000 and 32000');
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
