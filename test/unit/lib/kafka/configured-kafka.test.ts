import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { configFrom } from '../../../../lib/config/load.ts';
import { Certificates } from '../../../../lib/tls/certificates.ts';
import { certificateAuthority } from '../../../certificate-authority.ts';
import { configuredKafka } from '../../../../lib/kafka/configured-kafka.ts';

describe('the configured Kafka', () => {
  let folder: string;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'library-kafka-config-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  const clock = { now: () => 0, after: () => () => undefined };
  const kafka = (env: Record<string, string>) =>
    configuredKafka(configFrom('', env).kafka, new Certificates({ clock, log: console }));

  it('is none unless brokers are named', () => {
    expect(kafka({})).toBeNull();
  });

  it('is plain, with topics as the brokers are set, when only brokers are named', () => {
    expect(kafka({ KAFKA_BROKERS: 'a:9092,b:9093' })).toEqual({
      brokers: ['a:9092', 'b:9093'],
      clientId: 'library',
      tls: null,
      sasl: null,
      newTopics: { partitions: null, replication: null },
    });
  });

  it('reads the files of TLS and takes the account', () => {
    const authority = certificateAuthority(folder);
    const { certFile, keyFile } = authority.issue('library');
    const settings = kafka({
      KAFKA_BROKERS: 'a:9092',
      KAFKA_TLS: 'on',
      KAFKA_TLS_CA_FILE: authority.caFile,
      KAFKA_TLS_CERT_FILE: certFile,
      KAFKA_TLS_KEY_FILE: keyFile,
      KAFKA_SASL_USERNAME: 'library',
      KAFKA_SASL_PASSWORD: 'secret',
      KAFKA_PARTITIONS: '12',
      KAFKA_REPLICATION: '3',
    });
    expect(settings).toMatchObject({
      tls: { rejectUnauthorized: true },
      sasl: { mechanism: 'SCRAM-SHA-512', username: 'library', password: 'secret' },
      newTopics: { partitions: 12, replication: 3 },
    });
    expect(settings?.tls?.secureContext).toBeDefined();
  });

  it('is refused when it cannot work', () => {
    const wrong: [Record<string, string>, string][] = [
      [{ KAFKA_BROKERS: 'no port' }, 'KAFKA_BROKERS'],
      [{ KAFKA_TLS_CA_FILE: 'ca.pem' }, 'KAFKA_TLS'],
      [{ KAFKA_TLS: 'on', KAFKA_TLS_CERT_FILE: 'cert.pem' }, 'KAFKA_TLS_KEY_FILE'],
      [{ KAFKA_SASL_USERNAME: 'library' }, 'KAFKA_SASL_PASSWORD'],
      [{ KAFKA_BROKERS: 'a:1', KAFKA_TLS: 'on', KAFKA_TLS_CA_FILE: join(folder, 'none') }, 'KAFKA_TLS_CA_FILE'],
    ];
    for (const [env, named] of wrong) expect(() => kafka(env)).toThrow(named);
  });
});
