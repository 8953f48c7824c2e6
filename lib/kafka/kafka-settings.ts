import type { ConnectionOptions } from 'node:tls';
import type { BaseOptions } from '@platformatic/kafka';
import { holdConnectionErrors } from './connection-errors.ts';
import { ASSIGNMENT_LIMITS, type AssignmentLimits } from '../bus/assignment.ts';

/** How to reach Kafka. */
export interface KafkaSettings {
  /** `host:port` of some brokers; the others are found through them. */
  readonly brokers: readonly string[];
  /** How the service calls itself in the brokers' logs and quotas. */
  readonly clientId: string;
  /** Looked at with every connection; null: no TLS. */
  readonly tls: ConnectionOptions | null;
  readonly sasl: KafkaCredentials | null;
  readonly newTopics: NewTopics;
}

export interface KafkaCredentials {
  readonly mechanism: 'PLAIN' | 'SCRAM-SHA-256' | 'SCRAM-SHA-512';
  readonly username: string;
  readonly password: string;
}

/** What topics look like that the service creates; null: as the brokers are set. */
export interface NewTopics {
  readonly partitions: number | null;
  readonly replication: number | null;
}

export interface KafkaTiming {
  /** A member that is silent for so long loses its partitions, ms. */
  readonly sessionTimeoutMs: number;
  readonly heartbeatMs: number;
  /** How long a broker may wait for messages before it says that there are none, ms. */
  readonly fetchWaitMs: number;
  /** Pause before something that failed is tried again, ms. */
  readonly againMs: number;
  readonly limits: AssignmentLimits;
}

export const KAFKA_TIMING: KafkaTiming = {
  sessionTimeoutMs: 20_000,
  heartbeatMs: 2_000,
  fetchWaitMs: 250,
  againMs: 500,
  limits: ASSIGNMENT_LIMITS,
};

/** All members of a rebalance must have come back within this time; a broker answers JoinGroup only then. */
export const REBALANCE_TIMEOUT_MS = 25_000;
/** Above anything a broker may take by agreement. */
const REQUEST_TIMEOUT_MS = 30_000;

/** What every client of ours has in common. Failures are seen, and dealt with, by us: the library tries once. */
export function clientOptions({ brokers, clientId, tls, sasl }: KafkaSettings): BaseOptions {
  holdConnectionErrors();
  return {
    clientId,
    bootstrapBrokers: [...brokers],
    retries: 0,
    connectTimeout: 5000,
    requestTimeout: REQUEST_TIMEOUT_MS,
    autocreateTopics: false,
    ...(tls === null ? {} : { tls, tlsServerName: true }),
    ...(sasl === null ? {} : { sasl }),
  };
}
