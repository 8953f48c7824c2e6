import { readFileSync } from 'node:fs';
import { createSecureContext } from 'node:tls';
import { experimental, ServerCredentials } from '@grpc/grpc-js';
import type { Config } from '../config/config.ts';

/** Certificates are renewed without a restart: their files are read again so often. */
const REFRESH_MS = 30_000;

/**
 * How the server shows itself and knows its clients.
 *
 * @throws Error when a file cannot be read or used: a server that nobody can connect to must not start
 */
export function serverCredentials(grpc: Config['grpc']): ServerCredentials {
  const { tlsCertFile, tlsKeyFile, tlsClientCaFile } = grpc;
  if (tlsCertFile === null || tlsKeyFile === null) return ServerCredentials.createInsecure();
  createSecureContext({
    cert: readFileSync(tlsCertFile),
    key: readFileSync(tlsKeyFile),
    ...(tlsClientCaFile === null ? {} : { ca: readFileSync(tlsClientCaFile) }),
  });
  const files = new experimental.FileWatcherCertificateProvider({
    certificateFile: tlsCertFile,
    privateKeyFile: tlsKeyFile,
    ...(tlsClientCaFile === null ? {} : { caCertificateFile: tlsClientCaFile }),
    refreshIntervalMs: REFRESH_MS,
  });
  // Our own certificate first, then the authority, whatever grpc-js 1.14 calls its parameters.
  return experimental.createCertificateProviderServerCredentials(
    files,
    tlsClientCaFile === null ? null : files,
    grpc.tlsClients === 'required',
  );
}
