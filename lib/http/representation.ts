/** Files for browsers: compressed once, revalidated by their content, under the headers that keep pages safe. */
import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { isEncrypted, STRICT_TRANSPORT } from './respond.ts';

const zip = promisify(gzip);

/** A file as it is sent (RFC 9110, section 8). */
export interface Representation {
  readonly type: string;
  readonly bytes: Buffer;
  readonly zipped: Buffer;
  readonly etag: string;
}

export interface SendOptions {
  /** Content-Security-Policy. */
  readonly policy: string;
  /** Cache-Control. */
  readonly cache: string;
  /** 200 unless said. */
  readonly status?: number;
}

export async function representationOf(type: string, bytes: Buffer): Promise<Representation> {
  const etag = `"${createHash('sha256').update(bytes).digest('base64url').slice(0, 22)}"`;
  return { type, bytes, zipped: await zip(bytes), etag };
}

/** Answers with it, or 304 when the browser has it. */
export function sendRepresentation(
  req: IncomingMessage,
  res: ServerResponse,
  { type, bytes, zipped, etag }: Representation,
  { policy, cache, status = 200 }: SendOptions,
): void {
  const headers: Record<string, string | number> = {
    'Content-Security-Policy': policy,
    'X-Content-Type-Options': 'nosniff',
    'Referrer-Policy': 'no-referrer',
    'Cross-Origin-Opener-Policy': 'same-origin',
    'Cross-Origin-Resource-Policy': 'same-origin',
    'Cache-Control': cache,
    ETag: etag,
    Vary: 'Accept-Encoding',
    ...(isEncrypted(res) ? Object.fromEntries([STRICT_TRANSPORT]) : {}),
  };
  if (status === 200 && req.headers['if-none-match'] === etag) {
    res.writeHead(304, headers);
    res.end();
    return;
  }
  const zips = /\bgzip\b/.test(String(req.headers['accept-encoding'] ?? ''));
  const body = zips ? zipped : bytes;
  res.writeHead(status, {
    ...headers,
    'Content-Type': type,
    'Content-Length': body.length,
    ...(zips ? { 'Content-Encoding': 'gzip' } : {}),
  });
  res.end(body);
}
