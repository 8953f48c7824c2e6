import { Readable } from 'node:stream';
import { ServiceBroker } from 'moleculer';
import type { ActionHandler, BrokerOptions, Context } from 'moleculer';
import type { Command, Reply } from '../../../actors/messages.ts';
import { createVerifier } from '../../../lib/auth/verifier.ts';
import { signDevToken } from '../../../lib/auth/dev-token.ts';
import { configFrom } from '../../../lib/config/load.ts';
import type { Endpoint, Role } from '../../../lib/contract/endpoint.ts';
import { ENDPOINTS } from '../../../lib/contract/endpoints.ts';
import { exampleOf } from '../../../lib/contract/openapi-example.ts';
import { Readiness } from '../../../lib/http/readiness.ts';
import type { Probe } from '../../../lib/http/readiness.ts';
import { systemClock } from '../../../lib/ports/clock.ts';
import { Certificates } from '../../../lib/tls/certificates.ts';
import { brokerMetrics } from '../../../lib/telemetry/prometheus.ts';
import { keyToUuid } from '../../../lib/uuid.ts';
import type { UuidKey } from '../../../lib/uuid.ts';
import { MemoryFeed } from '../../memory-feed.ts';
import { gatewayLimits } from '../../../services/gateway-limits.ts';
import { apiService } from '../../../services/api.service.ts';
import type { Api } from '../../../services/api.service.ts';

export const ME = '0198f2b4-0a00-7000-8000-00000000d3a0';
export const OTHER = '0198f2b4-0a00-7000-8000-0000000000ff';
export const SESSION = '0198f2b4-7c1e-7a30-9d52-3f6b1c0a4e21';
export const GAME = '0198f2b4-0b00-7000-8000-000000000001';

/** One call that reached what stands behind the gateway. */
export interface Call {
  readonly action: string;
  readonly params: Record<string, unknown>;
  readonly meta: Record<string, unknown>;
  readonly requestId: string | null;
}

export interface Answered {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Record<string, unknown>;
}

export interface RequestOptions {
  readonly method?: string;
  /** Absent: a token of role user for {@link ME}; null: none. */
  readonly token?: string | null;
  /** Sent as JSON. */
  readonly json?: unknown;
  readonly body?: string | Uint8Array;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Gateway {
  readonly api: Api;
  readonly url: string;
  readonly calls: Call[];
  readonly asked: { user: string; command: Command; deadline: number }[];
  readonly logged: string[];
  /** What launchers hear of. */
  readonly feed: MemoryFeed;
  /** What the engine answers next; reset by nothing. */
  engine: (command: Command) => Promise<Reply>;
  /** What an action answers, by name; the example of the contract otherwise. */
  readonly actions: Map<string, (params: Record<string, unknown>) => unknown>;
  /** The same one every time: from its second use on, heartbeats with it take the short way. */
  token(roles: readonly Role[], userId?: string): Promise<string>;
  /** `path` is below the API's base; for {@link raw} a whole one. */
  request(path: string, options?: RequestOptions): Promise<Answered>;
  raw(path: string, options?: RequestOptions): Promise<Answered>;
  stop(): Promise<void>;
}

export interface GatewaySetup {
  readonly env?: Readonly<Record<string, string>>;
  readonly probes?: Readonly<Record<string, Probe>>;
  /** Names of actions that nobody serves. */
  readonly missing?: readonly string[];
}

/** A session as the engine shows it, live at its first beat. */
export function beaten(command: Command): Reply {
  if (command.kind !== 'heartbeat' && command.kind !== 'end') throw new TypeError(`not a beat: ${command.kind}`);
  return {
    kind: 'session',
    outcome: 'accepted',
    superseded: null,
    session: {
      sessionId: command.sessionId,
      gameId: command.sessionId,
      deviceId: command.sessionId,
      startedAt: 1_790_000_000_000,
      lastBeatAt: 1_790_000_060_000,
      seq: command.seq,
      creditedMs: 61_999,
      firstDay: 20_717,
      msByDay: [61_999],
      totalMs: 3_600_500,
      ended: command.kind === 'end' ? { at: 1_790_000_060_000, reason: 'ended' } : null,
      endsAt: null,
    },
  };
}

/** A whole gateway on a free port of the loopback, with a fake engine and fake actions behind it. */
export async function startGateway({ env = {}, probes = {}, missing = [] }: GatewaySetup = {}): Promise<Gateway> {
  const config = configFrom('', {
    LIBRARY_HTTP_PORT: '0',
    NODE_ID: 'test',
    HTTP_DRAIN_GRACE_MS: '0',
    // A launcher's first frame may take its time on a busy machine.
    SOCKETS_BEGIN_MS: '600000',
    ...env,
  });
  const clock = systemClock();
  const logged: string[] = [];
  const feed = new MemoryFeed();
  const broker = new ServiceBroker({
    nodeID: 'test',
    logger: {
      type: 'Pino',
      options: { level: 'warn', pino: { options: {}, destination: { write: (line: string) => logged.push(line) } } },
    },
    metrics: { ...brokerMetrics(), collectProcessMetrics: false },
  } as unknown as BrokerOptions);
  const certificates = new Certificates({ clock, log: broker.logger });
  const counted = await gatewayLimits(config, broker, clock, certificates);
  const api = apiService({
    ...counted,
    config,
    engine: { ask: (user, command, deadline) => ask(user, command, deadline) },
    verifier: createVerifier(config.auth, clock),
    clock,
    readiness: new Readiness(probes, clock),
    saveFiles: null,
    feed,
    certificates,
  });
  const gateway: Gateway = {
    api,
    feed,
    url: '',
    calls: [],
    asked: [],
    logged,
    engine: async (command) => beaten(command),
    actions: new Map(),
    token: (roles, userId = ME) => {
      const name = `${userId} ${roles.join(',')}`;
      const token = tokens.get(name) ?? signDevToken(config.auth, { userId, roles, ttlSeconds: 3600 }, clock.now());
      tokens.set(name, token);
      return token;
    },
    request: (path, options) => gateway.raw(`/api/v1/library${path}`, options),
    raw: async (path, options = {}) => send(gateway, path, options),
    stop: () => {
      certificates.close();
      return broker.stop();
    },
  };
  const tokens = new Map<string, Promise<string>>();
  const ask = (user: UuidKey, command: Command, deadline: number): Promise<Reply> => {
    gateway.asked.push({ user: keyToUuid(user), command, deadline });
    return gateway.engine(command);
  };
  broker.createService(api.schema);
  for (const [service, actions] of fakeActions(gateway, missing)) broker.createService({ name: service, actions });
  await broker.start();
  Object.assign(gateway, { url: `http://127.0.0.1:${api.address()?.port}` });
  return gateway;
}

const INTERNAL_ACTIONS = ['playtime.settled', 'idempotency.begin', 'idempotency.finish', 'idempotency.abandon'];

function fakeActions(gateway: Gateway, missing: readonly string[]): Map<string, Record<string, ActionHandler>> {
  const answers = new Map(ENDPOINTS.map((endpoint) => [endpoint.action, () => exampleAnswer(endpoint)]));
  const services = new Map<string, Record<string, ActionHandler>>();
  for (const name of new Set([...answers.keys(), ...INTERNAL_ACTIONS])) {
    if (missing.includes(name)) continue;
    const [service = '', action = ''] = name.split('.');
    const actions = services.get(service) ?? {};
    actions[action] = (ctx: Context<Record<string, unknown>, Record<string, unknown>>) => {
      gateway.calls.push({ action: name, params: ctx.params, meta: ctx.meta, requestId: ctx.requestID });
      const answer = gateway.actions.get(name);
      if (answer !== undefined) return answer(ctx.params);
      return name === 'idempotency.begin' ? { state: 'new' } : (answers.get(name)?.() ?? null);
    };
    services.set(service, actions);
  }
  return services;
}

/** What the endpoint's action answers, of the example in the contract. */
function exampleAnswer({ response, prepared, stream }: Endpoint): unknown {
  const example = response && exampleOf(response);
  if (stream === 'text/event-stream') {
    const { event, data } = example as { readonly event: string; readonly data: unknown };
    return Readable.from([`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`]);
  }
  if (stream !== undefined) return Readable.from([`${JSON.stringify(example)}\n`]);
  return prepared === true ? { json: JSON.stringify(example), etag: 'example' } : example;
}

async function send(gateway: Gateway, path: string, options: RequestOptions): Promise<Answered> {
  const { method = options.json === undefined ? 'GET' : 'POST', json, headers = {} } = options;
  const token = options.token === undefined ? await gateway.token(['user']) : options.token;
  const body = json === undefined ? options.body : JSON.stringify(json);
  const response = await fetch(gateway.url + path, {
    method,
    headers: {
      ...(token === null ? {} : { authorization: `Bearer ${token}` }),
      ...(json === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : new Blob([body]) }),
  });
  const text = await response.text();
  const type = response.headers.get('content-type') ?? '';
  const isJson = /json/.test(type);
  const [, event, data] = /^event: (.+)\ndata: (.+)\n\n$/.exec(type === 'text/event-stream' ? text : '') ?? [];
  return {
    status: response.status,
    headers: response.headers,
    body: (event !== undefined && data !== undefined
      ? { event, data: JSON.parse(data) as unknown }
      : isJson && text !== ''
        ? JSON.parse(text)
        : { text }) as Record<string, unknown>,
  };
}
