/**
 * What a node is connected to: each part by the real server where the configuration names one, embedded otherwise.
 * What was opened last is closed first.
 */
import path from 'node:path';
import type { ConnectionOptions } from 'node:tls';
import type { ServiceBroker } from 'moleculer';
import { DatabaseEventBus } from '../lib/bus/database-event-bus.ts';
import { memoryPageCache } from '../lib/cache/memory-page-cache.ts';
import { tieredPageCache } from '../lib/cache/tiered-page-cache.ts';
import { PAGE_TTL_MS } from '../lib/cache/user-pages.ts';
import type { Config } from '../lib/config/config.ts';
import { CONSUMED_TOPICS } from '../lib/contract/events/consumed.ts';
import { PRODUCED_TOPICS } from '../lib/contract/events/produced.ts';
import { openDatabase, type Database, type DatabaseLocation, type SqlExecutor } from '../lib/db/database.ts';
import { PostgresCheckpointStore } from '../lib/db/postgres-checkpoint-store.ts';
import { prepareDatabase } from '../lib/db/prepare.ts';
import { configuredKafka } from '../lib/kafka/configured-kafka.ts';
import { KafkaEventBus } from '../lib/kafka/kafka-event-bus.ts';
import { KAFKA_TIMING } from '../lib/kafka/kafka-settings.ts';
import { loadsDemoData } from '../lib/config/demo.ts';
import { loadDemoData } from '../lib/library/demo-data.ts';
import type { Clock } from '../lib/ports/clock.ts';
import type { CheckpointStore } from '../lib/ports/checkpoint-store.ts';
import type { EventBus } from '../lib/ports/event-bus.ts';
import type { PageCache } from '../lib/ports/page-cache.ts';
import type { SaveStore } from '../lib/ports/save-store.ts';
import { openRedisCheckpointStore } from '../lib/redis/redis-checkpoint-store.ts';
import { openRedisPageCache } from '../lib/redis/redis-page-cache.ts';
import { openS3SaveStore } from '../lib/s3/s3-save-store.ts';
import { openFolderSaveStore } from '../lib/save-folder/folder-save-store.ts';
import type { SaveFiles } from '../lib/save-folder/serve/save-files.ts';
import type { Certificates } from '../lib/tls/certificates.ts';
import { outgoingTls } from '../lib/tls/outgoing.ts';
import { filesOf } from '../lib/tls/pem-files.ts';
import type { DatabaseMetrics } from '../lib/telemetry/database-metrics.ts';

/** One commit is under way at a time, and a few shards are acquired beside it. */
const CHECKPOINT_CONNECTIONS = 4;
/** While one read is under way the next batch comes together. */
const REVISION_CONNECTIONS = 2;
/** Some thousand pages of 50 games. */
const PAGE_CACHE_BYTES = 256 * 1024 * 1024;
const PROJECT = path.resolve(import.meta.dirname, '..');

export async function openData(
  { postgres, node }: Config,
  broker: ServiceBroker,
  pools: DatabaseMetrics,
  certificates: Certificates,
  now: number,
): Promise<Database> {
  const { connectionLost, observer } = pools.of('main');
  const database = await openDatabase(
    postgres.dsn === null
      ? { directory: path.resolve(PROJECT, node.dataDir) }
      : serverDatabase(postgres, postgres.dsn, certificates, postgres.poolSize, `library ${node.id}`),
    connectionLost,
    observer,
  );
  try {
    const migrations = await prepareDatabase(database, now);
    if (migrations.length > 0) broker.logger.info({ msg: 'schema migrated', migrations });
    if (loadsDemoData({ node, postgres })) await loadDemoData(database.db, now);
    return database;
  } catch (error) {
    await database.close();
    throw error;
  }
}

export async function openCheckpoints(
  config: Config,
  database: Database,
  broker: ServiceBroker,
  pools: DatabaseMetrics,
  certificates: Certificates,
  closers: (() => Promise<void>)[],
): Promise<CheckpointStore> {
  const { postgres, redis, node } = config;
  if (config.checkpoint.store === 'redis' && redis.addr !== null) {
    const store = await openRedisCheckpointStore(redis.addr, {
      tls: redisTls(redis, certificates),
      onConnectionError: (error) => broker.logger.warn({ msg: 'redis connection lost', error: error.message }),
    });
    closers.push(() => store.close());
    return store;
  }
  if (postgres.dsn === null) return new PostgresCheckpointStore(database.executor);
  // Connections of its own: a slow flush must not stand in the way of a commit that somebody waits for.
  const { connectionLost, observer } = pools.of('checkpoints');
  const own = await openDatabase(
    serverDatabase(postgres, postgres.dsn, certificates, CHECKPOINT_CONNECTIONS, `library ${node.id} checkpoints`),
    connectionLost,
    observer,
  );
  closers.push(own.close);
  return new PostgresCheckpointStore(own.executor);
}

/** For the short reads that every request of a page begins with: they must not wait behind changes and builds. */
export async function openRevisionReads(
  { postgres, node }: Config,
  database: Database,
  pools: DatabaseMetrics,
  certificates: Certificates,
  closers: (() => Promise<void>)[],
): Promise<SqlExecutor> {
  if (postgres.dsn === null) return database.executor;
  const { connectionLost, observer } = pools.of('revisions');
  const own = await openDatabase(
    serverDatabase(postgres, postgres.dsn, certificates, REVISION_CONNECTIONS, `library ${node.id} revisions`),
    connectionLost,
    observer,
  );
  closers.push(own.close);
  return own.executor;
}

/** The platform's events, and how the topics come to be that this service reads and writes. */
export interface Events {
  readonly bus: EventBus;
  /** Creates what is missing; safe to repeat. Rejects while Kafka is away. */
  readonly ensureTopics: () => Promise<void>;
}

/** Connects when it is first used: a node starts also while Kafka is away. */
export function openEvents(config: Config, database: Database, certificates: Certificates): Events {
  const settings = configuredKafka(config.kafka, certificates);
  if (settings === null) return { bus: new DatabaseEventBus(database), ensureTopics: () => Promise.resolve() };
  const { sessionTimeoutMs } = config.kafka;
  const heartbeatMs = Math.min(KAFKA_TIMING.heartbeatMs, sessionTimeoutMs / 5);
  const bus = new KafkaEventBus(settings, { sessionTimeoutMs, heartbeatMs });
  return {
    bus,
    ensureTopics: async () => {
      await bus.ensureTopics(CONSUMED_TOPICS);
      await bus.createTopics(PRODUCED_TOPICS);
    },
  };
}

/** In this process; where there is Redis, in front of the pages that all processes share. */
export async function openPageCache(
  { redis }: Config,
  broker: ServiceBroker,
  certificates: Certificates,
): Promise<PageCache> {
  const near = memoryPageCache({ maxBytes: PAGE_CACHE_BYTES });
  if (redis.addr === null) return near;
  const far = await openRedisPageCache(redis.addr, {
    tls: redisTls(redis, certificates),
    onError: (error) => broker.logger.warn({ msg: 'page cache away', error: error.message }),
  });
  return tieredPageCache(near, far, PAGE_TTL_MS);
}

/** Where saves are. */
export interface Saves {
  readonly store: SaveStore;
  /** What gateways serve of it; null: launchers reach the store elsewhere. */
  readonly files: SaveFiles | null;
}

/** S3, or a folder, which gateways serve and domain nodes sign URLs for. */
export async function openSaves({ s3, saves, node }: Config, clock: Clock, certificates: Certificates): Promise<Saves> {
  if (s3.bucket !== null) {
    const ca = s3.tlsCaFile === null ? null : certificates.watch('s3', filesOf('s3', s3)).pems.ca;
    return { store: await openS3SaveStore(s3, clock, ca), files: null };
  }
  const directory = path.resolve(PROJECT, saves.dir ?? path.join(node.dataDir, 'saves'));
  const store = await openFolderSaveStore({ directory, urlKey: saves.urlKey }, clock);
  return { store, files: store.files };
}

/** By which the issuer of tokens is known; null: by the authorities of the system. */
export function issuerCa({ auth }: Config, certificates: Certificates): Buffer | null {
  if (auth.jwksCaFile === null) return null;
  const ca = { setting: 'auth.jwksCaFile', file: auth.jwksCaFile };
  return certificates.watch('jwks', { ca, cert: null, key: null }).pems.ca;
}

/** How a Redis of the configuration is spoken to; null: in plain text. */
export function redisTls(redis: Config['redis'], certificates: Certificates): ConnectionOptions | null {
  return outgoingTls(certificates, 'redis', redis, redis.addr?.startsWith('rediss://') === true);
}

function serverDatabase(
  postgres: Config['postgres'],
  dsn: string,
  certificates: Certificates,
  poolSize: number,
  applicationName: string,
): DatabaseLocation {
  const ssl = outgoingTls(certificates, 'postgres', postgres, postgres.tls === 'on');
  return { dsn, poolSize, applicationName, ...(ssl === null ? {} : { ssl }) };
}

/** Without passwords: what people see at the start. */
export function partsOf({
  postgres,
  node,
  checkpoint,
  nats,
  kafka,
  s3,
  saves,
  upstream,
}: Config): Record<string, string> {
  return {
    database: postgres.dsn === null ? `embedded PostgreSQL (PGlite) in ${node.dataDir}/` : 'PostgreSQL',
    checkpoints: checkpoint.store === 'redis' ? 'Redis' : 'in the database',
    bus: nats.url === null ? 'in this process' : 'NATS',
    events: kafka.brokers === null ? 'in the database' : 'Kafka',
    account: upstream.accountAddr ?? 'none: every user has an account',
    catalog: upstream.catalogAddr ?? 'none: games are known by events',
    saves: s3.bucket === null ? `in ${saves.dir ?? `${node.dataDir}/saves`}/` : 'S3',
  };
}
