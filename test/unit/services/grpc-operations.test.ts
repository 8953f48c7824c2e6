import { credentials, loadPackageDefinition, status as Status, type Client, type ServiceError } from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import { afterEach, describe, expect, it } from '@jest/globals';
import { protoPath } from 'grpc-health-check';
import protobuf from 'protobufjs';
import { renderMetrics } from '../../../lib/telemetry/prometheus.ts';
import { GAME, OTHER } from './gateway.ts';
import { ended, startGrpcGateway, type GrpcGateway, type GrpcSetup } from './grpc-gateway.ts';

const ITEM = { user_id: OTHER, game_id: GAME };

describe('operating the gRPC API', () => {
  let gateway: GrpcGateway | null = null;
  const clients: Client[] = [];
  afterEach(async () => {
    for (const client of clients.splice(0)) client.close();
    await gateway?.stop();
    gateway = null;
  });
  async function start(setup?: GrpcSetup): Promise<GrpcGateway> {
    gateway = await startGrpcGateway(setup);
    return gateway;
  }
  function connected<Made extends Client>(client: Made): Made {
    clients.push(client);
    return client;
  }

  interface Health extends Client {
    check(message: object, done: (error: ServiceError | null, reply?: { status: string }) => void): never;
    watch(message: object): AsyncIterable<{ status: string }>;
  }
  function healthOf({ port }: GrpcGateway): Health {
    const proto = loadPackageDefinition(loadSync(protoPath, { enums: String })) as unknown as {
      grpc: { health: { v1: { Health: new (address: string, channel: unknown) => Health } } };
    };
    return connected(new proto.grpc.health.v1.Health(`localhost:${port}`, credentials.createInsecure()));
  }

  /** The statuses that a watch tells, each awaited. */
  function watched(health: Health, service: string) {
    const stream = health.watch({ service });
    const statuses = stream[Symbol.asyncIterator]();
    return {
      next: async () => {
        const { value } = (await statuses.next()) as IteratorResult<{ status: string }, undefined>;
        return value?.status;
      },
    };
  }

  it('tells the health of each service, SERVING once the node is ready', async () => {
    const health = healthOf(await start());
    for (const service of ['', 'library.v1.LibraryQueryService', 'library.v1.LibraryCommandService']) {
      const { next } = watched(health, service);
      let status = await next();
      if (status === 'NOT_SERVING') status = await next();
      expect(status).toBe('SERVING');
    }
    const { error } = await ended((done) => health.check({ service: 'nothing' }, done));
    expect(error?.code).toBe(Status.NOT_FOUND);
  });

  it('is NOT_SERVING while a dependency is away, and SERVING when it is back', async () => {
    let away = true;
    const postgresql = async () => {
      if (away) throw new Error('away');
    };
    const watch = watched(healthOf(await start({ probes: { postgresql } })), '');
    expect(await watch.next()).toBe('NOT_SERVING');
    away = false;
    expect(await watch.next()).toBe('SERVING');
  });

  it('drains: NOT_SERVING first, the calls under way to their end, and no new ones', async () => {
    const drained = await start();
    const service = await drained.as(['service']);
    const watch = watched(healthOf(drained), '');
    while ((await watch.next()) !== 'SERVING') continue;
    let release = (): void => {};
    drained.actions.set('library.revoke', () => new Promise<void>((resolve) => (release = resolve)));
    const underWay = ended((done) => drained.command.RevokeGame(ITEM, service, done));
    await until(() => drained.calls.length > 0);

    const stopped = drained.drain();
    expect(await watch.next()).toBe('NOT_SERVING');
    release();
    expect((await underWay).error).toBeNull();
    await stopped;
    const late = await ended((done) =>
      drained.command.RevokeGame(ITEM, service, { deadline: Date.now() + 1000 }, done),
    );
    expect([Status.UNAVAILABLE, Status.DEADLINE_EXCEEDED]).toContain(late.error?.code);
  });

  it('cuts at the end of a drain who watches the health: a watch never ends by itself', async () => {
    const drained = await start();
    const watch = watched(healthOf(drained), '');
    while ((await watch.next()) !== 'SERVING') continue;
    await drained.drain();
    expect(await watch.next()).toBe('NOT_SERVING');
    await expect(watch.next()).rejects.toMatchObject({ code: Status.CANCELLED });
  });

  it('describes itself to clients that know nothing of it', async () => {
    const { port } = await start();
    const ask = reflectionOf(port, connected);
    const listed = await ask({ list_services: '' });
    expect(listed.list_services_response?.service.map(({ name }) => name)).toEqual(
      expect.arrayContaining([
        'library.v1.LibraryQueryService',
        'library.v1.LibraryCommandService',
        'grpc.health.v1.Health',
      ]),
    );
    const described = await ask({ file_containing_symbol: 'library.v1.LibraryQueryService' });
    const files = described.file_descriptor_response?.file_descriptor_proto ?? [];
    const text = files.map((file) => Buffer.from(file).toString('latin1')).join();
    expect(text).toContain('CheckGameAccess');
    expect(text).toContain('google.protobuf');
  });

  it('counts calls by method and status', async () => {
    const counted = await start();
    const service = await counted.as(['service']);
    await ended((done) => counted.query.GetLibraryItem(ITEM, service, done));
    await ended((done) => counted.query.GetLibraryItem({ ...ITEM, game_id: '' }, service, done));
    const text = renderMetrics(counted.broker);
    expect(text).toMatch(
      /library_grpc_request_duration_seconds_count\{[^}]*method="GetLibraryItem"[^}]*status="OK"[^}]*\} 1/,
    );
    expect(text).toMatch(/status="INVALID_ARGUMENT"/);
  });
});

/** Turns of the loop until it holds. */
async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise(setImmediate);
}

interface ReflectionReply {
  readonly list_services_response?: { readonly service: readonly { readonly name: string }[] };
  readonly file_descriptor_response?: { readonly file_descriptor_proto: readonly Uint8Array[] };
}

const REFLECTION = protobuf.parse(
  `syntax = "proto3"; package r;
   message Request { oneof message_request { string file_containing_symbol = 4; string list_services = 7; } }
   message Files { repeated bytes file_descriptor_proto = 1; }
   message Service { string name = 1; }
   message Services { repeated Service service = 1; }
   message Reply { Files file_descriptor_response = 4; Services list_services_response = 6; }`,
  { keepCase: true },
).root;

/** What grpcurl does: knows nothing but the reflection protocol. */
function reflectionOf(port: number, connected: <Made extends Client>(client: Made) => Made) {
  const request = REFLECTION.lookupType('r.Request');
  const reply = REFLECTION.lookupType('r.Reply');
  const RawClient = loadClient();
  const client = connected(new RawClient(`localhost:${port}`, credentials.createInsecure()));
  return (question: object): Promise<ReflectionReply> =>
    new Promise((resolve, reject) => {
      const stream = client.makeBidiStreamRequest<object, ReflectionReply>(
        '/grpc.reflection.v1.ServerReflection/ServerReflectionInfo',
        (message) => Buffer.from(request.encode(request.fromObject(message)).finish()),
        (bytes) => reply.toObject(reply.decode(bytes)),
        {},
      );
      stream.on('data', (answer: ReflectionReply) => {
        resolve(answer);
        stream.end();
      });
      stream.on('error', reject);
      stream.write(question);
    });
}

function loadClient() {
  const { health } = (
    loadPackageDefinition(loadSync(protoPath)) as unknown as {
      grpc: { health: { v1: { Health: new (address: string, channel: unknown) => Client } } };
    }
  ).grpc;
  return health.v1.Health;
}
