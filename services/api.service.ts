import { existsSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ServiceSchema } from 'moleculer';
import ApiGateway from 'moleculer-web';
import type { Engine } from '../actors/engine.ts';
import type { Verifier } from '../lib/auth/verifier.ts';
import type { Config } from '../lib/config/config.ts';
import { BASE_PATH } from '../lib/contract/endpoints.ts';
import { SOCKET_PATH } from '../lib/contract/frames.ts';
import { EventStreams } from '../lib/http/event-streams.ts';
import { createFront } from '../lib/http/front.ts';
import { CONSOLE_PAGE } from '../lib/http/project-files.ts';
import type { Readiness } from '../lib/http/readiness.ts';
import { createReply } from '../lib/http/reply.ts';
import { createServer } from '../lib/http/server.ts';
import type { HttpServer, Upgrades } from '../lib/http/server.ts';
import { admission } from '../lib/limits/admission.ts';
import type { Limits } from '../lib/limits/limits.ts';
import type { Quotas } from '../lib/limits/quotas.ts';
import { playtimeBeats } from '../lib/playtime/beats.ts';
import type { Clock } from '../lib/ports/clock.ts';
import type { NewsFeed } from '../lib/ports/news.ts';
import type { SaveFiles } from '../lib/save-folder/serve/save-files.ts';
import { createSockets, isSocketRequest } from '../lib/sockets/sockets.ts';
import type { Sockets } from '../lib/sockets/sockets.ts';
import type { Certificates } from '../lib/tls/certificates.ts';
import { filesOf } from '../lib/tls/pem-files.ts';
import { httpMetrics } from '../lib/telemetry/http-metrics.ts';
import { socketMetrics } from '../lib/telemetry/socket-metrics.ts';
import type { Traces } from '../lib/telemetry/tracing/traces.ts';
import { apiRoutes } from './api-routes.ts';
import type { WebRoute } from './api-routes.ts';

export interface ApiDependencies {
  readonly config: Config;
  readonly engine: Engine;
  readonly verifier: Verifier;
  readonly limits: Limits;
  readonly quotas: Quotas;
  readonly clock: Clock;
  readonly readiness: Readiness;
  readonly feed: NewsFeed;
  /** Absent: nobody tells of ways. */
  readonly traces?: Traces;
  readonly certificates: Certificates;
  /** The embedded store of saves; null: launchers reach the store elsewhere. */
  readonly saveFiles: SaveFiles | null;
}

/** The gateway: its service, and what the process around it needs of it. */
export interface Api {
  readonly schema: ServiceSchema<WebSettings, WebMethods>;
  /** Where it listens; null while it does not. */
  address(): AddressInfo | null;
  /**
   * Leaves without failing a request: unready first and `Connection: close` on every answer, then the grace for load
   * balancers to notice, then sockets are let go, then no new connections, and last the requests under way. Safe to call
   * twice.
   */
  drain(): Promise<void>;
}

/** What moleculer-web's mixin adds to a service, as far as it is used here. */
interface WebMethods {
  express(): (req: IncomingMessage, res: ServerResponse) => Promise<void>;
  addRoute(route: WebRoute): unknown;
}

type WebSettings = Record<string, unknown>;

/** After this much longer than a request may take, what is still open at the end of a drain is cut. */
const CLOSE_MARGIN_MS = 1000;

/**
 * The REST gateway: moleculer-web behind a server of our own (`server: false`), so that the server's limits and its
 * drain are ours and the hot path can stand in front. A node that is no gateway has `health.service.ts` instead.
 */
export function apiService(dependencies: ApiDependencies): Api {
  const { config, clock, readiness } = dependencies;
  let server: HttpServer | null = null;
  let sockets: Sockets | null = null;
  let drained: Promise<void> | null = null;
  const streams = new EventStreams({ ...dependencies, most: config.console.streamsPerGateway });

  async function drain(): Promise<void> {
    if (server === null) return;
    readiness.drain();
    server.beginClosing();
    await new Promise<void>((resolve) => void clock.after(config.http.drainGraceMs, resolve));
    await close(server);
  }

  /** Sockets and event streams first: the server waits for all connections, and these would not end. */
  async function close(closing: HttpServer): Promise<void> {
    streams.drain();
    await sockets?.drain();
    await closing.close(config.http.requestDeadlineMs + CLOSE_MARGIN_MS);
  }

  const schema: ServiceSchema<WebSettings, WebMethods> = {
    name: 'api',
    mixins: [ApiGateway],
    settings: {
      server: false,
      // Requests are counted and failures logged by our own handlers; moleculer-web's log would hold paths with user ids.
      logRequest: null,
      logResponse: null,
      logRequestParams: null,
      logRouteRegistration: null,
      // Not an empty list: for that, moleculer-web publishes every action of every service.
      routes: null,
      // Functions do not travel to other nodes.
      $secureSettings: ['rootCallOptions', 'onError'],
    },
    // moleculer-web's own actions would let any node read and rewrite the routes.
    actions: { listAliases: false, addRoute: false, removeRoute: false },
    created() {
      const behind = this.express();
      const { broker, logger: log } = this;
      const reply = createReply(httpMetrics(broker), log);
      const front = createFront(
        (req, res) => behind(req, res),
        admission(dependencies.limits, reply),
        dependencies.traces,
      );
      const { heartbeatIntervalSeconds } = config.engine;
      const beats = playtimeBeats({
        engine: dependencies.engine,
        heartbeatIntervalSeconds,
        settled: (beat, deadline) =>
          broker.call('playtime.settled', beat, { timeout: Math.max(1, deadline - clock.now()) }),
      });
      const routes = apiRoutes({ ...dependencies, broker, log, reply, beats, streams, exchangeOf: front.exchangeOf });
      for (const [target, handler] of routes.hot) front.hot.set(target, handler);
      for (const [path, handler] of routes.below) front.below.set(path, handler);
      for (const [target, handler] of routes.direct) front.direct.set(target, handler);
      Object.assign(this.settings, routes.settings);
      for (const route of routes.routes) this.addRoute(route);
      sockets = createSockets({
        ...dependencies,
        settings: config.sockets,
        http: config.http,
        metrics: socketMetrics(broker, config.sockets.maxPerNode),
        log,
        reply,
        beats,
        heartbeatIntervalSeconds,
      });
      const upgrades: Upgrades = {
        wanted: (req) => isSocketRequest(req, BASE_PATH + SOCKET_PATH),
        take: (req, socket, head) => sockets?.upgrade(req, socket, head),
      };
      const shown =
        config.http.tlsCertFile === null ? null : dependencies.certificates.watch('http', filesOf('http', config.http));
      server = createServer(config.http, config.http.port, clock, front.listener, upgrades, shown);
    },
    async started() {
      const address = await server?.listen();
      this.logger.info({ address: address?.address, port: address?.port }, 'gateway listening');
      if (config.console.enabled === 'on' && !existsSync(CONSOLE_PAGE)) {
        this.logger.warn('the pages are not built, so that /console only says how: node scripts/prepare.js');
      }
    },
    async stopped() {
      if (server !== null) await close(server);
    },
  };

  return { schema, address: () => server?.address() ?? null, drain: () => (drained ??= drain()) };
}
