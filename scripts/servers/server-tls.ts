import { readFileSync } from 'node:fs';
import type { ConnectionOptions } from 'node:tls';

/** PEM files with which a private server speaks TLS and nothing else. */
export interface ServerTls {
  /** By which the server is known, and its clients are. */
  readonly caFile: string;
  readonly certFile: string;
  readonly keyFile: string;
  /** What our own probe shows. The server asks all clients for such a one (S3 asks none). */
  readonly client: { readonly certFile: string; readonly keyFile: string };
}

/** For a client of ours, with one's own certificate. */
export function clientOptions({ caFile, client }: ServerTls): ConnectionOptions & { ca: string } {
  const read = (file: string) => readFileSync(file, 'utf8');
  return { ca: read(caFile), cert: read(client.certFile), key: read(client.keyFile) };
}
