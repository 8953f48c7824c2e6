import { describe, expect, it } from '@jest/globals';
import { CONFIG_KEYS } from '../../../../lib/config/keys.ts';
import { configFrom } from '../../../../lib/config/load.ts';

type Environment = Readonly<Record<string, string>>;

/** Every part by a server of its own, each in TLS. */
const ALL: Environment = {
  TLS_REQUIRED: 'on',
  TLS_CERT_FILE: 'cert.pem',
  TLS_KEY_FILE: 'key.pem',
  GRPC_TLS_CERT_FILE: 'cert.pem',
  GRPC_TLS_KEY_FILE: 'key.pem',
  METRICS_PORT: '9100',
  METRICS_TLS_CERT_FILE: 'cert.pem',
  METRICS_TLS_KEY_FILE: 'key.pem',
  PUBLIC_URL: 'https://library.example',
  POSTGRES_DSN: 'postgres://library@db.example/library',
  POSTGRES_TLS: 'on',
  REDIS_ADDR: 'rediss://a.example:6379,rediss://b.example:6379',
  NATS_URL: 'tls://a.example:4222,tls://b.example:4222',
  KAFKA_BROKERS: 'a.example:9093',
  KAFKA_TLS: 'on',
  ACCOUNT_GRPC_ADDR: 'account.example:443',
  CATALOG_GRPC_ADDR: 'catalog.example:443',
  UPSTREAM_TLS: 'on',
  S3_BUCKET_SAVEGAMES: 'saves',
  S3_ENDPOINT: 'https://s3.example',
  S3_PUBLIC_ENDPOINT: 'https://saves.example',
  JWT_JWKS_URL: 'https://id.example/keys',
  TRACING_OTLP_ENDPOINT: 'https://traces.example',
};

/** What makes one connection of {@link ALL} plain, and the setting to be named. */
const PLAIN: readonly (readonly [Environment, string])[] = [
  [{ TLS_CERT_FILE: '', TLS_KEY_FILE: '' }, 'http.tlsCertFile (TLS_CERT_FILE)'],
  [{ GRPC_TLS_CERT_FILE: '', GRPC_TLS_KEY_FILE: '' }, 'grpc.tlsCertFile (GRPC_TLS_CERT_FILE)'],
  [{ METRICS_TLS_CERT_FILE: '', METRICS_TLS_KEY_FILE: '' }, 'metrics.tlsCertFile (METRICS_TLS_CERT_FILE)'],
  [{ PUBLIC_URL: 'http://library.example' }, 'http.publicUrl (PUBLIC_URL)'],
  [{ POSTGRES_TLS: 'off' }, 'postgres.tls (POSTGRES_TLS)'],
  [{ REDIS_ADDR: 'redis://a.example' }, 'redis.addr (REDIS_ADDR)'],
  [{ REDIS_ADDR: 'a.example:6379' }, 'redis.addr (REDIS_ADDR)'],
  [{ NATS_URL: 'nats://a.example' }, 'nats.url (NATS_URL)'],
  [{ KAFKA_TLS: 'off' }, 'kafka.tls (KAFKA_TLS)'],
  [{ UPSTREAM_TLS: 'off', CATALOG_GRPC_ADDR: '' }, 'upstream.tls (UPSTREAM_TLS)'],
  [{ UPSTREAM_TLS: 'off', ACCOUNT_GRPC_ADDR: '' }, 'upstream.tls (UPSTREAM_TLS)'],
  [{ S3_ENDPOINT: 'http://s3.example' }, 's3.endpoint (S3_ENDPOINT)'],
  [{ S3_PUBLIC_ENDPOINT: 'http://saves.example' }, 's3.publicEndpoint (S3_PUBLIC_ENDPOINT)'],
  [{ JWT_JWKS_URL: 'http://id.example/keys' }, 'auth.jwksUrl (JWT_JWKS_URL)'],
  [{ TRACING_OTLP_ENDPOINT: 'http://traces.example' }, 'tracing.otlpEndpoint (TRACING_OTLP_ENDPOINT)'],
];

describe('where TLS is required', () => {
  it('a configuration with TLS everywhere is taken', () => {
    expect(configFrom('', ALL).tls.required).toBe('on');
  });

  it.each(PLAIN)('%j stops the start with one line', (env, named) => {
    expect(() => configFrom('', { ...ALL, ...env })).toThrow(
      expect.objectContaining({
        name: 'ConfigError',
        message: expect.stringMatching(/^[^\n]+TLS_REQUIRED\) is "on"$/),
      }),
    );
    expect(() => configFrom('', { ...ALL, ...env })).toThrow(named);
    expect(() => configFrom('', { ...ALL, ...env, TLS_REQUIRED: 'off' })).not.toThrow();
  });

  it('every setting that holds an address is looked at', () => {
    const addresses = CONFIG_KEYS.filter(({ name }) => /(dsn|addr|url|endpoint|brokers)$/i.test(name));
    const held = Object.keys(ALL);
    expect(addresses.map(({ env }) => env).filter((env) => !held.includes(env))).toEqual([]);
  });

  it('a node that does not listen needs no certificate', () => {
    const env = { ...ALL, NODE_ROLES: 'engine', METRICS_PORT: '' };
    const none = { TLS_CERT_FILE: '', TLS_KEY_FILE: '', GRPC_TLS_CERT_FILE: '', GRPC_TLS_KEY_FILE: '' };
    expect(configFrom('', { ...env, ...none }).node.roles).toEqual(['engine']);
    expect(() =>
      configFrom('', { ...env, ...none, METRICS_PORT: '0', METRICS_TLS_CERT_FILE: '', METRICS_TLS_KEY_FILE: '' }),
    ).toThrow('METRICS_TLS_CERT_FILE');
  });

  it('parts that are embedded need none either', () => {
    const { TLS_CERT_FILE, TLS_KEY_FILE, GRPC_TLS_CERT_FILE, GRPC_TLS_KEY_FILE, TLS_REQUIRED } = ALL;
    const env = { TLS_CERT_FILE, TLS_KEY_FILE, GRPC_TLS_CERT_FILE, GRPC_TLS_KEY_FILE, TLS_REQUIRED } as Environment;
    expect(configFrom('', env).postgres.dsn).toBeNull();
  });
});

describe('settings of TLS that contradict each other', () => {
  it.each<readonly [Environment, RegExp]>([
    [{ METRICS_TLS_CERT_FILE: 'c' }, /METRICS_TLS_CERT_FILE.*both or none/],
    [{ POSTGRES_TLS: 'on', POSTGRES_TLS_KEY_FILE: 'k' }, /POSTGRES_TLS_KEY_FILE.*both or none/],
    [{ POSTGRES_TLS_CA_FILE: 'ca' }, /POSTGRES_TLS\) is "off"/],
    [{ POSTGRES_TLS: 'on', POSTGRES_DSN: 'postgres://db.example/x?sslmode=require' }, /POSTGRES_DSN.*expected none/],
    [{ REDIS_ADDR: 'a.example:6379', REDIS_TLS_CA_FILE: 'ca' }, /REDIS_ADDR.*rediss/],
    [{ REDIS_ADDR: 'rediss://a.example,b.example:6379' }, /REDIS_ADDR.*all or none/],
    [{ NATS_URL: 'nats://a.example', NATS_TLS_CA_FILE: 'ca' }, /NATS_URL.*tls:/],
    [{ NATS_URL: 'nats://a.example,tls://b.example' }, /NATS_URL.*all or none/],
    [{ S3_BUCKET_SAVEGAMES: 'saves', S3_ENDPOINT: 'http://s3.example', S3_TLS_CA_FILE: 'ca' }, /S3_ENDPOINT.*https/],
    [{ JWT_JWKS_URL: 'http://id.example/keys', JWT_JWKS_CA_FILE: 'ca' }, /JWT_JWKS_URL.*https/],
  ])('stop the start: %j', (env, line) => {
    expect(() => configFrom('', env)).toThrow(line);
  });
});
