import { clientFiles, group, oneOf, optionalText, optionalWhole, text, whole } from '../setting.ts';

/** Where the platform's events are. */
export const kafka = group({
  brokers: optionalText(
    {
      env: 'KAFKA_BROKERS',
      default: null,
      description: 'Some brokers of the Kafka of the platform, separated by commas; null: events stay in the database',
    },
    { pattern: '^[^\\s,:]+:\\d+(,[^\\s,:]+:\\d+)*$' },
  ),
  clientId: text(
    { env: 'KAFKA_CLIENT_ID', default: 'library', description: 'Name of this service in logs and quotas of brokers' },
    { pattern: '^[A-Za-z0-9_.-]{1,128}$' },
  ),
  group: text(
    { env: 'KAFKA_GROUP', default: 'library', description: 'Consumer group; the same for all processes' },
    { pattern: '^[A-Za-z0-9_.-]{1,128}$' },
  ),
  sessionTimeoutMs: whole(1000, 1_800_000, {
    env: 'KAFKA_SESSION_TIMEOUT_MS',
    default: 20_000,
    description:
      'How long a process may be silent before the others of its group get what it was given; brokers set bounds',
  }),
  partitions: optionalWhole(1, 10_000, {
    env: 'KAFKA_PARTITIONS',
    default: null,
    description: 'Partitions of topics that the service creates; null: as the brokers are set',
  }),
  replication: optionalWhole(1, 100, {
    env: 'KAFKA_REPLICATION',
    default: null,
    description: 'Replicas of topics that the service creates; null: as the brokers are set',
  }),
  tls: oneOf(['on', 'off'], {
    env: 'KAFKA_TLS',
    default: 'off',
    description: 'Whether brokers are spoken to in TLS',
  }),
  ...clientFiles('KAFKA', 'brokers are'),
  saslMechanism: oneOf(['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512'], {
    env: 'KAFKA_SASL_MECHANISM',
    default: 'SCRAM-SHA-512',
    description: 'How the password is proven to brokers',
  }),
  saslUsername: optionalText({ env: 'KAFKA_SASL_USERNAME', default: null, description: 'Account; null: no SASL' }),
  saslPassword: optionalText({
    env: 'KAFKA_SASL_PASSWORD',
    default: null,
    secret: true,
    description: 'Password of the account',
  }),
});
