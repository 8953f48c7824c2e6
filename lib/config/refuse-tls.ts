import { ConfigError } from './config-error.ts';
import { named } from './named.ts';
import type { Settings } from './schema.ts';

/** Groups with a certificate and its key. */
const WITH_CERTIFICATE = ['http', 'metrics', 'grpc', 'postgres', 'redis', 'nats', 'kafka', 'upstream'] as const;
/** Groups that say `tls: on`; elsewhere the scheme of the address says it. */
const SWITCHED = ['postgres', 'kafka', 'upstream'] as const;
/** Parameters by which a DSN would set what `postgres.tls…` sets. */
const SSL_PARAMETER = /[?&](ssl[a-z]*|uselibpqcompat)=/;

/**
 * Refuses settings of TLS that contradict each other.
 *
 * @throws ConfigError
 */
export function refuseContradictions(settings: Settings): void {
  for (const group of WITH_CERTIFICATE) {
    const { tlsCertFile, tlsKeyFile } = settings[group];
    if ((tlsCertFile === null) === (tlsKeyFile === null)) continue;
    throw new ConfigError(
      `${named(`${group}.tlsCertFile`)} and ${named(`${group}.tlsKeyFile`)}: expected both or none`,
    );
  }
  for (const group of SWITCHED) {
    if (settings[group].tls === 'on' || !hasFiles(settings[group])) continue;
    throw new ConfigError(`${named(`${group}.tls`)} is "off" beside files for TLS: expected "on"`);
  }
  const { postgres, redis, nats, s3, auth, tracing } = settings;
  if (postgres.tls === 'on' && postgres.dsn !== null && SSL_PARAMETER.test(postgres.dsn)) {
    throw new ConfigError(
      `${named('postgres.dsn')} has parameters of its own for TLS beside ${named('postgres.tls')} "on": expected none`,
    );
  }
  refuseMixture('redis', 'redis.addr', 'rediss://', redis.addr, hasFiles(redis));
  refuseMixture('nats', 'nats.url', 'tls://', nats.url, hasFiles(nats));
  refuseCaOfPlain('s3.tlsCaFile', s3.tlsCaFile, 's3.endpoint', s3.endpoint);
  refuseCaOfPlain('auth.jwksCaFile', auth.jwksCaFile, 'auth.jwksUrl', auth.jwksUrl);
  refuseCaOfPlain('tracing.tlsCaFile', tracing.tlsCaFile, 'tracing.otlpEndpoint', tracing.otlpEndpoint);
}

function hasFiles({ tlsCaFile, tlsCertFile }: Settings['redis' | 'nats' | 'kafka' | 'upstream' | 'postgres']): boolean {
  return tlsCaFile !== null || tlsCertFile !== null;
}

/** Several servers are one system: what one of them hears in plain text, others tell on. */
function refuseMixture(group: string, path: string, scheme: string, addresses: string | null, files: boolean): void {
  if (addresses === null) return;
  const inTls = addresses.split(',').map((address) => address.trim().startsWith(scheme));
  if (inTls.includes(true) && inTls.includes(false)) {
    throw new ConfigError(`${named(path)} names servers with TLS and without: expected ${scheme}… for all or none`);
  }
  if (files && !inTls.includes(true)) {
    throw new ConfigError(`${named(path)} is plain beside files for TLS (${group}.tls…): expected ${scheme}…`);
  }
}

function refuseCaOfPlain(path: string, file: string | null, urlPath: string, url: string | null): void {
  if (file === null || url === null || url.startsWith('https://')) return;
  throw new ConfigError(`${named(urlPath)} is plain beside ${named(path)}: expected https://…`);
}
