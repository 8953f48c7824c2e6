/**
 * What a bridge to Kafka is tried out on: real PostgreSQL, Redis, NATS and Kafka of its own, one process of the product
 * that has every role but the bridge's, and beside it the bridge, which may be killed at any time.
 */
import { readFileSync } from 'node:fs';
import { Redis } from 'ioredis';
import { CONSUMED_TOPICS } from '../../../lib/contract/events/consumed.ts';
import { PRODUCED_TOPICS } from '../../../lib/contract/events/produced.ts';
import { openDatabase, type Database } from '../../../lib/db/database.ts';
import { KafkaEventBus } from '../../../lib/kafka/kafka-event-bus.ts';
import { NodeProcess } from '../../../scripts/cluster/node-process.ts';
import { startKafka } from '../../../scripts/servers/kafka.ts';
import { obtainNats } from '../../../scripts/servers/nats.ts';
import { createDatabase, obtainPostgres } from '../../../scripts/servers/postgres.ts';
import { startRedis } from '../../../scripts/servers/redis.ts';
import type { PrivateServer } from '../../../scripts/servers/server.ts';

export interface BridgeRig {
  readonly database: Database;
  readonly redis: Redis;
  readonly kafka: PrivateServer;
  /** Of the test's own; not the bridge's. */
  readonly bus: KafkaEventBus;
  readonly bridge: NodeProcess;
  /** All of them, {@link bridge} the first: they share the work. */
  readonly bridges: readonly NodeProcess[];
  readonly stop: () => Promise<void>;
}

export const GROUP = 'library';
const SERVERS = 'PostgreSQL, Redis, NATS and Kafka (scripts/install-servers)';

/**
 * @param logFile where the processes' logs go
 * @param count how many bridges there are
 * @throws Error when a server is missing
 */
export async function startBridgeRig(logFile: string, count = 1): Promise<BridgeRig> {
  const closers: (() => Promise<void>)[] = [];
  const stop = async () => {
    for (const close of closers.reverse()) await close();
  };
  try {
    const [postgres, redis, nats, kafka] = await Promise.all([
      obtainPostgres({ fsync: false }),
      startRedis(),
      obtainNats(),
      startKafka(),
    ]);
    for (const server of [postgres, redis, nats, kafka]) if (server) closers.push(() => server.stop());
    if (!postgres || !redis || !nats || !kafka) throw new Error(`this needs ${SERVERS}`);
    const fresh = await createDatabase(postgres.address, 'bridge');
    closers.push(() => fresh.drop());
    const node = (id: string, roles: string): NodeProcess => {
      const process = new NodeProcess({
        id,
        role: 'domain',
        logFile,
        env: {
          NODE_ID: id,
          NODE_ROLES: roles,
          SHARDS: '64',
          LIBRARY_HTTP_PORT: '0',
          HTTP_HOST: '127.0.0.1',
          LIBRARY_GRPC_PORT: '0',
          POSTGRES_DSN: fresh.dsn,
          REDIS_ADDR: redis.address,
          NATS_URL: nats.address,
          KAFKA_BROKERS: kafka.address,
          KAFKA_GROUP: GROUP,
          KAFKA_SESSION_TIMEOUT_MS: '3000',
          LOG_LEVEL: 'warn',
          HTTP_DRAIN_GRACE_MS: '0',
        },
      });
      closers.push(() => process.stop());
      return process;
    };
    await node('rest', 'gateway,engine,domain').start();
    const database = await openDatabase({ dsn: fresh.dsn });
    closers.push(database.close);
    const cache = new Redis(redis.address);
    closers.push(async () => cache.disconnect());
    const bus = busOf(kafka);
    closers.push(() => bus.close());
    await bus.ensureTopics(CONSUMED_TOPICS);
    await bus.createTopics(PRODUCED_TOPICS);
    const bridge = node('bridge-1', 'bridge');
    const bridges = [bridge, ...Array.from({ length: count - 1 }, (_, n) => node(`bridge-${n + 2}`, 'bridge'))];
    await Promise.all(bridges.map((each) => each.start()));
    return { database, redis: cache, kafka, bus, bridge, bridges, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** How much memory a process has in use, MiB; 0 while it is down (Linux). */
export function memoryOf({ pid }: NodeProcess): number {
  if (pid === null) return 0;
  try {
    const kib = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? '0';
    return Math.round(Number(kib) / 1024);
  } catch {
    return 0;
  }
}

function busOf({ address }: PrivateServer): KafkaEventBus {
  const settings = { brokers: [address], clientId: 'test', tls: null, sasl: null };
  return new KafkaEventBus({ ...settings, newTopics: { partitions: null, replication: null } });
}
