import type { SecureContextOptions } from 'node:tls';
import { MIN_VERSION } from './min-version.ts';
import type { Pems } from './pem-files.ts';

/**
 * What a listening port shows and speaks.
 *
 * @throws Error without a certificate
 */
export function serverContext({ cert, key }: Pems): SecureContextOptions {
  if (cert === null || key === null) throw new Error('a port in TLS needs a certificate and its key');
  return { cert, key, minVersion: MIN_VERSION };
}
