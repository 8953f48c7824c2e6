import { readFileSync } from 'node:fs';
import { createSecureContext } from 'node:tls';
import { experimental, ServerCredentials } from '@grpc/grpc-js';
import type { Config } from '../config/config.ts';
import type { FailureLog } from '../http/reply.ts';

/** Certificates are renewed without a restart: their files are read again so often. */
const REFRESH_MS = 30_000;

type Provider = experimental.CertificateProvider;
type CaListener = Parameters<Provider['addCaCertificateListener']>[0];
type IdentityListener = Parameters<Provider['addIdentityCertificateListener']>[0];

interface Files {
  readonly certificate: Buffer;
  readonly privateKey: Buffer;
  readonly caCertificate: Buffer | null;
}

/**
 * How the server shows itself and knows its clients.
 *
 * @throws Error when a file cannot be read or used: a server that nobody can connect to must not start
 */
export function serverCredentials(grpc: Config['grpc'], log: FailureLog): ServerCredentials {
  const { tlsCertFile, tlsKeyFile, tlsClientCaFile } = grpc;
  if (tlsCertFile === null || tlsKeyFile === null) return ServerCredentials.createInsecure();
  const read = () =>
    usable({
      certificate: readFileSync(tlsCertFile),
      privateKey: readFileSync(tlsKeyFile),
      caCertificate: tlsClientCaFile === null ? null : readFileSync(tlsClientCaFile),
    });
  const files = new CertificateFiles(read, (error) =>
    log.error({ err: error }, 'certificates could not be read again; the ones before serve on'),
  );
  // Our own certificate first, then the authority, whatever grpc-js 1.14 calls its parameters.
  return experimental.createCertificateProviderServerCredentials(
    files,
    tlsClientCaFile === null ? null : files,
    grpc.tlsClients === 'required',
  );
}

/** @throws Error when they do not fit together */
function usable(files: Files): Files {
  const { certificate, privateKey, caCertificate } = files;
  createSecureContext({ cert: certificate, key: privateKey, ...(caCertificate === null ? {} : { ca: caCertificate }) });
  return files;
}

/**
 * The files as they are, read at once, and again while a server listens. grpc-js's own watcher has nothing for the first
 * connections, and none for later ones while a certificate and its key are being replaced one after the other; this one
 * keeps what it had until both fit.
 */
class CertificateFiles implements Provider {
  readonly #read: () => Files;
  readonly #failed: (error: unknown) => void;
  readonly #ca = new Set<CaListener>();
  readonly #identity = new Set<IdentityListener>();
  #files: Files;
  #timer: NodeJS.Timeout | null = null;

  constructor(read: () => Files, failed: (error: unknown) => void) {
    this.#read = read;
    this.#failed = failed;
    this.#files = read();
  }

  addCaCertificateListener(listener: CaListener): void {
    this.#ca.add(listener);
    this.#watch();
    // Whoever listens is only ready to after this call.
    queueMicrotask(() => this.#tell());
  }

  removeCaCertificateListener(listener: CaListener): void {
    this.#ca.delete(listener);
    this.#watch();
  }

  addIdentityCertificateListener(listener: IdentityListener): void {
    this.#identity.add(listener);
    this.#watch();
    queueMicrotask(() => this.#tell());
  }

  removeIdentityCertificateListener(listener: IdentityListener): void {
    this.#identity.delete(listener);
    this.#watch();
  }

  #watch(): void {
    const isWatched = this.#ca.size + this.#identity.size > 0;
    if (isWatched && this.#timer === null) this.#timer = setInterval(() => this.#refresh(), REFRESH_MS).unref();
    if (isWatched || this.#timer === null) return;
    clearInterval(this.#timer);
    this.#timer = null;
  }

  #refresh(): void {
    try {
      this.#files = this.#read();
    } catch (error) {
      // Half replaced, or gone for now: the certificate that was read last serves on until it expires.
      return this.#failed(error);
    }
    this.#tell();
  }

  #tell(): void {
    const { certificate, privateKey, caCertificate } = this.#files;
    for (const listener of this.#identity) listener({ certificate, privateKey });
    if (caCertificate === null) return;
    for (const listener of this.#ca) listener({ caCertificate });
  }
}
