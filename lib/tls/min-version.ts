import tls from 'node:tls';

/** The least version of TLS that is spoken anywhere (RFC 8996 puts an end to the ones before). */
export const MIN_VERSION = 'TLSv1.2';

/** Also where a library makes the connection and lets nobody say it, and whatever NODE_OPTIONS say. */
export function holdMinVersion(): void {
  if (tls.DEFAULT_MIN_VERSION !== 'TLSv1.3') tls.DEFAULT_MIN_VERSION = MIN_VERSION;
}
