/**
 * One process of the product: opens what its roles need, puts the services of its roles on one broker, and takes
 * everything down again in good order. The only place where parts are put together.
 */
import { ServiceBroker } from 'moleculer';
import { achievementsService } from './achievements.service.ts';
import { anticheatService } from './anticheat.service.ts';
import { apiService, type Api } from './api.service.ts';
import { auditService } from './audit.service.ts';
import { categoriesService } from './categories.service.ts';
import { catalogService } from './catalog.service.ts';
import { ChannelsAdapter } from './channels-adapter.ts';
import { channelsMiddleware } from './channels-library.ts';
import {
  openCheckpoints,
  openData,
  openEvents,
  openPageCache,
  openRevisionReads,
  openSaves,
  issuerCa,
  partsOf,
} from './connections.ts';
import { commandsService } from './commands.service.ts';
import { consoleService } from './console.service.ts';
import { discountsService } from './discounts.service.ts';
import { engineMembers } from './engine-membership.ts';
import { engineNode, type EngineNode } from './engine-node.ts';
import { erasureService } from './erasure.service.ts';
import { eventsService } from './events.service.ts';
import { grpcService, type Grpc } from './grpc.service.ts';
import { familyEndsService } from './family-ends.service.ts';
import { familyService } from './family.service.ts';
import { gatewayFeed } from './feed.service.ts';
import { findingsService } from './findings.service.ts';
import { gatewayLimits } from './gateway-limits.ts';
import { healthService } from './health.service.ts';
import { idempotencyService } from './idempotency.service.ts';
import { libraryService } from './library.service.ts';
import { maintenanceService } from './maintenance.service.ts';
import { newsService } from './news.service.ts';
import { nodeTelemetry } from './node-telemetry.ts';
import { nodeTracing } from './node-tracing.ts';
import { operationsService } from './operations.service.ts';
import { outboxService } from './outbox.service.ts';
import { playtimeService } from './playtime.service.ts';
import { pulseService } from './pulse.service.ts';
import { engineRegion } from './region.ts';
import { requestsUnderWay } from './requests-under-way.ts';
import { savegamesService } from './savegames.service.ts';
import { savesSweeperService } from './saves-sweeper.service.ts';
import { settingsService } from './settings.service.ts';
import { wantedGamesService } from './wanted-games.service.ts';
import { wishlistService } from './wishlist.service.ts';
import { brokerOptions } from '../moleculer.config.ts';
import { ReviewMarks } from '../lib/anticheat/reviews.ts';
import { createVerifier } from '../lib/auth/verifier.ts';
import { createUserPages } from '../lib/cache/user-pages.ts';
import type { Config } from '../lib/config/config.ts';
import type { Database } from '../lib/db/database.ts';
import { Readiness, type Probe } from '../lib/http/readiness.ts';
import { postgresPlaytimeSink } from '../lib/playtime/postgres-playtime-sink.ts';
import { systemClock, type Clock } from '../lib/ports/clock.ts';
import type { EventBus } from '../lib/ports/event-bus.ts';
import { upstreamEvents } from '../lib/telemetry/upstream-metrics.ts';
import { NO_TRACES } from '../lib/telemetry/tracing/traces.ts';
import { openUpstreams } from '../lib/upstream/open-upstreams.ts';
import { brokerLogger } from '../lib/telemetry/logging.ts';
import { tlsMetrics } from '../lib/telemetry/tls-metrics.ts';
import { Certificates } from '../lib/tls/certificates.ts';
import { holdMinVersion } from '../lib/tls/min-version.ts';
import { filesOf } from '../lib/tls/pem-files.ts';
import { pageMetrics } from '../lib/telemetry/page-metrics.ts';
import { brokerMetrics } from '../lib/telemetry/prometheus.ts';

export interface LibraryNode {
  readonly broker: ServiceBroker;
  /** Where the REST API is; null when this node is no gateway. */
  readonly url: string | null;
  /** Where the gRPC API is; null when this node is no gateway. */
  readonly grpcPort: number | null;
  /** The node's own database; null when its roles need none. */
  readonly database: Database | null;
  /** Which embedded or real part serves what, for people. */
  readonly parts: Readonly<Record<string, string>>;
  /** Leaves without failing a request: gateway first, then the shards, then connections. */
  readonly stop: () => Promise<void>;
}

/** What a node can do without: everything else works while the store of saves is away. */
const DISPENSABLE = ['saves'];

/** Starts a node with the roles of the configuration. Resolves when it serves. */
export async function startNode(config: Config, clock: Clock = systemClock()): Promise<LibraryNode> {
  const has = (role: Config['node']['roles'][number]): boolean => config.node.roles.includes(role);
  let bus: EventBus | null = null;
  const channels = new ChannelsAdapter(() => opened(bus, 'the event bus'));
  const { tracing, middleware, watch } = nodeTracing(config);
  const broker = new ServiceBroker(
    brokerOptions({
      nodeId: config.node.id,
      natsUrl: config.nats.url,
      natsFiles: config.nats,
      logger: brokerLogger(config),
      metrics: brokerMetrics(),
      middlewares: [middleware, requestsUnderWay(), ...(has('bridge') ? [channelsMiddleware(channels)] : [])],
    }),
  );
  const telemetry = nodeTelemetry(broker, config, clock);
  const probes: Record<string, Probe> = {};
  const closers: (() => Promise<void>)[] = [watch(broker)];
  holdMinVersion();
  const certificates = new Certificates({ clock, log: broker.logger, expires: tlsMetrics(broker) });
  closers.push(async () => certificates.close());
  // The client reads them itself; here they are only looked after.
  if (config.nats.tlsCertFile !== null) certificates.watch('nats', filesOf('nats', config.nats));

  let database: Database | null = null;
  if (has('engine') || has('domain') || has('bridge')) {
    database = await openData(config, broker, telemetry.pools, certificates, clock.now());
    probes['postgresql'] = () => database?.ping() ?? Promise.resolve();
    closers.push(database.close);
  }

  const { region, follow } = engineRegion(broker, config, clock, tracing);
  let engine: EngineNode | null = null;
  if (has('engine') && database) {
    const store = await openCheckpoints(config, database, broker, telemetry.pools, certificates, closers);
    probes['checkpoints'] = () => store.ping();
    const sink = postgresPlaytimeSink(database.executor);
    engine = engineNode({ broker, config, store, sink, clock, engine: region, tracing });
  }
  const upstreams =
    database === null
      ? null
      : openUpstreams(config.upstream, {
          db: database.db,
          clock,
          certificates,
          eventsOf: upstreamEvents(broker),
          failed: (error) => broker.logger.debug({ msg: 'an older answer was made do with', error: String(error) }),
        });
  if (upstreams) closers.push(() => upstreams.close());
  const saves = has('gateway') || has('domain') || has('bridge') ? await openSaves(config, clock, certificates) : null;
  if (saves) closers.push(() => saves.store.close());
  if (has('domain') && database && saves && upstreams) {
    const { accounts, catalog } = upstreams;
    probes['saves'] = () => saves.store.ping();
    const { heartbeatIntervalSeconds } = config.engine;
    const retentionMs = config.idempotency.retentionHours * 3_600_000;
    const cache = await openPageCache(config, broker, certificates);
    closers.push(() => cache.close());
    const executor = await openRevisionReads(config, database, telemetry.pools, certificates, closers);
    const pages = createUserPages({ executor, cache, clock, looked: pageMetrics(broker) });
    broker.createService(libraryService({ database, engine: region, clock, pages, catalog }));
    broker.createService(categoriesService({ database, clock }));
    broker.createService(catalogService({ database, clock }));
    broker.createService(playtimeService({ database, engine: region, clock, heartbeatIntervalSeconds }));
    broker.createService(idempotencyService({ database, clock, retentionMs }));
    broker.createService(achievementsService({ database, engine: region, clock, pages }));
    broker.createService(wishlistService({ database, clock }));
    broker.createService(settingsService({ database, clock }));
    broker.createService(familyService({ database, engine: region, accounts, clock }));
    broker.createService(auditService({ database, clock }));
    broker.createService(findingsService({ database, clock }));
    broker.createService(newsService({ database, clock }));
    broker.createService(
      savegamesService({ database, store: saves.store, engine: region, clock, rules: config.saves }),
    );
  }
  if (has('bridge') && database && saves && upstreams) {
    const events = openEvents(config, database, certificates);
    ({ bus } = events);
    probes['events'] = bus.ping.bind(bus);
    closers.push(bus.close.bind(bus));
    const told = { tracing, system: config.kafka.brokers === null ? 'postgresql' : 'kafka' } as const;
    const marks = new ReviewMarks();
    broker.createService(
      outboxService({ database, bus, engine: region, clock, carried: (events) => marks.gather(events), ...told }),
    );
    broker.createService(
      eventsService({
        database,
        ...events,
        engine: region,
        clock,
        saves: config.saves,
        group: config.kafka.group,
        ...told,
      }),
    );
    broker.createService(anticheatService({ database, clock, marks }));
    broker.createService(discountsService({ database, clock }));
    broker.createService(familyEndsService({ database, engine: region, clock }));
    broker.createService(erasureService({ database, engine: region, clock, saves: config.saves }));
    if (config.upstream.catalogAddr !== null) {
      broker.createService(wantedGamesService({ database, catalog: upstreams.catalog, clock }));
    }
    broker.createService(maintenanceService({ database, clock }));
    broker.createService(savesSweeperService({ database, store: saves.store, clock, rules: config.saves }));
  }

  if (has('gateway') || has('domain')) probes['engine'] = async () => mustHaveEngine(broker);
  const readiness = new Readiness(probes, clock, DISPENSABLE);
  let api: Api | null = null;
  let grpc: Grpc | null = null;
  if (has('gateway')) {
    if (!has('domain')) probes['domain'] = async () => mustHaveDomain(broker);
    const verifier = createVerifier(config.auth, clock, issuerCa(config, certificates));
    const counted = await gatewayLimits(config, broker, clock, certificates);
    closers.push(() => counted.quotas.close());
    const { feed, schema } = gatewayFeed({ broker, config, engine: region, clock });
    broker.createService(schema);
    const traces = tracing?.traces ?? NO_TRACES;
    api = apiService({
      config,
      engine: region,
      verifier,
      ...counted,
      clock,
      readiness,
      feed,
      certificates,
      traces,
      saveFiles: saves?.files ?? null,
    });
    broker.createService(api.schema);
    broker.createService(commandsService({ broker, clock }));
    broker.createService(consoleService({ config, clock, engine: region }));
    grpc = grpcService({ config, verifier, limits: counted.limits, clock, readiness, certificates, traces });
    broker.createService(grpc.schema);
  }
  broker.createService(healthService({ config, clock, readiness, certificates }).schema);
  broker.createService(operationsService({ config, readiness }));
  let serving = false;
  broker.createService(pulseService({ config, clock, readiness, engine, serving: () => serving }));

  await broker.start();
  follow();
  await engine?.join();
  serving = true;
  telemetry.watch(readiness);

  const stop = async (): Promise<void> => {
    readiness.drain();
    await Promise.all([api?.drain(), grpc?.drain()]);
    await engine?.drain();
    engine?.stop();
    telemetry.stop();
    await broker.stop();
    for (const close of closers.reverse()) await close();
  };
  return { broker, database, url: urlOf(config, api), grpcPort: grpc?.port() ?? null, parts: partsOf(config), stop };
}

function opened<Part>(part: Part | null, name: string): Part {
  if (part === null) throw new Error(`${name} is not open yet`);
  return part;
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
