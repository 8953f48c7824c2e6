import type { IncomingMessage, ServerResponse } from 'node:http';
import { pipeline, type Readable } from 'node:stream';
import type { TLSSocket } from 'node:tls';
import type { Trace } from '../telemetry/trace.ts';

/**
 * Sent with every answer of the API: it is data for programs, never to be sniffed, framed, cached or run.
 * (OWASP REST Security Cheat Sheet, "Security Headers"; X-Frame-Options is what browsers before frame-ancestors knew.)
 */
export const API_HEADERS: readonly string[] = [
  'Cache-Control',
  'no-store',
  'X-Content-Type-Options',
  'nosniff',
  'Content-Security-Policy',
  "default-src 'none'; frame-ancestors 'none'",
];
/** RFC 6797: who came by TLS once does not come without it for a year. Where a proxy ends TLS, this is the proxy's to say. */
export const STRICT_TRANSPORT = ['Strict-Transport-Security', 'max-age=31536000'] as const;
const TLS_HEADERS: readonly string[] = [...API_HEADERS, ...STRICT_TRANSPORT];

export const EVENT_STREAM = 'text/event-stream';
/** A proxy of the kind of nginx would gather events until a buffer is full. */
const UNBUFFERED = ['X-Accel-Buffering', 'no'] as const;

/** What every answer of the API begins with, as `writeHead` takes it. */
export function apiHeaders(res: ServerResponse): readonly string[] {
  return isEncrypted(res) ? TLS_HEADERS : API_HEADERS;
}

export function isEncrypted({ socket }: ServerResponse): boolean {
  return (socket as TLSSocket | null)?.encrypted === true;
}

/**
 * Writes a whole answer at once. Headers go out as one flat list: setting them one by one costs several times as much.
 *
 * @param body already serialised; empty only with 204.
 */
export function respond(
  res: ServerResponse,
  status: number,
  trace: Trace,
  type: string,
  body: string,
  more: readonly string[] = [],
): void {
  // The client may be gone; its connection, and with it the answer, is nobody's any more.
  if (res.destroyed || res.headersSent) return;
  const headers = [...apiHeaders(res), 'X-Trace-Id', trace.id, 'traceparent', trace.traceparent, ...more];
  const length = Buffer.byteLength(body);
  if (length > 0) headers.push('Content-Type', type, 'Content-Length', String(length));
  res.writeHead(status, headers);
  // Plain ASCII, as most answers are, takes the cheaper way out.
  res.end(body, length === body.length ? 'latin1' : 'utf8');
}

/**
 * Sends lines as they come, no faster than the client takes them. When their source fails, the connection is cut: the
 * client must not take half of an answer for the whole.
 */
export function respondLines(
  res: ServerResponse,
  status: number,
  trace: Trace,
  type: string,
  lines: Readable,
  failed: (error: Error) => void,
): void {
  if (res.destroyed || res.headersSent) return void lines.destroy();
  res.writeHead(status, [
    ...apiHeaders(res),
    ...['X-Trace-Id', trace.id, 'traceparent', trace.traceparent],
    ...['Content-Type', type],
    ...(type === EVENT_STREAM ? UNBUFFERED : []),
  ]);
  if (type === EVENT_STREAM) res.flushHeaders();
  pipeline(lines, res, (error) => {
    // A client that leaves early is no failure of ours.
    if (error && error.code !== 'ERR_STREAM_PREMATURE_CLOSE') failed(error);
  });
}

/** What the gateway's front leaves with a request for the handlers behind it. */
export interface Exchange {
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
  readonly trace: Trace;
  /** `performance.now()` at the request's head. */
  readonly startedAt: number;
  /** Nothing but the head is asked for (HEAD). */
  readonly headOnly?: true;
}
