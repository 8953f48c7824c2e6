import type { Static } from 'typebox';
import { console } from './groups/console.ts';
import { family } from './groups/family.ts';
import { grpc } from './groups/grpc.ts';
import { kafka } from './groups/kafka.ts';
import { limits } from './groups/limits.ts';
import { s3, saves } from './groups/saves.ts';
import { sockets } from './groups/sockets.ts';
import { tls } from './groups/tls.ts';
import { tracing } from './groups/tracing.ts';
import { upstream } from './groups/upstream.ts';
import { clientFiles, group, listOf, oneOf, optionalPort, optionalText, port, text, whole } from './setting.ts';

export const NODE_ROLES = ['gateway', 'engine', 'domain', 'bridge'] as const;
export const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace'] as const;
export const JWT_ALGORITHMS = ['RS256', 'ES256', 'EdDSA'] as const;

const DAY_SECONDS = 86_400;

/**
 * Every setting of the service: type, bounds, default, environment variable and meaning. `configs/config.yaml` and
 * `docs/configuration.md` list the same keys; tests compare. `env` names the variable that overrides the file;
 * `secret` values may also come from the file that `<env>_FILE` names, and never reach a log.
 */
export const ConfigSchema = group({
  node: group({
    id: optionalText(
      { env: 'NODE_ID', default: null, description: 'Stable name of this process in the cluster; null: the host name' },
      { pattern: '^[A-Za-z0-9_.-]{1,128}$' },
    ),
    roles: listOf(NODE_ROLES, {
      env: 'NODE_ROLES',
      default: [...NODE_ROLES],
      description: 'What this process does (in the environment: separated by commas)',
    }),
    dataDir: text({
      env: 'DATA_DIR',
      default: 'data',
      description: 'Folder of the embedded database; relative to the project',
    }),
    demoData: oneOf(['auto', 'always', 'never'], {
      env: 'DEMO_DATA',
      default: 'auto',
      description: 'Whether to load the sample catalogue and the demo user; auto: into the embedded database only',
    }),
  }),
  http: group({
    host: optionalText({
      env: 'HTTP_HOST',
      default: null,
      description: 'Address to listen on; null: 127.0.0.1 with the embedded database, 0.0.0.0 otherwise',
    }),
    port: port({ env: 'LIBRARY_HTTP_PORT', default: 8080, description: 'Port of the REST API; 0: any free one' }),
    publicUrl: optionalText(
      {
        env: 'PUBLIC_URL',
        default: null,
        description:
          'Scheme, host and port by which clients reach the gateways, for URLs in answers; null: as each request names its host',
      },
      { pattern: '^https?://[^\\s/]+$' },
    ),
    bodyLimitBytes: whole(1024, 16_777_216, {
      env: 'HTTP_BODY_LIMIT_BYTES',
      default: 262_144,
      description: 'Largest request body',
    }),
    requestDeadlineMs: whole(100, 60_000, {
      env: 'REQUEST_DEADLINE_MS',
      default: 4000,
      description: 'Time a request may take inside the service before it is given up with 503',
    }),
    keepAliveTimeoutMs: whole(1000, 3_600_000, {
      env: 'HTTP_KEEP_ALIVE_TIMEOUT_MS',
      default: 75_000,
      description:
        'How long an idle connection is kept; longer than the load balancer keeps it and than a heartbeat interval',
    }),
    headersTimeoutMs: whole(1000, 120_000, {
      env: 'HTTP_HEADERS_TIMEOUT_MS',
      default: 10_000,
      description: 'Time a client has to send its request head',
    }),
    requestTimeoutMs: whole(1000, 600_000, {
      env: 'HTTP_REQUEST_TIMEOUT_MS',
      default: 20_000,
      description: 'Time a client has to send its whole request',
    }),
    maxHeaderBytes: whole(4096, 1_048_576, {
      env: 'HTTP_MAX_HEADER_BYTES',
      default: 16_384,
      description: 'Largest request head',
    }),
    drainGraceMs: whole(0, 600_000, {
      env: 'HTTP_DRAIN_GRACE_MS',
      default: 5000,
      description:
        'While stopping: time between becoming unready and refusing connections, for load balancers to notice',
    }),
    tlsCertFile: optionalText({
      env: 'TLS_CERT_FILE',
      default: null,
      description: 'PEM certificate chain, read again when it changes; null: plain HTTP',
    }),
    tlsKeyFile: optionalText({ env: 'TLS_KEY_FILE', default: null, description: 'PEM private key of the certificate' }),
  }),
  metrics: group({
    port: optionalPort({
      env: 'METRICS_PORT',
      default: null,
      description: 'Extra port for health and metrics, for nodes that are no gateway; null: none, 0: any free one',
    }),
    tlsCertFile: optionalText({
      env: 'METRICS_TLS_CERT_FILE',
      default: null,
      description: 'PEM certificate chain of this port, read again when it changes; null: plain HTTP',
    }),
    tlsKeyFile: optionalText({
      env: 'METRICS_TLS_KEY_FILE',
      default: null,
      description: 'PEM private key of that certificate',
    }),
  }),
  log: group({
    level: oneOf(LOG_LEVELS, { env: 'LOG_LEVEL', default: 'info', description: 'Least level that is logged' }),
  }),
  tracing,
  auth: group({
    mode: oneOf(['auto', 'dev', 'jwks'], {
      env: 'AUTH_MODE',
      default: 'auto',
      description:
        'dev: HS256 with a shared key, never with NODE_ENV=production; jwks: public keys; auto: jwks when its URL is set',
    }),
    devKey: optionalText(
      {
        env: 'JWT_DEV_KEY',
        default: null,
        secret: true,
        description: 'Shared key of mode dev; null: the well-known development key, unless a JWKS URL is set',
      },
      { minLength: 32 },
    ),
    jwksUrl: optionalText(
      { env: 'JWT_JWKS_URL', default: null, description: 'Where the public keys of the token issuer are' },
      { pattern: '^https?://[^\\s]+$' },
    ),
    jwksCaFile: optionalText({
      env: 'JWT_JWKS_CA_FILE',
      default: null,
      description: 'PEM certificates that the token issuer is known by; null: those of the system',
    }),
    algorithms: listOf(JWT_ALGORITHMS, {
      env: 'JWT_ALGORITHMS',
      default: [...JWT_ALGORITHMS],
      description: 'Signature algorithms accepted in mode jwks',
    }),
    issuer: text({ env: 'JWT_ISSUER', default: 'library-dev', description: 'Required `iss` of every token' }),
    audience: text({ env: 'JWT_AUDIENCE', default: 'library-service', description: 'Required `aud` of every token' }),
    clockToleranceSeconds: whole(0, 300, {
      env: 'JWT_CLOCK_TOLERANCE_SECONDS',
      default: 5,
      description: 'How far the clocks of issuer and service may differ',
    }),
    jwksMaxAgeSeconds: whole(10, DAY_SECONDS, {
      env: 'JWT_JWKS_MAX_AGE_SECONDS',
      default: 600,
      description: 'How long keys and verified tokens are trusted before the keys are fetched again',
    }),
    cacheSize: whole(0, 10_000_000, {
      env: 'JWT_CACHE_SIZE',
      default: 100_000,
      description: 'Verified tokens kept in memory, about 1 KB each; 0: none',
    }),
  }),
  postgres: group({
    dsn: optionalText(
      {
        env: 'POSTGRES_DSN',
        default: null,
        secret: true,
        description: 'PostgreSQL to use; null: the embedded database',
      },
      { pattern: '^postgres(ql)?://[^\\s]+$' },
    ),
    poolSize: whole(1, 1000, {
      env: 'POSTGRES_POOL_SIZE',
      default: 10,
      description: 'Connections of this process, at most',
    }),
    tls: oneOf(['on', 'off'], {
      env: 'POSTGRES_TLS',
      default: 'off',
      description: 'Whether PostgreSQL is spoken to in TLS, its certificate and name verified (sslmode verify-full)',
    }),
    ...clientFiles('POSTGRES', 'PostgreSQL is'),
  }),
  redis: group({
    addr: optionalText({
      env: 'REDIS_ADDR',
      default: null,
      secret: true,
      description: 'Redis to keep checkpoints in: host:port, redis://… or, in TLS, rediss://…; null: none',
    }),
    ...clientFiles('REDIS', 'Redis is'),
  }),
  nats: group({
    url: optionalText(
      {
        env: 'NATS_URL',
        default: null,
        secret: true,
        description: 'NATS that connects the processes: nats://… or, in TLS, tls://…; null: this process is alone',
      },
      { pattern: '^(nats|tls)://[^\\s]+$' },
    ),
    ...clientFiles('NATS', 'NATS is'),
  }),
  kafka,
  checkpoint: group({
    store: oneOf(['auto', 'redis', 'postgres'], {
      env: 'CHECKPOINT_STORE',
      default: 'auto',
      description: 'Where live sessions are checkpointed; auto: Redis when it is set, PostgreSQL otherwise',
    }),
  }),
  s3,
  saves,
  sockets,
  console,
  grpc,
  limits,
  upstream,
  tls,
  engine: group({
    shards: whole(1, 65_536, {
      env: 'SHARDS',
      default: 1024,
      description: 'Number of shards; the same on every node, never changed while data lives',
    }),
    heartbeatIntervalSeconds: whole(1, 3600, {
      env: 'HEARTBEAT_INTERVAL_SECONDS',
      default: 60,
      description: 'How often launchers shall send a heartbeat',
    }),
    maxGapSeconds: whole(1, DAY_SECONDS, {
      env: 'MAX_GAP_SECONDS',
      default: 150,
      description: 'Longest time between two heartbeats that is credited',
    }),
    sessionTimeoutSeconds: whole(1, DAY_SECONDS, {
      env: 'SESSION_TIMEOUT_SECONDS',
      default: 300,
      description: 'A session without a heartbeat for this long is closed at its last one',
    }),
    flushIntervalSeconds: whole(1, 3600, {
      env: 'FLUSH_INTERVAL_SECONDS',
      default: 120,
      description: 'How often a live session is written to PostgreSQL',
    }),
    lingerSeconds: whole(1, 3600, {
      env: 'LINGER_SECONDS',
      default: 60,
      description: 'How long an ended session is remembered, so that late and repeated messages still meet it',
    }),
    snapshotHoldSeconds: whole(0, 604_800, {
      env: 'SNAPSHOT_HOLD_SECONDS',
      default: 600,
      description: 'How long all engines must be of a new release before checkpoints are written in its own version',
    }),
  }),
  family,
  idempotency: group({
    retentionHours: whole(1, 720, {
      env: 'IDEMPOTENCY_RETENTION_HOURS',
      default: 24,
      description: 'How long the reply of an Idempotency-Key is kept',
    }),
  }),
});

/** The settings as the file and the environment give them, before what is left open is decided. */
export type Settings = Static<typeof ConfigSchema>;
