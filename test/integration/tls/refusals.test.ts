import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TLSSocket, createSecureContext } from 'node:tls';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ServiceBroker } from 'moleculer';
import { startTlsServers, type TlsServers } from './tls-servers.ts';
import { configFrom } from '../../../lib/config/load.ts';
import type { Config } from '../../../lib/config/config.ts';
import { openDatabase } from '../../../lib/db/database.ts';
import { KafkaEventBus } from '../../../lib/kafka/kafka-event-bus.ts';
import { configuredKafka } from '../../../lib/kafka/configured-kafka.ts';
import { PROJECT_ROOT } from '../../../lib/http/project-files.ts';
import { systemClock } from '../../../lib/ports/clock.ts';
import { openRedisCheckpointStore } from '../../../lib/redis/redis-checkpoint-store.ts';
import { Certificates } from '../../../lib/tls/certificates.ts';
import { certificateAuthority, type CertificateAuthority } from '../../certificate-authority.ts';
import { describeWithPrivateServers } from '../../servers.ts';
import { redisTls } from '../../../services/connections.ts';
import { outgoingTls } from '../../../lib/tls/outgoing.ts';
import { brokerOptions } from '../../../moleculer.config.ts';

type Environment = Readonly<Record<string, string>>;
type Opens = (config: Config, certificates: Certificates) => Promise<unknown>;

/** Resolves when the server of that kind answers the product as it is configured; rejects with why it does not. */
const PARTS: Readonly<Record<string, Opens>> = {
  async PostgreSQL({ postgres }, certificates) {
    const ssl = outgoingTls(certificates, 'postgres', postgres, postgres.tls === 'on');
    const database = await openDatabase({ dsn: postgres.dsn ?? '', ...(ssl === null ? {} : { ssl }) });
    await ended(database.ping(), database.close);
  },
  async Redis({ redis }, certificates) {
    const errors: string[] = [];
    const onConnectionError = (error: Error) => errors.push(error.message);
    const tls = redisTls(redis, certificates);
    const store = await openRedisCheckpointStore(redis.addr ?? '', { commandTimeoutMs: 4000, tls, onConnectionError });
    const asked = store.ping().catch((error: unknown) => {
      throw new Error(errors[0] ?? String(error));
    });
    await ended(asked, () => store.close());
  },
  async NATS({ nats }) {
    const broker = new ServiceBroker({
      ...brokerOptions({
        nodeId: 'refused',
        natsUrl: nats.url,
        natsFiles: nats,
        logger: false,
        metrics: false,
        middlewares: [],
      }),
      skipProcessEventRegistration: true,
      // Else Moleculer tries without end, also after it was stopped.
      transit: { disableReconnect: true },
    });
    // What it met is an event.
    const failed = new Promise<never>((_resolve, reject) => {
      broker.localBus.on('$transporter.error', ({ error }: { error: Error }) => reject(error));
    });
    await ended(Promise.race([broker.start(), failed]), () => broker.stop());
  },
  async Kafka({ kafka }, certificates) {
    const settings = configuredKafka(kafka, certificates);
    if (settings === null) throw new Error('no brokers');
    const bus = new KafkaEventBus(settings);
    await ended(bus.ping(), () => bus.close());
  },
  // In a process of its own: among jest's contexts, the SDK loses what node says of a certificate.
  async S3({ s3 }) {
    const program = `
      import { systemClock } from ${JSON.stringify(join(PROJECT_ROOT, 'lib/ports/clock.ts'))};
      import { openS3SaveStore } from ${JSON.stringify(join(PROJECT_ROOT, 'lib/s3/s3-save-store.ts'))};
      import { filesOf, readPems } from ${JSON.stringify(join(PROJECT_ROOT, 'lib/tls/pem-files.ts'))};
      const s3 = ${JSON.stringify(s3)};
      const store = await openS3SaveStore(s3, systemClock(), readPems(filesOf('s3', s3)).ca);
      await store.ping();
      await store.close();`;
    await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', program]);
  },
};

async function ended(work: Promise<unknown>, close: () => Promise<unknown>): Promise<void> {
  try {
    await work;
  } finally {
    await close();
  }
}

/** The variables of each part: address, and the group's name in those of its files. */
const ADDRESS: Readonly<Record<string, readonly [address: string, group: string]>> = {
  PostgreSQL: ['POSTGRES_DSN', 'POSTGRES'],
  Redis: ['REDIS_ADDR', 'REDIS'],
  NATS: ['NATS_URL', 'NATS'],
  Kafka: ['KAFKA_BROKERS', 'KAFKA'],
  S3: ['S3_ENDPOINT', 'S3'],
};

describeWithPrivateServers(['PostgreSQL', 'Redis', 'NATS', 'Kafka', 'S3'], 'connections to servers in TLS', () => {
  let all: TlsServers;
  let folder: string;
  let stranger: CertificateAuthority;

  beforeAll(async () => {
    // Not to be known by its address.
    all = await startTlsServers(['DNS:localhost']);
    folder = mkdtempSync(join(tmpdir(), 'library-tls-stranger-'));
    stranger = certificateAuthority(folder, 'stranger');
  }, 180_000);
  afterAll(async () => {
    await all.stop();
    rmSync(folder, { recursive: true });
  }, 60_000);

  async function open(part: string, env: Environment): Promise<void> {
    const certificates = new Certificates({ clock: systemClock(), log: console });
    const opens = PARTS[part] as Opens;
    await ended(opens(configFrom('', { ...all.env, ...env }), certificates), async () => certificates.close());
  }
  const without = (part: string, ...files: readonly string[]): Environment =>
    Object.fromEntries(files.map((file) => [`${ADDRESS[part]?.[1]}_TLS_${file}_FILE`, '']));
  const addressOf = (part: string): string => all.env[ADDRESS[part]?.[0] ?? ''] ?? '';
  const at = (part: string, address: string): Environment => ({ [ADDRESS[part]?.[0] ?? '']: address });

  describe.each(Object.keys(PARTS))('%s', (part) => {
    it('answers in TLS', async () => {
      await open(part, {});
    });

    it('does not answer in plain text', async () => {
      const plain = addressOf(part).replace('rediss:', 'redis:').replace('tls:', 'nats:').replace('https:', 'http:');
      const off = { ...without(part, 'CA', 'CERT', 'KEY'), POSTGRES_TLS: 'off', KAFKA_TLS: 'off' };
      const files = { ...without('PostgreSQL', 'CA', 'CERT', 'KEY'), ...without('Kafka', 'CA', 'CERT', 'KEY') };
      await expect(open(part, { ...files, ...off, ...at(part, plain) })).rejects.toThrow();
    });

    it('is refused when an authority signed its certificate that is not ours', async () => {
      const known = { [`${ADDRESS[part]?.[1]}_TLS_CA_FILE`]: stranger.caFile };
      await expect(deep(open(part, known))).rejects.toThrow(UNKNOWN);
      await expect(deep(open(part, without(part, 'CA')))).rejects.toThrow(UNKNOWN);
    });

    it('is refused when its certificate is for another name', async () => {
      const named = at(part, addressOf(part).replace('localhost', '127.0.0.1'));
      await expect(deep(open(part, named))).rejects.toThrow(/altname/i);
    });

    it('is refused when it speaks nothing later than TLS 1.1', async () => {
      const old = await startOldServer(part, all);
      try {
        const address = addressOf(part).replace(/localhost:\d+/, `localhost:${old.port}`);
        await expect(deep(open(part, at(part, address)))).rejects.toThrow(/version|protocol|EPROTO/i);
      } finally {
        old.server.close();
      }
    });

    // The S3 server of the tests cannot ask for one.
    if (part === 'S3') return;
    it('does not answer those who show no certificate, or one of another authority', async () => {
      await expect(open(part, without(part, 'CERT', 'KEY'))).rejects.toThrow();
      const { certFile, keyFile } = stranger.issue(`stranger-${part}`);
      const group = ADDRESS[part]?.[1];
      const shown = { [`${group}_TLS_CERT_FILE`]: certFile, [`${group}_TLS_KEY_FILE`]: keyFile };
      await expect(open(part, shown)).rejects.toThrow();
    });
  });
});

const UNKNOWN = /unable.to.verify|self.signed/i;

/** Clients wrap what they met: here all of it is in the message. */
async function deep(work: Promise<unknown>): Promise<unknown> {
  try {
    return await work;
  } catch (error) {
    throw new Error(messages(error).join(' <- '), { cause: error });
  }
}

function messages(error: unknown): string[] {
  if (!(error instanceof Error)) return [String(error)];
  const inner = [error.cause, ...(error instanceof AggregateError ? (error.errors as unknown[]) : [])];
  return [error.message, ...inner.filter(Boolean).flatMap(messages)];
}

interface OldServer {
  readonly server: Server;
  readonly port: number;
}

/** What NATS and PostgreSQL say before the handshake, and what they wait for. */
const PROLOGUE: Readonly<Record<string, (socket: Socket) => Promise<void>>> = {
  NATS: (socket) => {
    const info = { server_id: 'old', version: '2.9.0', tls_required: true, max_payload: 1_048_576, proto: 1 };
    socket.write(`INFO ${JSON.stringify(info)}\r\n`);
    return Promise.resolve();
  },
  PostgreSQL: (socket) =>
    new Promise((resolve) => {
      // SSLRequest: its length and its code.
      socket.once('data', () => {
        socket.write('S', () => resolve());
      });
    }),
};

/** A server with a good certificate, that stayed with TLS 1.1. */
async function startOldServer(part: string, { authority }: TlsServers): Promise<OldServer> {
  const { cert, key } = authority.issue('old');
  // Without the lower security level, OpenSSL would not even offer it.
  const secureContext = createSecureContext({
    cert,
    key,
    ca: authority.ca,
    ciphers: 'DEFAULT@SECLEVEL=0',
    minVersion: 'TLSv1.1',
    maxVersion: 'TLSv1.1',
  });
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    const shake = () => new TLSSocket(socket, { isServer: true, secureContext }).on('error', () => socket.destroy());
    void (PROLOGUE[part]?.(socket) ?? Promise.resolve()).then(shake);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { server, port: (server.address() as { port: number }).port };
}
