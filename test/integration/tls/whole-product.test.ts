import { createHash, randomBytes } from 'node:crypto';
import { credentials, Metadata } from '@grpc/grpc-js';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { request } from 'undici';
import { v7 as uuidv7 } from 'uuid';
import { startTlsProduct, type TlsProduct } from './tls-product.ts';
import { ACCOUNT } from './tls-servers.ts';
import type { Role } from '../../../lib/contract/endpoint.ts';
import type { UploadUrlReply } from '../../../lib/contract/savegame-transfers.ts';
import type { GameAccess__Output } from '../../../lib/grpc/generated/library/v1/GameAccess.ts';
import { libraryProto } from '../../../lib/grpc/protos.ts';
import { KafkaEventBus } from '../../../lib/kafka/kafka-event-bus.ts';
import { SAMPLE_GAME_IDS } from '../../../lib/library/sample-catalog.ts';
import { clientOptions } from '../../../scripts/servers/server-tls.ts';
import { platformEvent } from '../../platform-events.ts';
import { describeWithPrivateServers } from '../../servers.ts';

const [GAME = ''] = SAMPLE_GAME_IDS;
const DEVICE = '11111111-1111-4111-8111-111111111111';
const START_MS = 180_000;

describeWithPrivateServers(['PostgreSQL', 'Redis', 'NATS', 'Kafka', 'S3'], 'the whole product in TLS', () => {
  let product: TlsProduct;
  const user = { userId: uuidv7(), roles: ['user'] as readonly Role[] };
  const post = <Reply>(target: string, body: object) => product.send(user, 'POST', target, body) as Promise<Reply>;

  beforeAll(async () => {
    product = await startTlsProduct();
  }, START_MS);
  afterAll(() => product.stop(), START_MS);

  it('hears of a purchase over Kafka', async () => {
    const bus = new KafkaEventBus({
      brokers: [product.servers.Kafka.address],
      clientId: 'shop',
      tls: clientOptions(product.tls),
      sasl: { mechanism: 'SCRAM-SHA-512', ...ACCOUNT },
      newTopics: { partitions: null, replication: null },
    });
    const data = { user_id: user.userId, game_ids: [GAME], order_id: 'order-1' };
    await bus.publish([platformEvent('payment.purchase.completed', data)]);
    await bus.close();
    const owns = () =>
      product.send(user, 'GET', `/${GAME}`).then(
        () => true,
        () => false,
      );
    while (!(await owns()));
  }, 60_000);

  it('counts a session: gateway, NATS, engine, Redis and PostgreSQL', async () => {
    const { session_id } = await post<{ session_id: string }>('/playtime/start', { game_id: GAME, device_id: DEVICE });
    expect(await post('/playtime/heartbeat', { session_id, seq: 1 })).toMatchObject({ session_id });
    expect(await post('/playtime/end', { session_id, seq: 2 })).toMatchObject({ session_id });
    const stats = await product.send(user, 'GET', '/playtime/stats');
    expect(stats).toMatchObject({ games: [expect.objectContaining({ game_id: GAME })] });
  });

  it('has a save uploaded to S3', async () => {
    const content = randomBytes(4096);
    const sha256 = createHash('sha256').update(content).digest('hex');
    const at = { game_id: GAME, slot: 'one', device_id: DEVICE };
    const announced = await post<UploadUrlReply>('/savegames/upload-url', {
      ...at,
      size_bytes: content.length,
      sha256,
      base_version: null,
    });
    const { upload_id, put } = announced.upload ?? {};
    if (!put) throw new Error('an upload in one request was expected');
    expect(put.url).toMatch(/^https:/);
    const { url, headers } = put;
    const stored = await request(url, { method: 'PUT', headers, body: content, dispatcher: product.agent });
    expect(stored.statusCode).toBe(200);
    await post('/savegames/confirm-upload', { upload_id });
    const { items } = (await product.send(user, 'GET', `/savegames?game_id=${GAME}`)) as { items: unknown[] };
    expect(items).toHaveLength(1);
  });

  it('answers gRPC to services that show a certificate', async () => {
    const { ca } = product.authority;
    const { cert, key } = product.authority.issue('payments');
    const { LibraryQueryService } = libraryProto().library.v1;
    const address = `localhost:${product.gateway.grpcPort}`;
    const client = new LibraryQueryService(address, credentials.createSsl(ca, key, cert));
    const reply = await new Promise<GameAccess__Output | undefined>((resolve, reject) => {
      const asked = { user_id: user.userId, game_id: GAME };
      client.CheckGameAccess(asked, new Metadata(), { deadline: Date.now() + 5000 }, (error, answer) =>
        error === null ? resolve(answer) : reject(error),
      );
    });
    client.close();
    expect(reply).toMatchObject({ game_id: GAME });
  });

  it('tells health and metrics, and until when its certificates are good', async () => {
    const read = async (url: string) => (await request(url, { dispatcher: product.agent })).body.text();
    expect(JSON.parse(await read(`${product.metricsUrl}/health/ready`))).toMatchObject({ status: 'ready' });
    const certificates = async (url: string) =>
      [
        ...(await read(`${url}/metrics`)).matchAll(
          /^library_tls_certificate_expires_seconds{.*certificate="(\w+)".*} (\d+)/gm,
        ),
      ]
        .map(([, name, seconds]) => [name, Number(seconds) > 80_000 && Number(seconds) <= 86_400] as const)
        .sort();
    expect(await certificates(product.gateway.url)).toEqual(
      ['grpc', 'http', 'nats', 'redis'].map((name) => [name, true]),
    );
    const worker = ['kafka', 'metrics', 'nats', 'postgres', 'redis'];
    expect(await certificates(product.metricsUrl)).toEqual(worker.map((name) => [name, true]));
  });
});
