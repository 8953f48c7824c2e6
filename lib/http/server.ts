import { createServer as createHttpServer } from 'node:http';
import type { IncomingMessage, RequestListener, Server, ServerOptions } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Config } from '../config/config.ts';
import { ERRORS } from '../errors.ts';
import type { ErrorCode } from '../errors.ts';
import type { Clock } from '../ports/clock.ts';
import type { WatchedPems } from '../tls/certificates.ts';
import { serverContext } from '../tls/served.ts';
import { traceFrom } from '../telemetry/trace.ts';
import { mayTakeItsTime } from './long-bodies.ts';
import { problemJson } from './problem.ts';
import { API_HEADERS } from './respond.ts';

/** One listening port, with limits on what a client may hold open and a way to stop without failing a request. */
export interface HttpServer {
  /** Resolves when connections are accepted. Rejects when the address cannot be had. */
  listen(): Promise<AddressInfo>;
  /** Where it listens; null before and after. */
  address(): AddressInfo | null;
  /** True once stopping has begun: answers then end their connections. */
  readonly closing: boolean;
  /** From now on every answer ends its connection, so that clients move elsewhere while this node still answers them. */
  beginClosing(): void;
  /**
   * Accepts no more connections, ends the idle ones, and waits for requests under way.
   *
   * @param ms what is then still open is cut.
   */
  close(ms: number): Promise<void>;
}

/** Takes over the connections that a client wants to speak another protocol on. They are no requests any more. */
export interface Upgrades {
  /** Of any other request, what it asks for is ignored (RFC 9110, section 7.8): it is answered as it stands. */
  readonly wanted: (req: IncomingMessage) => boolean;
  readonly take: (req: IncomingMessage, socket: Duplex, head: Buffer) => void;
}

/** @param shown the certificate of the port, which may change while it listens; null: plain HTTP */
export function createServer(
  http: Config['http'],
  port: number,
  clock: Clock,
  listener: RequestListener,
  upgrades: Upgrades | null = null,
  shown: WatchedPems | null = null,
): HttpServer {
  const options: ServerOptions = {
    shouldUpgradeCallback: (req) => upgrades?.wanted(req) === true,
    keepAliveTimeout: http.keepAliveTimeoutMs,
    headersTimeout: http.headersTimeoutMs,
    requestTimeout: http.requestTimeoutMs,
    // Looked at so often, the two hold; node itself looks every 30 s.
    connectionsCheckingInterval: Math.min(http.headersTimeoutMs, http.requestTimeoutMs) / 2,
    maxHeaderSize: http.maxHeaderBytes,
    // Replies are small and must not wait for an acknowledgement.
    noDelay: true,
  };
  let closing = false;
  const listen: RequestListener = (req, res) => {
    if (closing) res.shouldKeepAlive = false;
    listener(req, res);
  };
  const server =
    shown === null ? createHttpServer(options, listen) : createTlsServer(shown, options, http.headersTimeoutMs, listen);
  server.on('clientError', refuseConnection);
  // With a listener of its own, node leaves it to the handlers to let the body be sent.
  server.on('checkContinue', listen);
  if (upgrades !== null) {
    server.on('upgrade', (req, socket, head) => {
      // Node hands the socket over while answers to requests before this one are still to be written to it.
      if (isAnswering(socket)) socket.destroy();
      else upgrades.take(req, socket, head);
    });
  }

  return {
    listen: () =>
      new Promise((resolve, reject) => {
        server.once('error', reject);
        server.listen(port, http.host, () => {
          server.off('error', reject);
          resolve(server.address() as AddressInfo);
        });
      }),
    address: () => (server.listening ? (server.address() as AddressInfo) : null),
    get closing() {
      return closing;
    },
    beginClosing() {
      closing = true;
    },
    close(ms) {
      closing = true;
      return closeServer(server, clock, ms);
    },
  };
}

/** @param handshakeTimeout ms; node's own is two minutes */
function createTlsServer(
  shown: WatchedPems,
  options: ServerOptions,
  handshakeTimeout: number,
  listen: RequestListener,
) {
  const server = createHttpsServer({ ...options, ...serverContext(shown.pems), handshakeTimeout }, listen);
  // Before node's own listener, for which this is a request that failed: an answer to it would wait for the handshake for ever.
  server.prependListener('tlsClientError', (_error, socket) => socket.destroy());
  const unwatch = shown.onChange((pems) => server.setSecureContext(serverContext(pems)));
  server.once('close', unwatch);
  return server;
}

/** By what node itself goes: it gives no other sign, and a second answer on such a socket throws. */
function isAnswering(socket: Duplex): boolean {
  return ((socket as { _httpMessage?: unknown })._httpMessage ?? null) !== null;
}

const IDLE_LOOK_MS = 50;

async function closeServer(server: Server, clock: Clock, ms: number): Promise<void> {
  if (!server.listening) return;
  await new Promise<void>((resolve) => {
    const cancel = clock.after(ms, () => server.closeAllConnections());
    let cancelLook = (): void => {};
    // A request that was under way when closing began has answered that its connection stays: node would wait for it.
    const look = (): void => {
      server.closeIdleConnections();
      cancelLook = clock.after(IDLE_LOOK_MS, look);
    };
    server.close(() => {
      cancel();
      cancelLook();
      resolve();
    });
    look();
  });
}

/** The same as with every other answer. */
const HEADER_LINES = API_HEADERS.map((text, n) => (n % 2 === 0 ? `${text}: ` : `${text}\r\n`)).join('');
const CLIENT_ERRORS: Readonly<Record<string, ErrorCode>> = {
  HPE_HEADER_OVERFLOW: 'REQUEST_HEADERS_TOO_LARGE',
  ERR_HTTP_REQUEST_TIMEOUT: 'CLIENT_TOO_SLOW',
};

/** Answers what never became a request (node's parser refused it): problem documents there, too. */
function refuseConnection(error: NodeJS.ErrnoException, socket: Socket): void {
  // Node says so once for each request, and goes on with it unless the socket is ended.
  if (error.code === 'ERR_HTTP_REQUEST_TIMEOUT' && mayTakeItsTime(socket)) return;
  if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy();
  const code = CLIENT_ERRORS[error.code ?? ''] ?? 'MALFORMED_REQUEST';
  const { status, title } = ERRORS[code];
  const body = problemJson(
    {
      code,
      detail: 'The request is not HTTP as this service speaks it',
      members: {},
      retryAfterMs: null,
      unexpected: false,
    },
    traceFrom(undefined),
  );
  socket.end(
    `HTTP/1.1 ${status} ${title}\r\nContent-Type: application/problem+json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n` +
      `${HEADER_LINES}Connection: close\r\n\r\n${body}`,
  );
}
