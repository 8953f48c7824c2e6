import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startKafka, type SecuredKafka } from '../../../scripts/servers/kafka.ts';
import { startNats } from '../../../scripts/servers/nats.ts';
import { startPostgres } from '../../../scripts/servers/postgres.ts';
import { startRedis } from '../../../scripts/servers/redis.ts';
import { createBucket, type FreshBucket } from '../../../scripts/servers/s3-bucket.ts';
import { s3Variables } from '../../../scripts/servers/s3-address.ts';
import { startS3 } from '../../../scripts/servers/s3.ts';
import type { PrivateServer, ServerName } from '../../../scripts/servers/server.ts';
import type { ServerTls } from '../../../scripts/servers/server-tls.ts';
import { certificateAuthority, type CertificateAuthority } from '../../certificate-authority.ts';
import { started } from '../../servers.ts';

export const ACCOUNT: SecuredKafka['account'] = { username: 'library', password: 'of-a-test-only' };

/** Every server that the product knows, each in TLS and nothing else, with certificates of one authority. */
export interface TlsServers {
  readonly folder: string;
  readonly authority: CertificateAuthority;
  readonly tls: ServerTls;
  readonly servers: Readonly<Record<ServerName, PrivateServer>>;
  readonly bucket: FreshBucket;
  /** What the product must be told to use them. */
  readonly env: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

/** @param names by which the servers' certificate knows them */
export async function startTlsServers(names?: readonly string[]): Promise<TlsServers> {
  const folder = mkdtempSync(join(tmpdir(), 'library-tls-servers-'));
  const authority = certificateAuthority(folder);
  const tls = { caFile: authority.caFile, ...authority.issue('server', names), client: authority.issue('library') };
  const servers = {
    PostgreSQL: started(await startPostgres({ tls, fsync: false })),
    Redis: started(await startRedis({ tls })),
    NATS: started(await startNats(tls)),
    Kafka: started(await startKafka({}, { tls, account: ACCOUNT })),
    S3: started(await startS3(tls)),
  };
  const bucket = await createBucket(servers.S3.address, 'tls', false, tls.caFile);
  const shown = (group: string) => ({
    [`${group}_TLS_CA_FILE`]: tls.caFile,
    [`${group}_TLS_CERT_FILE`]: tls.client.certFile,
    [`${group}_TLS_KEY_FILE`]: tls.client.keyFile,
  });
  return {
    folder,
    authority,
    tls,
    servers,
    bucket,
    env: {
      POSTGRES_DSN: servers.PostgreSQL.address,
      POSTGRES_TLS: 'on',
      ...shown('POSTGRES'),
      REDIS_ADDR: servers.Redis.address,
      ...shown('REDIS'),
      NATS_URL: servers.NATS.address,
      ...shown('NATS'),
      KAFKA_BROKERS: servers.Kafka.address,
      KAFKA_TLS: 'on',
      ...shown('KAFKA'),
      KAFKA_SASL_USERNAME: ACCOUNT.username,
      KAFKA_SASL_PASSWORD: ACCOUNT.password,
      ...s3Variables(servers.S3.address, bucket.bucket),
      S3_TLS_CA_FILE: tls.caFile,
    },
    async stop() {
      await bucket.drop();
      await Promise.all(Object.values(servers).map((server) => server.stop()));
      rmSync(folder, { recursive: true });
    },
  };
}
