import { getCACertificates } from 'node:tls';
import { credentials, experimental, ServerCredentials, type ChannelCredentials } from '@grpc/grpc-js';
import type { Config } from '../config/config.ts';
import type { Certificates, WatchedPems } from '../tls/certificates.ts';
import { filesOf } from '../tls/pem-files.ts';

type Provider = experimental.CertificateProvider;
type CaListener = Parameters<Provider['addCaCertificateListener']>[0];
type IdentityListener = Parameters<Provider['addIdentityCertificateListener']>[0];

/**
 * How the server shows itself and knows its clients.
 *
 * @throws ConfigError when a file cannot be read or used: a server that nobody can connect to must not start
 */
export function serverCredentials(grpc: Config['grpc'], certificates: Certificates): ServerCredentials {
  const { tlsCertFile, tlsClientCaFile } = grpc;
  if (tlsCertFile === null) return ServerCredentials.createInsecure();
  const ca = tlsClientCaFile === null ? null : { setting: 'grpc.tlsClientCaFile', file: tlsClientCaFile };
  const provider = new CertificateProvider(certificates.watch('grpc', { ...filesOf('grpc', grpc), ca }));
  // Our own certificate first, then the authority, whatever grpc-js 1.14 calls its parameters.
  return experimental.createCertificateProviderServerCredentials(
    provider,
    ca === null ? null : provider,
    grpc.tlsClients === 'required',
  );
}

/**
 * How a service of the platform is known, and this one shown to it.
 *
 * @throws ConfigError when a file cannot be read or used
 */
export function channelCredentials(upstream: Config['upstream'], certificates: Certificates): ChannelCredentials {
  if (upstream.tls === 'off') return credentials.createInsecure();
  const provider = new CertificateProvider(certificates.watch('upstream', filesOf('upstream', upstream)));
  const shown = upstream.tlsCertFile === null ? null : provider;
  // Whatever NODE_TLS_REJECT_UNAUTHORIZED says.
  return experimental.createCertificateProviderChannelCredentials(provider, shown, { rejectUnauthorized: true });
}

/**
 * The files as they are, for grpc-js. Its own watcher has nothing for the first connections, and none for later ones while a
 * certificate and its key are being replaced one after the other.
 */
class CertificateProvider implements Provider {
  readonly #watched: WatchedPems;
  readonly #ca = new Set<CaListener>();
  readonly #identity = new Set<IdentityListener>();
  #unwatch: (() => void) | null = null;

  constructor(watched: WatchedPems) {
    this.#watched = watched;
  }

  addCaCertificateListener(listener: CaListener): void {
    this.#ca.add(listener);
    this.#added();
  }

  removeCaCertificateListener(listener: CaListener): void {
    this.#ca.delete(listener);
    this.#removed();
  }

  addIdentityCertificateListener(listener: IdentityListener): void {
    this.#identity.add(listener);
    this.#added();
  }

  removeIdentityCertificateListener(listener: IdentityListener): void {
    this.#identity.delete(listener);
    this.#removed();
  }

  #added(): void {
    this.#unwatch ??= this.#watched.onChange(() => this.#tell());
    // Whoever listens is only ready to after this call.
    queueMicrotask(() => this.#tell());
  }

  #removed(): void {
    if (this.#ca.size + this.#identity.size > 0) return;
    this.#unwatch?.();
    this.#unwatch = null;
  }

  #tell(): void {
    const { ca, cert, key } = this.#watched.pems;
    if (cert !== null && key !== null) {
      for (const listener of this.#identity) listener({ certificate: cert, privateKey: key });
    }
    for (const listener of this.#ca) listener({ caCertificate: ca ?? systemAuthorities() });
  }
}

/** Those that node trusts by itself, with NODE_EXTRA_CA_CERTS: grpc-js wants to be told them. */
function systemAuthorities(): Buffer {
  return Buffer.from(getCACertificates('default').join('\n'));
}
