/** Requests followed through processes of their own, over NATS, Redis, PostgreSQL and Kafka, as Jaeger shows them. */
import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { credentials, Metadata } from '@grpc/grpc-js';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { libraryProto } from '../../lib/grpc/protos.ts';
import { SAMPLE_GAME_IDS } from '../../lib/library/sample-catalog.ts';
import { LibraryClient } from '../../scripts/client/library-client.ts';
import { LibrarySocket } from '../../scripts/client/library-socket.ts';
import { LocalCluster } from '../../scripts/cluster/local-cluster.ts';
import { demoToken } from '../../scripts/demo-token.ts';
import { startJaeger, type Jaeger, type SeenSpan } from '../../scripts/servers/jaeger.ts';
import { describeWithServers, started } from '../servers.ts';
import { describeWithTools } from '../tools.ts';

const START_MS = 120_000;
const LIMIT_MS = 60_000;
const DEVICE = '11111111-1111-4111-8111-111111111111';
const [GAME = '', BOUGHT = ''] = SAMPLE_GAME_IDS;
/** A parent of ours, which no collector ever hears of. */
const CALLER = 'b7ad6b7169203331';

describeWithTools(['jaeger'], 'with Jaeger', () => {
  describeWithServers(['PostgreSQL', 'Redis', 'NATS'], 'a request followed through the cluster', () => {
    let folder: string;
    let jaeger: Jaeger;
    let cluster: LocalCluster;
    let token: string;
    let admin: string;
    const userId = randomUUID();

    beforeAll(async () => {
      folder = mkdtempSync(join(tmpdir(), 'library-traces-'));
      jaeger = started(await startJaeger());
      cluster = await LocalCluster.start({
        engines: 1,
        gateways: 2,
        domains: 1,
        httpPort: 0,
        kafka: true,
        env: {
          LOG_LEVEL: 'warn',
          DEMO_DATA: 'always',
          SHARDS: '16',
          HTTP_DRAIN_GRACE_MS: '0',
          TRACING_OTLP_ENDPOINT: jaeger.otlpEndpoint,
          TRACING_SAMPLE_RATIO: '0',
          TRACING_CALLERS: 'all',
        },
        // This one draws by itself, and believes nobody.
        envOf: ({ id }) =>
          Promise.resolve<Record<string, string>>(
            id === 'gateway-2' ? { TRACING_SAMPLE_RATIO: '1', TRACING_CALLERS: 'none' } : {},
          ),
        logFile: join(folder, 'cluster.log'),
      });
      token = await demoToken(userId);
      admin = await demoToken(randomUUID(), ['admin']);
      await new LibraryClient(url, admin).grant(userId, { game_id: GAME, source: 'gift' });
    }, START_MS);
    afterAll(async () => {
      await cluster.stop();
      await jaeger.stop();
      rmSync(folder, { recursive: true });
    }, START_MS);

    const url = (): string => cluster.gateways[0]?.url ?? '';

    async function send(body: object, path: string, { told = true, by = token } = {}) {
      const id = randomBytes(16).toString('hex');
      const response = await fetch(`${url()}/api/v1/library${path}`, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${by}`,
          'content-type': 'application/json',
          traceparent: `00-${id}-${CALLER}-0${told ? 1 : 0}`,
        },
        body: JSON.stringify(body),
      });
      const answer = (await response.json()) as Record<string, unknown>;
      return { id, answer, status: response.status, traceId: response.headers.get('x-trace-id') };
    }

    const begin = async (): Promise<unknown> =>
      (await send({ game_id: GAME, device_id: DEVICE }, '/playtime/start', { told: false })).answer['session_id'];
    const has = (...names: readonly string[]) => {
      return (spans: readonly SeenSpan[]): boolean =>
        names.every((name) => spans.some((span) => span.name.startsWith(name)));
    };

    it(
      'shows a heartbeat from gateway to engine to checkpoint, one below the other',
      async () => {
        const session_id = await begin();
        const { id, traceId } = await send({ session_id, seq: 1 }, '/playtime/heartbeat');
        const spans = await jaeger.trace(id, (seen) => seen.length >= 4);

        expect(traceId).toBe(id);
        expect(wayOf(spans)).toEqual([
          'gateway-1: POST /api/v1/library/playtime/heartbeat',
          '  gateway-1: ask heartbeat',
          '    engine-1: turn heartbeat',
          '      engine-1: checkpoint',
        ]);
        expect(rootOf(spans)).toMatchObject({
          parentId: CALLER,
          tags: {
            'span.kind': 'server',
            'http.request.method': 'POST',
            'http.route': '/api/v1/library/playtime/heartbeat',
            'http.response.status_code': 200,
          },
        });
        expect(named(spans, 'checkpoint').tags).toMatchObject({ 'db.system.name': 'redis', 'span.kind': 'client' });
      },
      LIMIT_MS,
    );

    it(
      'shows the end of a session as far as the events that tell of it, on their way to the event bus',
      async () => {
        const session_id = await begin();
        const { id } = await send({ session_id, seq: 10 }, '/playtime/end');
        const spans = await jaeger.trace(id, (seen) => seen.filter(({ name }) => name.startsWith('send ')).length >= 2);

        expect(wayOf(spans).filter((line, at, all) => all.indexOf(line) === at)).toEqual([
          'gateway-1: POST /api/v1/library/playtime/end',
          '  gateway-1: ask end',
          '    engine-1: turn end',
          '      engine-1: checkpoint',
          '      engine-1: playtime_flush',
          '        domain-1: send playtime-events',
        ]);
      },
      LIMIT_MS,
    );

    it(
      'shows a purchase from whoever published it over the bus to its consumer, its statements, and what that tells others',
      async () => {
        const { id, status } = await send(
          {
            type: 'payment.purchase.completed',
            source: '/payments',
            data: { user_id: userId, game_ids: [BOUGHT], order_id: 'order-1' },
          },
          '/admin/events',
          { by: admin },
        );
        const spans = await jaeger.trace(id, has('send library-events'));

        expect(status).toBe(202);
        const system = cluster.servers.kafka === null ? 'postgresql' : 'kafka';
        const process = named(spans, 'process payment-events');
        expect(process).toMatchObject({
          node: 'domain-1',
          tags: { 'span.kind': 'consumer', 'messaging.system': system },
        });
        expect(pathTo(spans, process)).toEqual([
          'gateway-1: POST /api/v1/library/admin/events',
          'gateway-1: events.publish',
          'domain-1: events.publish',
          'domain-1: process payment-events',
        ]);
        const below = spans.filter(({ parentId }) => parentId === process.id).map(({ name }) => name);
        expect(below).toEqual(
          expect.arrayContaining([
            'BEGIN',
            'INSERT user_libraries',
            'INSERT outbox_events',
            'COMMIT',
            'send library-events',
          ]),
        );
      },
      LIMIT_MS,
    );

    it(
      'shows a call of another service over gRPC, and its statements',
      async () => {
        const id = randomBytes(16).toString('hex');
        const { LibraryQueryService } = libraryProto().library.v1;
        const client = new LibraryQueryService(
          `127.0.0.1:${cluster.gateways[0]?.grpcPort}`,
          credentials.createInsecure(),
        );
        const metadata = new Metadata();
        metadata.set('authorization', `Bearer ${await demoToken(randomUUID(), ['service'])}`);
        metadata.set('traceparent', `00-${id}-${CALLER}-01`);
        await new Promise<void>((resolve, reject) => {
          client.checkGameAccess({ user_id: userId, game_id: GAME }, metadata, (error: Error | null) =>
            error === null ? resolve() : reject(error),
          );
        });
        client.close();
        const spans = await jaeger.trace(id, (seen) => {
          return has('library.v1')(seen) && seen.some(({ tags }) => tags['db.system.name'] === 'postgresql');
        });

        expect(wayOf(spans).slice(0, 3)).toEqual([
          'gateway-1: library.v1.LibraryQueryService/CheckGameAccess',
          '  gateway-1: library.checkAccess',
          '    domain-1: library.checkAccess',
        ]);
      },
      LIMIT_MS,
    );

    it(
      'begins a trace with a frame of a WebSocket where its gateway draws it',
      async () => {
        const session_id = String(await begin());
        const second = (): string => cluster.gateways[1]?.url ?? '';
        const rest = new LibraryClient(second, token);
        const ready = new Promise<void>((resolve) => (opened = resolve));
        const socket = new LibrarySocket({ url: second, token: () => token, rest, onReady: () => opened() });
        socket.open();
        await ready;
        await socket.heartbeat({ session_id, seq: 1 });
        socket.close();
        const spans = await jaeger.trace(await jaeger.traceWith('websocket heartbeat'), (seen) => seen.length >= 4);

        expect(wayOf(spans)).toEqual([
          'gateway-2: websocket heartbeat',
          '  gateway-2: ask heartbeat',
          '    engine-1: turn heartbeat',
          '      engine-1: checkpoint',
        ]);
      },
      LIMIT_MS,
    );

    it(
      'says what went wrong, under the id that the problem document names',
      async () => {
        const { id, answer, status } = await send({ session_id: randomUUID(), seq: 1 }, '/playtime/heartbeat');
        const spans = await jaeger.trace(id, has('POST', 'playtime.settled'));

        expect(status).toBe(404);
        expect(answer['trace_id']).toBe(id);
        expect(rootOf(spans).tags).toMatchObject({ 'http.response.status_code': 404, 'error.type': answer['code'] });
      },
      LIMIT_MS,
    );

    it(
      'tells nothing of a request whose caller says so, and gives it its trace id all the same',
      async () => {
        const session_id = await begin();
        const quiet = await send({ session_id, seq: 1 }, '/playtime/heartbeat', { told: false });
        const told = await send({ session_id, seq: 2 }, '/playtime/heartbeat');
        await jaeger.trace(told.id, (seen) => seen.length >= 4);

        expect(quiet.traceId).toBe(quiet.id);
        expect(await jaeger.everything()).not.toContain(quiet.id);
      },
      LIMIT_MS,
    );

    it(
      'never names a user, a session or a token in what it tells',
      async () => {
        const session_id = String(await begin());
        const { id } = await send({ session_id, seq: 10 }, '/playtime/end');
        await jaeger.trace(id, has('send playtime-events'));
        const everything = await jaeger.everything();

        expect(everything).toContain('playtime_flush');
        for (const secret of [userId, session_id, token, admin, DEVICE]) expect(everything).not.toContain(secret);
      },
      LIMIT_MS,
    );
  });
});

let opened = (): void => undefined;

/** The spans as an indented list, each below its parent, in the order of their names. */
function wayOf(spans: readonly SeenSpan[], parent = rootOf(spans), depth = 0): string[] {
  const below = spans
    .filter(({ parentId }) => parentId === parent.id)
    .sort((one, other) => one.name.localeCompare(other.name));
  return [
    `${'  '.repeat(depth)}${parent.node}: ${parent.name}`,
    ...below.flatMap((span) => wayOf(spans, span, depth + 1)),
  ];
}

function pathTo(spans: readonly SeenSpan[], span: SeenSpan): string[] {
  const parent = spans.find(({ id }) => id === span.parentId);
  return [...(parent === undefined ? [] : pathTo(spans, parent)), `${span.node}: ${span.name}`];
}

/** The one whose parent nobody told. */
function rootOf(spans: readonly SeenSpan[]): SeenSpan {
  const ids = new Set(spans.map(({ id }) => id));
  const roots = spans.filter(({ parentId }) => parentId === null || !ids.has(parentId));
  const [root] = roots;
  if (root === undefined || roots.length > 1) throw new Error(`${roots.length} spans without a parent`);
  return root;
}

function named(spans: readonly SeenSpan[], name: string): SeenSpan {
  const span = spans.find((candidate) => candidate.name === name);
  if (span === undefined) throw new Error(`no span is called ${name}`);
  return span;
}
