import { checkServerIdentity, type ConnectionOptions } from 'node:tls';
import { MIN_VERSION } from './min-version.ts';
import { readPems, filesOf, type TlsSettings } from './pem-files.ts';

/**
 * The option `tls` of the NATS client; null: plain text. The client itself reads the files with every connection, so that
 * those after a renewal show the new certificate. With the option, it refuses a server that offers no TLS; the scheme of an
 * URL alone means nothing to it, and Moleculer does not even hand it on.
 *
 * @param url one or several `nats://…` or `tls://…`, separated by commas
 * @throws ConfigError when a file cannot be used
 */
export function natsTls(url: string, files: TlsSettings): (ConnectionOptions & Record<string, unknown>) | null {
  if (!url.startsWith('tls://')) return null;
  readPems(filesOf('nats', files));
  const hosts = url.split(',').map((each) => new URL(each).hostname.replace(/^\[|\]$/g, ''));
  return {
    ...(files.tlsCaFile ? { caFile: files.tlsCaFile } : {}),
    ...(files.tlsCertFile ? { certFile: files.tlsCertFile, keyFile: files.tlsKeyFile } : {}),
    minVersion: MIN_VERSION,
    rejectUnauthorized: true,
    // Of a server that is named by its address, the client does not say the name; node then takes it for "localhost".
    checkServerIdentity: (name, certificate) => {
      const knownAs = name === 'localhost' ? hosts : [name];
      const faults = knownAs.map((host) => checkServerIdentity(host, certificate));
      return faults.includes(undefined) ? undefined : faults[0];
    },
  };
}
