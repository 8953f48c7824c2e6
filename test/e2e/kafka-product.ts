/** One process of the product with all roles on real servers: PostgreSQL, Redis, and a Kafka of its own. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Redis } from 'ioredis';
import { signDevToken } from '../../lib/auth/dev-token.ts';
import { configFrom } from '../../lib/config/load.ts';
import type { Role } from '../../lib/contract/endpoint.ts';
import { openDatabase, type Database } from '../../lib/db/database.ts';
import { KafkaEventBus } from '../../lib/kafka/kafka-event-bus.ts';
import { LibraryClient } from '../../scripts/client/library-client.ts';
import { NodeProcess } from '../../scripts/cluster/node-process.ts';
import { startKafka } from '../../scripts/servers/kafka.ts';
import { createDatabase } from '../../scripts/servers/postgres.ts';
import { startRedis } from '../../scripts/servers/redis.ts';
import { started } from '../servers.ts';

export interface KafkaProduct {
  readonly node: NodeProcess;
  readonly database: Database;
  readonly redis: Redis;
  /** Of the test's own. */
  readonly bus: KafkaEventBus;
  readonly clientOf: (userId: string, roles: readonly Role[]) => Promise<LibraryClient>;
  /** As {@link clientOf} has it in its requests. */
  readonly tokenOf: (userId: string, roles: readonly Role[]) => Promise<string>;
  readonly remove: () => Promise<void>;
}

/** @param postgres where it gets a database of its own */
export async function startKafkaProduct(postgres: string): Promise<KafkaProduct> {
  const folder = mkdtempSync(path.join(tmpdir(), 'library-kafka-'));
  const [kafka, redisServer] = await Promise.all([startKafka().then(started), startRedis().then(started)]);
  const fresh = await createDatabase(postgres, 'kafka_bridge');
  const env = {
    NODE_ID: 'alone',
    SHARDS: '16',
    DEMO_DATA: 'always',
    LOG_LEVEL: 'warn',
    LIBRARY_HTTP_PORT: '0',
    LIBRARY_GRPC_PORT: '0',
    HTTP_HOST: '127.0.0.1',
    HTTP_DRAIN_GRACE_MS: '0',
    FLUSH_INTERVAL_SECONDS: '1',
    NATS_URL: '',
    POSTGRES_DSN: fresh.dsn,
    REDIS_ADDR: redisServer.address,
    KAFKA_BROKERS: kafka.address,
  };
  const node = new NodeProcess({ id: 'alone', role: 'gateway', env, logFile: path.join(folder, 'log') });
  await node.start();
  const settings = { brokers: [kafka.address], clientId: 'test', tls: null, sasl: null };
  const bus = new KafkaEventBus({ ...settings, newTopics: { partitions: null, replication: null } });
  const database = await openDatabase({ dsn: fresh.dsn });
  const redis = new Redis(redisServer.address);
  const { auth } = configFrom('', env);
  const tokenOf = (userId: string, roles: readonly Role[]) =>
    signDevToken(auth, { userId, roles, ttlSeconds: 3600 }, Date.now());
  return {
    node,
    database,
    redis,
    bus,
    tokenOf,
    clientOf: async (userId, roles) => new LibraryClient(() => node.url, await tokenOf(userId, roles)),
    async remove() {
      await bus.close();
      await node.stop();
      await database.close();
      redis.disconnect();
      await fresh.drop();
      await Promise.all([kafka.stop(), redisServer.stop()]);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
