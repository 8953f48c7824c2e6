import { hostname } from 'node:os';
import { ConfigError } from './config-error.ts';
import { refuseContradictions } from './refuse-tls.ts';
import { requireTls } from './require-tls.ts';
import type { Settings } from './schema.ts';
import { networkList } from '../limits/network.ts';

type DeepReadonly<T> = T extends readonly (infer Item)[]
  ? readonly DeepReadonly<Item>[]
  : T extends object
    ? { readonly [Key in keyof T]: DeepReadonly<T[Key]> }
    : T;

/** The settings with everything that was left open decided. Frozen. */
export type Config = DeepReadonly<
  Omit<Settings, 'node' | 'http' | 'auth' | 'checkpoint'> & {
    node: Omit<Settings['node'], 'id'> & { id: string };
    http: Omit<Settings['http'], 'host'> & { host: string };
    auth: Omit<Settings['auth'], 'mode' | 'devKey'> & { mode: 'dev' | 'jwks'; devKey: string | null };
    checkpoint: { store: 'redis' | 'postgres' };
  }
>;

/** Signs and verifies tokens where nothing else is configured. Public knowledge, hence refused in production. */
export const WELL_KNOWN_DEV_KEY = 'library-development-key-not-a-secret';

/**
 * Decides what the settings leave open, and refuses combinations that cannot work.
 *
 * @throws ConfigError
 */
export function decide(settings: Settings, env: Readonly<Record<string, string | undefined>>): Config {
  const { node, http, auth, engine, nats, postgres, redis } = settings;
  const mode = auth.mode === 'auto' ? (auth.jwksUrl === null ? 'dev' : 'jwks') : auth.mode;
  if (mode === 'jwks' && auth.jwksUrl === null) {
    throw new ConfigError('auth.mode (AUTH_MODE) is "jwks", which needs auth.jwksUrl (JWT_JWKS_URL): a URL');
  }
  if (mode === 'dev' && env['NODE_ENV'] === 'production') {
    throw new ConfigError(
      'auth.mode (AUTH_MODE) is "dev" with NODE_ENV=production: set auth.jwksUrl (JWT_JWKS_URL) for mode "jwks"',
    );
  }
  if (mode === 'dev' && auth.devKey === null && auth.jwksUrl !== null) {
    throw new ConfigError(
      'auth.devKey (JWT_DEV_KEY) is not set: mode "dev" beside a JWKS URL does not take the well-known development key',
    );
  }
  if (engine.maxGapSeconds < engine.heartbeatIntervalSeconds) {
    throw new ConfigError(
      `engine.maxGapSeconds (MAX_GAP_SECONDS) is ${engine.maxGapSeconds}: expected at least ` +
        `engine.heartbeatIntervalSeconds (${engine.heartbeatIntervalSeconds}), or regular heartbeats lose time`,
    );
  }
  if (engine.sessionTimeoutSeconds < engine.maxGapSeconds) {
    throw new ConfigError(
      `engine.sessionTimeoutSeconds (SESSION_TIMEOUT_SECONDS) is ${engine.sessionTimeoutSeconds}: expected at least ` +
        `engine.maxGapSeconds (${engine.maxGapSeconds})`,
    );
  }
  const store =
    settings.checkpoint.store === 'auto' ? (redis.addr === null ? 'postgres' : 'redis') : settings.checkpoint.store;
  if (store === 'redis' && redis.addr === null) {
    throw new ConfigError(
      'checkpoint.store (CHECKPOINT_STORE) is "redis", which needs redis.addr (REDIS_ADDR): host:port',
    );
  }
  if (nats.url === null) {
    for (const role of ['gateway', 'engine', 'domain'] as const) {
      if (node.roles.includes(role)) continue;
      throw new ConfigError(
        `node.roles (NODE_ROLES) is "${node.roles.join(',')}" without "${role}": expected all roles in one process, ` +
          'unless nats.url (NATS_URL) connects several',
      );
    }
  }
  refuseKafka(settings.kafka);
  refuseSaves(settings);
  refuseLimits(settings.limits);
  refuseGrpc(settings.grpc);
  refuseContradictions(settings);
  requireTls(settings);
  return freeze({
    ...settings,
    node: { ...node, id: node.id ?? hostname() },
    http: { ...http, host: http.host ?? (postgres.dsn === null ? '127.0.0.1' : '0.0.0.0') },
    auth: { ...auth, mode, devKey: mode === 'dev' ? (auth.devKey ?? WELL_KNOWN_DEV_KEY) : null },
    checkpoint: { store },
  });
}

function refuseKafka({ saslUsername, saslPassword }: Settings['kafka']): void {
  if ((saslUsername === null) !== (saslPassword === null)) {
    throw new ConfigError(
      'kafka.saslUsername (KAFKA_SASL_USERNAME) and kafka.saslPassword (KAFKA_SASL_PASSWORD): expected both or none',
    );
  }
}

function refuseSaves({ s3, saves }: Settings): void {
  if (s3.bucket === null && s3.endpoint !== null) {
    throw new ConfigError('s3.endpoint (S3_ENDPOINT) is set, which needs s3.bucket (S3_BUCKET_SAVEGAMES): a name');
  }
  if ((s3.accessKey === null) !== (s3.secretKey === null)) {
    throw new ConfigError('s3.accessKey (S3_ACCESS_KEY) and s3.secretKey (S3_SECRET_KEY): expected both or none');
  }
  if (s3.kmsKeyId !== null && s3.encryption !== 'aws:kms') {
    throw new ConfigError(
      `s3.kmsKeyId (S3_KMS_KEY_ID) is set: expected "aws:kms" as s3.encryption (S3_ENCRYPTION), not "${s3.encryption}"`,
    );
  }
  if (saves.urlSeconds > saves.uploadTtlSeconds) {
    throw new ConfigError(
      `saves.urlSeconds (SAVES_URL_SECONDS) is ${saves.urlSeconds}: expected at most saves.uploadTtlSeconds ` +
        `(${saves.uploadTtlSeconds}), or a URL outlives its upload`,
    );
  }
}

function refuseGrpc(grpc: Settings['grpc']): void {
  if (grpc.tlsClientCaFile !== null && grpc.tlsCertFile === null) {
    throw new ConfigError(
      'grpc.tlsClientCaFile (GRPC_TLS_CLIENT_CA_FILE) is set, which needs grpc.tlsCertFile (GRPC_TLS_CERT_FILE)',
    );
  }
  if (grpc.tlsClientNames !== null && grpc.tlsClientCaFile === null) {
    throw new ConfigError(
      'grpc.tlsClientNames (GRPC_TLS_CLIENT_NAMES) is set, which needs grpc.tlsClientCaFile (GRPC_TLS_CLIENT_CA_FILE)',
    );
  }
  if (grpc.tlsClients === 'required' && grpc.tlsClientCaFile === null) {
    throw new ConfigError(
      'grpc.tlsClients (GRPC_TLS_CLIENTS) is "required", which needs grpc.tlsClientCaFile (GRPC_TLS_CLIENT_CA_FILE)',
    );
  }
}

function refuseLimits({ trustedProxies }: Settings['limits']): void {
  if (trustedProxies === null) return;
  try {
    networkList(trustedProxies);
  } catch (error) {
    throw new ConfigError(
      `limits.trustedProxies (LIMITS_TRUSTED_PROXIES) is "${trustedProxies}": ${(error as Error).message}`,
    );
  }
}

function freeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    for (const member of Object.values(value)) freeze(member);
    Object.freeze(value);
  }
  return value;
}
