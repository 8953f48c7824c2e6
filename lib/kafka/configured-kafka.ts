import type { Config } from '../config/config.ts';
import type { Certificates } from '../tls/certificates.ts';
import { outgoingTls } from '../tls/outgoing.ts';
import type { KafkaSettings } from './kafka-settings.ts';

/**
 * The Kafka that the configuration names, its files read; null when it names none.
 *
 * @throws ConfigError when a file cannot be read or used
 */
export function configuredKafka(config: Config['kafka'], certificates: Certificates): KafkaSettings | null {
  const { brokers, clientId, partitions, replication, saslMechanism: mechanism, saslUsername, saslPassword } = config;
  if (brokers === null) return null;
  const hasAccount = saslUsername !== null && saslPassword !== null;
  return {
    brokers: brokers.split(','),
    clientId,
    tls: outgoingTls(certificates, 'kafka', config, config.tls === 'on'),
    sasl: hasAccount ? { mechanism, username: saslUsername, password: saslPassword } : null,
    newTopics: { partitions, replication },
  };
}
