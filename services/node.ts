/**
 * One process of the product: opens what its roles need, puts the services of its roles on one broker, and takes
 * everything down again in good order. The only place where parts are put together.
 */
import path from 'node:path';
import { ServiceBroker } from 'moleculer';
import { apiService, type Api } from './api.service.ts';
import { categoriesService } from './categories.service.ts';
import { catalogService } from './catalog.service.ts';
import { engineMembers } from './engine-membership.ts';
import { engineNode, type EngineNode } from './engine-node.ts';
import { healthService } from './health.service.ts';
import { idempotencyService } from './idempotency.service.ts';
import { libraryService } from './library.service.ts';
import { maintenanceService } from './maintenance.service.ts';
import { playtimeService } from './playtime.service.ts';
import { engineRegion } from './region.ts';
import { brokerOptions } from '../moleculer.config.ts';
import { createVerifier } from '../lib/auth/verifier.ts';
import { memoryPageCache } from '../lib/cache/memory-page-cache.ts';
import { createUserPages } from '../lib/cache/user-pages.ts';
import type { Config } from '../lib/config/config.ts';
import { openDatabase, type Database } from '../lib/db/database.ts';
import { PostgresCheckpointStore } from '../lib/db/postgres-checkpoint-store.ts';
import { prepareDatabase } from '../lib/db/prepare.ts';
import { Readiness, type Probe } from '../lib/http/readiness.ts';
import { loadDemoData } from '../lib/library/demo-data.ts';
import { postgresPlaytimeSink } from '../lib/playtime/postgres-playtime-sink.ts';
import type { CheckpointStore } from '../lib/ports/checkpoint-store.ts';
import { systemClock } from '../lib/ports/clock.ts';
import { openRedisCheckpointStore } from '../lib/redis/redis-checkpoint-store.ts';
import { brokerLogger } from '../lib/telemetry/logging.ts';
import { pageMetrics } from '../lib/telemetry/page-metrics.ts';
import { brokerMetrics } from '../lib/telemetry/prometheus.ts';

export interface LibraryNode {
  readonly broker: ServiceBroker;
  /** Where the REST API is; null when this node is no gateway. */
  readonly url: string | null;
  /** Which embedded or real part serves what, for people. */
  readonly parts: Readonly<Record<string, string>>;
  /** Leaves without failing a request: gateway first, then the shards, then connections. */
  readonly stop: () => Promise<void>;
}

/** One commit is under way at a time, and a few shards are acquired beside it. */
const CHECKPOINT_CONNECTIONS = 4;
/** Some thousand pages of 50 games. */
const PAGE_CACHE_BYTES = 256 * 1024 * 1024;
const PROJECT = path.resolve(import.meta.dirname, '..');

/** Starts a node with the roles of the configuration. Resolves when it serves. */
export async function startNode(config: Config): Promise<LibraryNode> {
  const clock = systemClock();
  const has = (role: Config['node']['roles'][number]): boolean => config.node.roles.includes(role);
  const broker = new ServiceBroker(
    brokerOptions({
      nodeId: config.node.id,
      natsUrl: config.nats.url,
      logger: brokerLogger(config),
      metrics: brokerMetrics(),
    }),
  );
  const probes: Record<string, Probe> = {};
  const closers: (() => Promise<void>)[] = [];

  let database: Database | null = null;
  if (has('engine') || has('domain') || has('bridge')) {
    database = await openData(config, broker, clock.now());
    probes['postgresql'] = () => database?.ping() ?? Promise.resolve();
    closers.push(database.close);
  }

  const { region, follow } = engineRegion(broker, config, clock);
  let engine: EngineNode | null = null;
  if (has('engine') && database) {
    const store = await openCheckpoints(config, database, broker, closers);
    probes['checkpoints'] = () => store.ping();
    engine = engineNode({ broker, config, store, sink: postgresPlaytimeSink(database.executor), clock });
  }
  if (has('domain') && database) {
    const { heartbeatIntervalSeconds } = config.engine;
    const retentionMs = config.idempotency.retentionHours * 3_600_000;
    const cache = memoryPageCache({ maxBytes: PAGE_CACHE_BYTES });
    closers.push(cache.close);
    const pages = createUserPages({ executor: database.executor, cache, clock, looked: pageMetrics(broker) });
    broker.createService(libraryService({ database, engine: region, clock, pages }));
    broker.createService(categoriesService({ database, clock }));
    broker.createService(catalogService({ database, clock }));
    broker.createService(playtimeService({ database, engine: region, clock, heartbeatIntervalSeconds }));
    broker.createService(idempotencyService({ database, clock, retentionMs }));
  }
  if (has('bridge') && database) broker.createService(maintenanceService({ database, clock }));

  if (has('gateway') || has('domain')) probes['engine'] = async () => mustHaveEngine(broker);
  const readiness = new Readiness(probes, clock);
  let api: Api | null = null;
  if (has('gateway')) {
    if (!has('domain')) probes['domain'] = async () => mustHaveDomain(broker);
    const verifier = createVerifier(config.auth, clock);
    api = apiService({ config, engine: region, verifier, clock, readiness });
    broker.createService(api.schema);
  }
  broker.createService(healthService({ config, clock, readiness }).schema);

  await broker.start();
  follow();
  await engine?.join();

  const stop = async (): Promise<void> => {
    readiness.drain();
    await api?.drain();
    await engine?.drain();
    engine?.stop();
    await broker.stop();
    for (const close of closers) await close();
  };
  return { broker, url: urlOf(config, api), parts: partsOf(config), stop };
}

async function openData({ postgres, node }: Config, broker: ServiceBroker, now: number): Promise<Database> {
  const database = await openDatabase(
    postgres.dsn === null
      ? { directory: path.resolve(PROJECT, node.dataDir) }
      : { dsn: postgres.dsn, poolSize: postgres.poolSize, applicationName: `library ${node.id}` },
    (error) => broker.logger.warn({ msg: 'database connection lost', error: error.message }),
  );
  try {
    const migrations = await prepareDatabase(database, now);
    if (migrations.length > 0) broker.logger.info({ msg: 'schema migrated', migrations });
    const wanted = node.demoData === 'always' || (node.demoData === 'auto' && postgres.dsn === null);
    if (wanted) await loadDemoData(database.db, now);
    return database;
  } catch (error) {
    await database.close();
    throw error;
  }
}

async function openCheckpoints(
  config: Config,
  database: Database,
  broker: ServiceBroker,
  closers: (() => Promise<void>)[],
): Promise<CheckpointStore> {
  const { postgres, redis, node } = config;
  if (config.checkpoint.store === 'redis' && redis.addr !== null) {
    const store = await openRedisCheckpointStore(redis.addr, {
      onConnectionError: (error) => broker.logger.warn({ msg: 'redis connection lost', error: error.message }),
    });
    closers.push(() => store.close());
    return store;
  }
  if (postgres.dsn === null) return new PostgresCheckpointStore(database.executor);
  // Connections of its own: a slow flush must not stand in the way of a commit that somebody waits for.
  const own = await openDatabase(
    { dsn: postgres.dsn, poolSize: CHECKPOINT_CONNECTIONS, applicationName: `library ${node.id} checkpoints` },
    (error) => broker.logger.warn({ msg: 'checkpoint connection lost', error: error.message }),
  );
  closers.push(own.close);
  return new PostgresCheckpointStore(own.executor);
}

function mustHaveEngine(broker: ServiceBroker): void {
  if (engineMembers(broker).length === 0) throw new Error('no engine node is there');
}

function mustHaveDomain(broker: ServiceBroker): void {
  const actions = broker.registry.getActionList({ onlyAvailable: true }) as readonly { readonly name: string }[];
  if (!actions.some(({ name }) => name === 'playtime.start')) throw new Error('no domain node is there');
}

function urlOf({ http }: Config, api: Api | null): string | null {
  const address = api?.address();
  if (!address) return null;
  const host = address.address === '0.0.0.0' || address.address === '::' ? 'localhost' : address.address;
  return `${http.tlsCertFile === null ? 'http' : 'https'}://${host}:${address.port}`;
}

/** Without passwords: what people see at the start. */
function partsOf({ postgres, node, checkpoint, nats }: Config): Record<string, string> {
  return {
    database: postgres.dsn === null ? `embedded PostgreSQL (PGlite) in ${node.dataDir}/` : 'PostgreSQL',
    checkpoints: checkpoint.store === 'redis' ? 'Redis' : 'in the database',
    bus: nats.url === null ? 'in this process' : 'NATS',
  };
}
