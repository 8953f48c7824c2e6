import { Redis } from 'ioredis';
import { findBinary, freePort, freshFolder } from './machine.ts';
import { PrivateProcess } from './private-process.ts';
import { environmentServer, type PrivateServer, type Server } from './server.ts';
import { clientOptions, type ServerTls } from './server-tls.ts';

export interface RedisOptions {
  /** When a write reaches the disk: with every commit, or once a second (the default). */
  readonly appendfsync?: 'always' | 'everysec';
  /** Absent: plain text. */
  readonly tls?: ServerTls;
  /** Further lines of redis.conf, such as `'cluster-enabled': 'yes'`. */
  readonly settings?: Readonly<Record<string, string>>;
}

/** The Redis of the environment (`REDIS_ADDR`), else a private one, else null when the machine has none. */
export async function obtainRedis(options: RedisOptions = {}): Promise<Server | null> {
  const address = process.env['REDIS_ADDR'];
  return address ? environmentServer('Redis', address, redisVersion) : startRedis(options);
}

/** A private Redis with an append-only file and no snapshots; null when the machine has no redis-server. */
export async function startRedis(options: RedisOptions = {}): Promise<PrivateServer | null> {
  const command = findBinary('redis-server');
  if (command === null) return null;
  const port = await freePort();
  const { tls = null } = options;
  const address = tls === null ? `redis://127.0.0.1:${port}` : `rediss://localhost:${port}`;
  const folder = freshFolder('redis', null);
  const settings = {
    ...(tls === null ? { port: String(port) } : tlsSettings(tls, port)),
    bind: '127.0.0.1',
    dir: folder,
    appendonly: 'yes',
    appendfsync: options.appendfsync ?? 'everysec',
    save: '',
    // A replica that is gone is not waited for.
    'shutdown-timeout': '0',
    ...options.settings,
  };
  const server = new PrivateProcess({
    command,
    args: Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value]),
    folder,
    account: null,
    stopSignal: 'SIGTERM',
    ready: () => redisVersion(address, tls),
  });
  await server.start();
  const version = await redisVersion(address, tls);
  return { name: 'Redis', address, version, kind: 'private', process: server, stop: () => server.discard() };
}

function tlsSettings({ caFile, certFile, keyFile }: ServerTls, port: number): Readonly<Record<string, string>> {
  return {
    port: '0',
    'tls-port': String(port),
    'tls-auth-clients': 'yes',
    'tls-ca-cert-file': caFile,
    'tls-cert-file': certFile,
    'tls-key-file': keyFile,
  };
}

/** The version of a Redis that serves. Rejects while it loads its data, and when it does not answer. */
export async function redisVersion(address: string, tls: ServerTls | null = null): Promise<string> {
  const client = new Redis(address, {
    lazyConnect: true,
    connectTimeout: 1000,
    commandTimeout: 1000,
    // With either, connecting to a frozen server would wait for ever; the PING below tells one that loads its data, too.
    enableReadyCheck: false,
    disableClientInfo: true,
    retryStrategy: () => null,
    maxRetriesPerRequest: 0,
    ...(tls === null ? {} : { tls: clientOptions(tls) }),
  });
  // ioredis also reports each failure as an event, and prints those that nobody listens to; connect() rejects anyway.
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.ping();
    return /redis_version:(\S+)/.exec(await client.info('server'))?.[1] ?? 'unknown';
  } finally {
    // After a connection that failed, disconnect() would only start a timer that keeps the process alive.
    if (client.status !== 'end') client.disconnect();
  }
}
