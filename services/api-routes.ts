import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ServiceBroker } from 'moleculer';
import type { Verified } from '../lib/auth/verifier.ts';
import { isDemo } from '../lib/config/demo.ts';
import type { Endpoint, Request } from '../lib/contract/endpoint.ts';
import { BASE_PATH, ENDPOINTS } from '../lib/contract/endpoints.ts';
import { endSession, heartbeat } from '../lib/contract/playtime-endpoints.ts';
import { confirmUpload, uploadUrl } from '../lib/contract/savegame-endpoints.ts';
import type { BeatBody } from '../lib/contract/playtime.ts';
import { SOCKET_PATH } from '../lib/contract/frames.ts';
import { DEMO_TOKENS_PATH, demoTokens } from '../lib/demo/tokens.ts';
import { LibraryError } from '../lib/errors.ts';
import { DOCUMENT_PATHS, serveDocument } from '../lib/http/documents.ts';
import { endpointHandler } from '../lib/http/endpoint-handler.ts';
import { hotHandler } from '../lib/http/hot-path.ts';
import { endHttpSpan } from '../lib/http/http-span.ts';
import type { HotHandler } from '../lib/http/hot-path.ts';
import { originOf } from '../lib/http/origin.ts';
import { operationsHandler, OPERATIONS_PATHS } from '../lib/http/operations.ts';
import { pagesIn } from '../lib/http/pages.ts';
import { methodNotAllowed } from '../lib/http/problem.ts';
import { PAGES_FOLDER } from '../lib/http/project-files.ts';
import type { EventStreams } from '../lib/http/event-streams.ts';
import type { FailureLog, Reply } from '../lib/http/reply.ts';
import type { Exchange } from '../lib/http/respond.ts';
import type { Beats } from '../lib/playtime/beats.ts';
import { SAVE_FILES_PATH } from '../lib/save-folder/signed-urls.ts';
import { renderMetrics } from '../lib/telemetry/prometheus.ts';
import type { Trace } from '../lib/telemetry/trace.ts';
import type { ApiDependencies } from './api.service.ts';
import { idempotencyCalls } from './idempotency-calls.ts';

export interface RouteDependencies extends ApiDependencies {
  readonly broker: ServiceBroker;
  readonly log: FailureLog;
  readonly exchangeOf: (req: IncomingMessage) => Exchange;
  readonly reply: Reply;
  readonly beats: Beats;
  readonly streams: EventStreams;
}

type WebHandler = (
  req: IncomingMessage & { $params?: { params?: Record<string, string> } },
  res: ServerResponse,
) => void;

/** A route of moleculer-web, as far as it is used here: aliases that are functions of ours. */
export interface WebRoute {
  readonly path: string;
  readonly aliases: Record<string, WebHandler>;
  readonly bodyParsers: false;
  readonly mergeParams: false;
  readonly logging: false;
  readonly pathToRegexpOptions: { readonly sensitive: true };
}

export interface ApiRoutes {
  readonly routes: readonly WebRoute[];
  readonly hot: ReadonlyMap<string, HotHandler>;
  /** What is asked for most, by method and whole path: the same handlers as behind moleculer-web, without the way through it. */
  readonly direct: ReadonlyMap<string, (exchange: Exchange) => void>;
  /** Handlers of everything below a path: what they serve is no part of the API, and never goes through moleculer-web. */
  readonly below: ReadonlyMap<string, (exchange: Exchange) => void>;
  /** Settings of moleculer-web that need the broker. */
  readonly settings: {
    readonly rootCallOptions: (options: { requestID?: string }, req: IncomingMessage) => void;
    readonly onError: (req: IncomingMessage, res: ServerResponse, error: unknown) => void;
  };
}

/** Lays out every path of the gateway: the API of the contract, the documentation, pages for people, health and metrics. */
export function apiRoutes(dependencies: RouteDependencies): ApiRoutes {
  const { exchangeOf, saveFiles, reply, beats } = dependencies;
  const direct = new Map<string, (exchange: Exchange) => void>();
  // Whoever comes with WebSocket has been taken over before.
  direct.set(`GET ${BASE_PATH}${SOCKET_PATH}`, (exchange) => reply.failure(exchange, 'unmatched', upgradeRequired()));
  return {
    routes: [
      route(BASE_PATH, contractAliases(dependencies, reply, beats, direct)),
      route('/', plainAliases(dependencies, reply)),
    ],
    hot: hotHandlers(dependencies, reply, beats),
    direct,
    below: new Map(saveFiles === null ? [] : [[SAVE_FILES_PATH, saveFiles.handler(reply, dependencies.log)]]),
    settings: {
      rootCallOptions: (options, req) => {
        options.requestID = exchangeOf(req).trace.id;
      },
      onError: (req, _res, error) => reply.failure(exchangeOf(req), 'unmatched', routingError(error)),
    },
  };
}

function route(path: string, aliases: Record<string, WebHandler>): WebRoute {
  return {
    path,
    aliases,
    bodyParsers: false,
    mergeParams: false,
    logging: false,
    pathToRegexpOptions: { sensitive: true },
  };
}

function contractAliases(
  dependencies: RouteDependencies,
  reply: Reply,
  beats: Beats,
  direct: Map<string, (exchange: Exchange) => void>,
): Record<string, WebHandler> {
  const { config, exchangeOf } = dependencies;
  const aliases: Record<string, WebHandler> = {};
  const idempotency = idempotencyCalls(dependencies.broker, config.http.requestDeadlineMs);
  for (const endpoint of ENDPOINTS) {
    const handle = endpointHandler(endpoint, {
      ...dependencies,
      bodyLimitBytes: config.http.bodyLimitBytes,
      requestDeadlineMs: config.http.requestDeadlineMs,
      originOf: (req) => originOf(config.http, req),
      idempotency,
      call: (called, request, user, trace) => callEndpoint(dependencies, beats, called, request, user, trace),
    });
    const answer = (exchange: Exchange, params: Readonly<Record<string, string>>): void => {
      handle(exchange, params).then(
        (result) => reply.answer(exchange, endpoint.id, result),
        (error: unknown) => reply.failure(exchange, endpoint.id, error),
      );
    };
    aliases[`${endpoint.method} ${webPath(endpoint)}`] = (req) => answer(exchangeOf(req), req.$params?.params ?? {});
    if (isDirect(endpoint)) {
      direct.set(`${endpoint.method} ${BASE_PATH}${endpoint.path}`, (exchange) => answer(exchange, {}));
    }
  }
  for (const [path, allow] of allowedMethods()) {
    aliases[`* ${path}`] = (req) => reply.failure(exchangeOf(req), 'unmatched', methodNotAllowed(allow));
  }
  return aliases;
}

function plainAliases(dependencies: RouteDependencies, reply: Reply): Record<string, WebHandler> {
  const { config, exchangeOf, readiness, broker } = dependencies;
  const { publicEndpoint } = config.s3;
  const pages = pagesIn({
    folder: PAGES_FOLDER,
    reachable: publicEndpoint === null ? [] : [new URL(publicEndpoint).origin],
  });
  const aliases: Record<string, WebHandler> = {};
  const answerOperation = operationsHandler({ readiness, metrics: () => renderMetrics(broker) });
  const add = (path: string, answer: (...[req, res]: Parameters<WebHandler>) => Promise<void>): void => {
    aliases[`GET ${path}`] = (req, res) => {
      const exchange = exchangeOf(req);
      answer(req, res).then(
        () => endHttpSpan(exchange, 'unmatched', res.statusCode),
        (error: unknown) => reply.failure(exchange, 'unmatched', error),
      );
    };
    aliases[`* ${path}`] = (req) => reply.failure(exchangeOf(req), 'unmatched', methodNotAllowed(['GET', 'HEAD']));
  };
  for (const path of OPERATIONS_PATHS) add(path, (_req, res) => answerOperation(path, res));
  for (const path of DOCUMENT_PATHS) add(path, (req, res) => serveDocument(path, req, res));
  const names = [
    ...(config.console.enabled === 'on' ? ['console' as const] : []),
    ...(isDemo(config) ? ['play' as const] : []),
  ];
  for (const name of names) add(`/${name}`, (req, res) => pages.page(name, req, res));
  add('/pages/:name', (req, res) => pages.asset(req.$params?.params?.['name'] ?? '', req, res));
  return isDemo(config) ? { ...aliases, ...demoAliases(dependencies, reply) } : aliases;
}

function demoAliases({ config, clock, exchangeOf }: RouteDependencies, reply: Reply): Record<string, WebHandler> {
  const answer = demoTokens(config, clock);
  return {
    [`POST ${DEMO_TOKENS_PATH}`]: (req) => {
      const exchange = exchangeOf(req);
      answer(req).then(
        (result) => reply.answer(exchange, 'unmatched', result),
        (error: unknown) => reply.failure(exchange, 'unmatched', error),
      );
    },
    [`* ${DEMO_TOKENS_PATH}`]: (req) => reply.failure(exchangeOf(req), 'unmatched', methodNotAllowed(['POST'])),
  };
}

function hotHandlers(dependencies: RouteDependencies, reply: Reply, beats: Beats): Map<string, HotHandler> {
  const { config } = dependencies;
  const shared = {
    ...dependencies,
    bodyLimitBytes: config.http.bodyLimitBytes,
    requestDeadlineMs: config.http.requestDeadlineMs,
    reply,
  };
  return new Map([
    [BASE_PATH + heartbeat.path, hotHandler<BeatBody>(heartbeat, { ...shared, work: beats.heartbeat })],
    [BASE_PATH + endSession.path, hotHandler<BeatBody>(endSession, { ...shared, work: beats.end })],
  ]);
}

/** Heartbeats and ends go to the engine; everything else is an action. */
function callEndpoint(
  dependencies: RouteDependencies,
  beats: Beats,
  endpoint: Endpoint,
  request: Request,
  user: Verified,
  trace: Trace,
): Promise<unknown> {
  if (endpoint.id === heartbeat.id) return beats.heartbeat(user, request.body as BeatBody, request.deadline);
  if (endpoint.id === endSession.id) return beats.end(user, request.body as BeatBody, request.deadline);
  return dependencies.broker.call(endpoint.action, request, {
    timeout: remaining(dependencies, request.deadline),
    requestID: trace.id,
    meta: { traceparent: trace.traceparent },
  });
}

/** At least 1: Moleculer takes 0 for no time-out at all. */
function remaining({ clock }: RouteDependencies, deadline: number): number {
  return Math.max(1, deadline - clock.now());
}

/** What is read from a cache is answered in less time than moleculer-web takes to find out who answers. */
/** Pages, and what moves saves; where nothing of the request stands in the path. */
function isDirect({ id, method, prepared, path }: Endpoint): boolean {
  const isPage = method === 'GET' && prepared === true;
  return (isPage || id === uploadUrl.id || id === confirmUpload.id) && !path.includes('{');
}

function upgradeRequired(): LibraryError {
  return new LibraryError('UPGRADE_REQUIRED', 'This path takes WebSocket handshakes only');
}

/** The path in moleculer-web's notation. */
function webPath(endpoint: Endpoint): string {
  return endpoint.path.replaceAll(/\{(\w+)\}/g, ':$1');
}

function allowedMethods(): Map<string, string[]> {
  const methods = new Map<string, string[]>();
  for (const endpoint of ENDPOINTS) {
    const path = webPath(endpoint);
    const allowed = methods.get(path) ?? [];
    allowed.push(endpoint.method, ...(endpoint.method === 'GET' ? ['HEAD'] : []));
    methods.set(path, allowed);
  }
  return methods;
}

/** What moleculer-web itself refuses, in the words of the catalogue. */
function routingError(error: unknown): unknown {
  const code = (error as { code?: unknown } | null)?.code;
  if (code === 404) return new LibraryError('NOT_FOUND', 'There is nothing at this path');
  if (code === 400) return new LibraryError('MALFORMED_REQUEST', 'The path cannot be read');
  return error;
}
