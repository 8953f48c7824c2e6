import { readFileSync } from 'node:fs';
import { ConfigError } from '../config/config-error.ts';
import type { Config } from '../config/config.ts';
import type { KafkaSettings } from './kafka-settings.ts';

/**
 * The Kafka that the configuration names, its files read; null when it names none.
 *
 * @throws ConfigError when a file cannot be read.
 */
export function configuredKafka(config: Config['kafka']): KafkaSettings | null {
  const { brokers, clientId, partitions, replication, saslMechanism: mechanism, saslUsername, saslPassword } = config;
  if (brokers === null) return null;
  const tls = {
    ca: readPem('kafka.tlsCaFile (KAFKA_TLS_CA_FILE)', config.tlsCaFile),
    cert: readPem('kafka.tlsCertFile (KAFKA_TLS_CERT_FILE)', config.tlsCertFile),
    key: readPem('kafka.tlsKeyFile (KAFKA_TLS_KEY_FILE)', config.tlsKeyFile),
  };
  const hasAccount = saslUsername !== null && saslPassword !== null;
  return {
    ...{ brokers: brokers.split(','), clientId },
    tls: config.tls === 'on' ? tls : null,
    sasl: hasAccount ? { mechanism, username: saslUsername, password: saslPassword } : null,
    newTopics: { partitions, replication },
  };
}

function readPem(setting: string, file: string | null): string | null {
  if (file === null) return null;
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new ConfigError(`${setting}: cannot read ${file}: ${(error as NodeJS.ErrnoException).code}`);
  }
}
