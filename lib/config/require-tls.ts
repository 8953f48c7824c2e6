import { ConfigError } from './config-error.ts';
import { named } from './named.ts';
import type { Settings } from './schema.ts';

/** What a connection needs so that it is not in plain text; null: nothing, it is in TLS or not there. */
type Need = readonly [path: string, expected: string] | null;

/**
 * Refuses settings that leave a connection of this node in plain text, when `tls.required` says so: those it listens for,
 * those it makes, and those it tells others to make.
 *
 * @throws ConfigError naming the first such setting
 */
export function requireTls(settings: Settings): void {
  if (settings.tls.required === 'off') return;
  const need = [...listeners(settings), ...servers(settings), ...urls(settings)].find((one) => one !== null);
  if (need) throw new ConfigError(`${named(need[0])} ${need[1]}, because ${named('tls.required')} is "on"`);
}

function listeners({ node, http, grpc, metrics }: Settings): Need[] {
  const isGateway = node.roles.includes('gateway');
  const certificate = (path: string, listens: boolean, file: string | null): Need =>
    listens && file === null ? [path, 'is not set: expected a certificate'] : null;
  return [
    certificate('http.tlsCertFile', isGateway, http.tlsCertFile),
    certificate('grpc.tlsCertFile', isGateway, grpc.tlsCertFile),
    certificate('metrics.tlsCertFile', metrics.port !== null, metrics.tlsCertFile),
  ];
}

function servers({ postgres, redis, nats, kafka, upstream }: Settings): Need[] {
  const switchedOn = (path: string, address: string | null, tls: 'on' | 'off'): Need =>
    address !== null && tls === 'off' ? [path, 'is "off": expected "on"'] : null;
  return [
    switchedOn('postgres.tls', postgres.dsn, postgres.tls),
    withScheme('redis.addr', redis.addr, 'rediss://'),
    withScheme('nats.url', nats.url, 'tls://'),
    switchedOn('kafka.tls', kafka.brokers, kafka.tls),
    switchedOn('upstream.tls', upstream.accountAddr ?? upstream.catalogAddr, upstream.tls),
  ];
}

function urls({ s3, auth, http, tracing }: Settings): Need[] {
  return [
    withScheme('s3.endpoint', s3.endpoint, 'https://'),
    withScheme('s3.publicEndpoint', s3.publicEndpoint, 'https://'),
    withScheme('auth.jwksUrl', auth.jwksUrl, 'https://'),
    withScheme('http.publicUrl', http.publicUrl, 'https://'),
    withScheme('tracing.otlpEndpoint', tracing.otlpEndpoint, 'https://'),
  ];
}

/** Of several addresses, all have it or none: others were refused before. */
function withScheme(path: string, address: string | null, scheme: string): Need {
  return address === null || address.startsWith(scheme) ? null : [path, `is plain: expected ${scheme}…`];
}
