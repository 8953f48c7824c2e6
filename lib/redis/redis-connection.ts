import type { ConnectionOptions } from 'node:tls';
import { Cluster, Redis, type RedisOptions } from 'ioredis';

export interface RedisConnectionOptions {
  /** Shown by CLIENT LIST. */
  readonly name: string;
  /** After it a command's promise rejects; the command itself may still run. ms */
  readonly commandTimeoutMs: number;
  /** Whether commands sent in one turn of the event loop travel as one pipeline; they still answer one by one. */
  readonly autoPipelining?: boolean;
  /** How `rediss://…` is spoken to; null or absent: as ioredis does. */
  readonly tls?: ConnectionOptions | null;
  /** Told of every connection that broke or could not be made; it is tried again without end. */
  readonly onError: (error: Error) => void;
}

const MAX_RECONNECT_PAUSE_MS = 500;
/** How soon a cluster's new layout is seen after a failover. */
const SLOTS_REFRESH_MS = 2000;

/**
 * Connects to Redis: `redis://[user:password@]host:port[/db]`, `rediss://…` for TLS, or `host:port`; several of them,
 * separated by commas, are the seeds of a Redis Cluster.
 *
 * A command is sent at most once: not kept for later while there is no connection, not sent again after a reconnect,
 * so that whoever sent it decides what an unknown outcome means. While there is no connection it rejects at once.
 *
 * Resolves when connected, or when that failed the first time (it is tried again in the background).
 */
export async function connectRedis(address: string, options: RedisConnectionOptions): Promise<Redis | Cluster> {
  const seeds = address.split(',').map((seed) => seed.trim());
  const client = seeds.length === 1 ? standalone(seeds[0] ?? '', options) : cluster(seeds, options);
  client.on('error', options.onError);
  if (client instanceof Cluster) {
    // Nodes connect lazily, and a command for one that is about to would be refused.
    client.on('+node', begin);
  }
  begin(client);
  await settled(client);
  if (client instanceof Cluster) await Promise.all(client.nodes('all').map(settled));
  return client;
}

function begin(client: Redis | Cluster): void {
  // A failure is told to the client's listeners, too.
  client.connect().catch(() => undefined);
}

/** Resolves when the first attempt to connect is over, however it ended. */
function settled(client: Redis | Cluster): Promise<void> {
  if (client.status === 'ready' || client.status === 'end') return Promise.resolve();
  return new Promise((resolve) => {
    for (const event of ['ready', 'close', 'end']) client.once(event, () => resolve());
  });
}

function commonOptions({ name, commandTimeoutMs }: RedisConnectionOptions): RedisOptions {
  return {
    connectionName: name,
    disableClientInfo: true,
    connectTimeout: commandTimeoutMs,
    commandTimeout: commandTimeoutMs,
    // A peer that vanished without a word is not waited for: the kernel would do so for a quarter of an hour.
    socketTimeout: 2 * commandTimeoutMs,
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    // Once a failover made our primary a replica, connect anew: the address leads to the new primary.
    reconnectOnError: (error) => error.message.startsWith('READONLY'),
  };
}

function standalone(address: string, options: RedisConnectionOptions): Redis {
  return new Redis(address, {
    ...commonOptions(options),
    lazyConnect: true,
    enableAutoPipelining: options.autoPipelining ?? false,
    retryStrategy: reconnectPause,
    ...(options.tls ? { tls: options.tls } : {}),
  });
}

function cluster(seeds: readonly string[], options: RedisConnectionOptions): Cluster {
  const urls = seeds.map((seed) => new URL(seed.includes('://') ? seed : `redis://${seed}`));
  const [first] = urls;
  const isTls = first?.protocol === 'rediss:';
  return new Cluster(
    urls.map(({ hostname, port }) => ({ host: hostname, port: Number(port || 6379) })),
    {
      lazyConnect: true,
      enableAutoPipelining: options.autoPipelining ?? false,
      enableOfflineQueue: false,
      // It asks a node that may not be connected yet, and then starts all over.
      enableReadyCheck: false,
      clusterRetryStrategy: reconnectPause,
      clusterNodeRetryStrategy: reconnectPause,
      retryDelayOnFailover: 0,
      slotsRefreshInterval: SLOTS_REFRESH_MS,
      redisOptions: {
        ...commonOptions(options),
        ...(first?.username ? { username: decodeURIComponent(first.username) } : {}),
        ...(first?.password ? { password: decodeURIComponent(first.password) } : {}),
        ...(isTls ? { tls: options.tls ?? {} } : {}),
      },
      // Its own looks up the seeds' names and goes on with addresses, which certificates are rarely made out to.
      ...(isTls ? { dnsLookup: (name: string, done: (error: null, name: string) => void) => done(null, name) } : {}),
    },
  );
}

function reconnectPause(attempt: number): number {
  return Math.min(attempt * 50, MAX_RECONNECT_PAUSE_MS) * (0.5 + Math.random() / 2);
}
