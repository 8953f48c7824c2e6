import { credentials, Metadata, type ChannelCredentials, type Client, type ServiceError } from '@grpc/grpc-js';
import { ServiceBroker, type ActionHandler, type BrokerOptions, type Context } from 'moleculer';
import { signDevToken } from '../../../lib/auth/dev-token.ts';
import { createVerifier } from '../../../lib/auth/verifier.ts';
import { configFrom } from '../../../lib/config/load.ts';
import type { Role } from '../../../lib/contract/endpoint.ts';
import { ENDPOINTS } from '../../../lib/contract/endpoints.ts';
import { exampleOf } from '../../../lib/contract/openapi-example.ts';
import { decodeDetails, DETAILS_TRAILER } from '../../../lib/grpc/error-details.ts';
import { libraryProto } from '../../../lib/grpc/protos.ts';
import { Readiness, type Probe } from '../../../lib/http/readiness.ts';
import { systemClock } from '../../../lib/ports/clock.ts';
import { Certificates } from '../../../lib/tls/certificates.ts';
import { brokerMetrics } from '../../../lib/telemetry/prometheus.ts';
import { gatewayLimits } from '../../../services/gateway-limits.ts';
import { grpcService } from '../../../services/grpc.service.ts';
import { ME, type Call } from './gateway.ts';

type Answer = (params: Record<string, unknown>) => unknown;

export interface GrpcGateway {
  readonly port: number;
  readonly broker: ServiceBroker;
  readonly calls: Call[];
  readonly logged: string[];
  /** What an action answers, by name; the example of the contract otherwise. */
  readonly actions: Map<string, Answer>;
  readonly query: InstanceType<Proto['LibraryQueryService']>;
  readonly command: InstanceType<Proto['LibraryCommandService']>;
  /** The metadata of a caller. */
  as(roles: readonly Role[], userId?: string): Promise<Metadata>;
  drain(): Promise<void>;
  stop(): Promise<void>;
}

type Proto = ReturnType<typeof libraryProto>['library']['v1'];

export interface GrpcSetup {
  readonly env?: Readonly<Record<string, string>>;
  readonly probes?: Readonly<Record<string, Probe>>;
  /** How the clients connect. */
  readonly channel?: ChannelCredentials;
}

/** The gRPC API on a free port of the loopback, with fake actions behind it and real clients before it. */
export async function startGrpcGateway(setup: GrpcSetup = {}): Promise<GrpcGateway> {
  const { env = {}, probes = {}, channel = credentials.createInsecure() } = setup;
  const config = configFrom('', { LIBRARY_GRPC_PORT: '0', NODE_ID: 'test', HTTP_DRAIN_GRACE_MS: '0', ...env });
  const clock = systemClock();
  const logged: string[] = [];
  const calls: Call[] = [];
  const actions = new Map<string, Answer>();
  const broker = new ServiceBroker({
    nodeID: 'test',
    logger: {
      type: 'Pino',
      options: { level: 'warn', pino: { options: {}, destination: { write: (line: string) => logged.push(line) } } },
    },
    metrics: { ...brokerMetrics(), collectProcessMetrics: false },
  } as unknown as BrokerOptions);
  const readiness = new Readiness(probes, clock);
  const certificates = new Certificates({ clock, log: broker.logger });
  const { limits } = await gatewayLimits(config, broker, clock, certificates);
  const grpc = grpcService({
    config,
    verifier: createVerifier(config.auth, clock),
    limits,
    clock,
    readiness,
    certificates,
  });
  broker.createService(grpc.schema);
  for (const [service, served] of fakeActions(calls, actions)) broker.createService({ name: service, actions: served });
  try {
    await broker.start();
  } catch (error) {
    await broker.stop();
    throw error;
  }
  const port = grpc.port() ?? 0;
  const { LibraryQueryService, LibraryCommandService } = libraryProto().library.v1;
  const clients = {
    query: new LibraryQueryService(`localhost:${port}`, channel),
    command: new LibraryCommandService(`localhost:${port}`, channel),
  };
  return {
    port,
    broker,
    calls,
    logged,
    actions,
    ...clients,
    as: async (roles, userId = ME) => {
      const metadata = new Metadata();
      const token = await signDevToken(config.auth, { userId, roles, ttlSeconds: 3600 }, clock.now());
      metadata.set('authorization', `Bearer ${token}`);
      return metadata;
    },
    drain: () => {
      readiness.drain();
      return grpc.drain();
    },
    async stop() {
      certificates.close();
      for (const client of Object.values(clients)) (client as Client).close();
      await broker.stop();
    },
  };
}

const INTERNAL = ['library.accessOf', 'idempotency.begin', 'idempotency.finish', 'idempotency.abandon'];

function fakeActions(calls: Call[], answers: Map<string, Answer>): Map<string, Record<string, ActionHandler>> {
  const examples = new Map(
    ENDPOINTS.map(({ action, response, prepared }) => {
      const example = response && exampleOf(response);
      return [action, prepared === true ? { json: JSON.stringify(example), etag: 'example' } : example] as const;
    }),
  );
  const services = new Map<string, Record<string, ActionHandler>>();
  for (const name of new Set([...examples.keys(), ...INTERNAL])) {
    const [service = '', action = ''] = name.split('.');
    const served = services.get(service) ?? {};
    served[action] = (ctx: Context<Record<string, unknown>, Record<string, unknown>>) => {
      calls.push({ action: name, params: ctx.params, meta: ctx.meta, requestId: ctx.requestID });
      const answer = answers.get(name);
      if (answer !== undefined) return answer(ctx.params);
      if (name === 'library.accessOf') return (ctx.params['checks'] as object[]).map(noAccess);
      return name === 'idempotency.begin' ? { state: 'new' } : (examples.get(name) ?? null);
    };
    services.set(service, served);
  }
  return services;
}

export function noAccess(check: object) {
  return { ...check, access: 'none', source: null, acquired_at: null };
}

/** What a call came to. */
export interface Ended<Reply> {
  readonly error: ServiceError | null;
  readonly reply: Reply;
  /** Of the trailers; empty when the call succeeded. */
  readonly details: Partial<ReturnType<typeof decodeDetails>>;
  readonly trailers: Metadata;
}

/** Makes a unary call and waits for its end; never rejects. */
export function ended<Reply>(
  call: (callback: (error: ServiceError | null, reply?: Reply) => void) => {
    on(event: 'status', listener: (status: { metadata: Metadata }) => void): unknown;
  },
): Promise<Ended<Reply>> {
  return new Promise((resolve) => {
    let outcome: { error: ServiceError | null; reply: Reply } | null = null;
    let trailers: Metadata | null = null;
    const done = (): void => {
      if (outcome === null || trailers === null) return;
      const [encoded] = trailers.get(DETAILS_TRAILER);
      resolve({ ...outcome, trailers, details: Buffer.isBuffer(encoded) ? decodeDetails(encoded) : {} });
    };
    call((error, reply) => {
      outcome = { error, reply: reply as Reply };
      done();
    }).on('status', ({ metadata }) => {
      trailers = metadata;
      done();
    });
  });
}
