import { createSecureContext, type ConnectionOptions, type SecureContext } from 'node:tls';
import type { Certificates, WatchedPems } from './certificates.ts';
import { MIN_VERSION } from './min-version.ts';
import { filesOf, readPems, type Pems, type TlsSettings } from './pem-files.ts';

/** Which certificates this process trusts and shows, where it connects. */
export function outgoingContext({ ca, cert, key }: Pick<Pems, 'ca' | 'cert' | 'key'>): SecureContext {
  return createSecureContext({
    minVersion: MIN_VERSION,
    // Without one: the authorities of the system, and those of NODE_EXTRA_CA_CERTS.
    ...(ca === null ? {} : { ca }),
    ...(cert === null || key === null ? {} : { cert, key }),
  });
}

/**
 * For `tls.connect`. The context is looked up with every connection, so that those after a renewal show the new
 * certificate: hand the object on as it is, a copy keeps what it copied.
 */
export function outgoingOptions(watched: Pick<WatchedPems, 'outgoing'>): ConnectionOptions {
  return {
    // Whatever NODE_TLS_REJECT_UNAUTHORIZED says.
    rejectUnauthorized: true,
    get secureContext() {
      return watched.outgoing;
    },
  };
}

/** The same for the servers of a group of settings; null: they are spoken to in plain text. */
export function outgoingTls(
  certificates: Certificates,
  group: string,
  settings: TlsSettings,
  inTls: boolean,
): ConnectionOptions | null {
  return inTls ? outgoingOptions(certificates.watch(group, filesOf(group, settings))) : null;
}

/** As {@link outgoingTls}, for a program that ends before its files change. */
export function outgoingTlsOnce(group: string, settings: TlsSettings, inTls: boolean): ConnectionOptions | null {
  return inTls ? outgoingOptions({ outgoing: outgoingContext(readPems(filesOf(group, settings))) }) : null;
}
