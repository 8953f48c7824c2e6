import { ServerResponse } from 'node:http';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import type { ServerOptions } from 'ws';
import type { Verified } from '../auth/verifier.ts';
import type { Config } from '../config/config.ts';
import { scopeOf } from '../contract/access.ts';
import { heartbeat } from '../contract/playtime-endpoints.ts';
import { LibraryError } from '../errors.ts';
import type { Reply } from '../http/reply.ts';
import { OPEN_SOCKET } from '../http/http-span.ts';
import type { Exchange } from '../http/respond.ts';
import { authenticate } from '../limits/authenticate.ts';
import { networkOfRequest } from '../limits/network-of-request.ts';
import { NO_TRACES, type Traces } from '../telemetry/tracing/traces.ts';
import { authorizationOf, chooseProtocol, lastIdOf, mustComeFrom } from './handshake.ts';
import { LauncherSession, MAX_UNDER_WAY } from './launcher-session.ts';
import { LauncherSocket } from './launcher-socket.ts';
import type { SocketOwner } from './launcher-socket.ts';
import { Seats } from './seats.ts';
import { SecondsWheel } from './seconds-wheel.ts';
import type { SocketsContext } from './sockets-context.ts';
import { Trust } from './trust.ts';

/** The WebSockets of a gateway. */
export interface Sockets {
  /** Takes a handshake over: makes a WebSocket of it, or answers with the problem. */
  upgrade(req: IncomingMessage, socket: Duplex, head: Buffer): void;
  /** Sockets that are open, or whose handshake is under way. */
  readonly open: number;
  /**
   * Takes no more in, and lets everybody go: with a time to come back that is spread, and after the replies under way.
   * Resolves when all are gone. Safe to call twice.
   */
  drain(): Promise<void>;
}

export interface SocketsDependencies extends Omit<
  SocketsContext,
  'wheel' | 'outgoing' | 'rules' | 'mustMayConnect' | 'random' | 'traces'
> {
  readonly settings: Config['sockets'];
  readonly http: Pick<Config['http'], 'requestDeadlineMs'>;
  readonly heartbeatIntervalSeconds: number;
  readonly reply: Reply;
  readonly random?: () => number;
  /** Absent: nobody tells of ways. */
  readonly traces?: Traces;
}

/** A heartbeat has some 130 bytes, a token up to 3500. */
const MAX_FRAME_BYTES = 4096;
/** How long a client may take to answer that it is being closed. */
const CLOSE_MS = 5000;
/** Requests' worth of a handshake: it follows the user's news, and may read what was missed. */
const HANDSHAKE_COST = 5;

export function createSockets(dependencies: SocketsDependencies): Sockets {
  const { settings, clock, limits, reply, metrics, random = Math.random, traces = NO_TRACES } = dependencies;
  const allowed = settings.allowedOrigins === null ? null : new Set(settings.allowedOrigins.split(','));
  const seats = new Seats(settings.maxPerUser, settings.maxPerNode);
  const sessions = new Set<LauncherSession>();
  const context: SocketsContext = {
    ...dependencies,
    random,
    traces,
    mustMayConnect,
    wheel: new SecondsWheel(clock.now()),
    outgoing: {
      maxBufferedBytes: settings.maxBufferedBytes,
      sent: (kind) => metrics.sent(kind),
      terms: {
        heartbeat_interval_seconds: dependencies.heartbeatIntervalSeconds,
        ping_interval_seconds: settings.pingIntervalSeconds,
        frames_per_second: settings.framesPerSecond,
        heartbeats_under_way: MAX_UNDER_WAY,
      },
    },
    rules: {
      pingIntervalMs: settings.pingIntervalSeconds * 1000,
      beginMs: settings.beginMs,
      framesPerSecond: settings.framesPerSecond,
      requestDeadlineMs: dependencies.http.requestDeadlineMs,
    },
  };
  // The types of `ws` do not know all of its options.
  const options: ServerOptions<typeof LauncherSocket> &
    Record<'maxFragments' | 'maxBufferedChunks' | 'closeTimeout', number> = {
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload: MAX_FRAME_BYTES,
    // A message of 4 KiB has no need of more; each costs memory of its own.
    maxFragments: 16,
    maxBufferedChunks: 64,
    closeTimeout: CLOSE_MS,
    handleProtocols: chooseProtocol,
    WebSocket: LauncherSocket,
  };
  const exchangeOf = (req: IncomingMessage): Exchange => ({
    req,
    res: new ServerResponse(req),
    startedAt: performance.now(),
    trace: traces.begin(req.headers.traceparent, 'client'),
  });
  const server = new WebSocketServer(options);
  server.on('wsClientError', (error, _socket, req) => {
    refuse(exchangeOf(req), new LibraryError('MALFORMED_REQUEST', `No WebSocket handshake: ${error.message}`));
  });
  let draining: Promise<void> | null = null;
  let gone = (): void => {};
  let endTurning = turnEverySecond();

  function turnEverySecond(): () => void {
    return clock.after(1000, () => {
      endTurning = turnEverySecond();
      const now = clock.now();
      context.wheel.turn(now, (session) => session.look(now));
      metrics.publish();
    });
  }

  const owner: SocketOwner = {
    left(session, code) {
      sessions.delete(session);
      seats.leave(session.user.userKey);
      metrics.closed(code);
      if (sessions.size === 0) gone();
    },
  };

  /** Node gives no response object with an upgrade: it is answered with one of our own. */
  function refuse(exchange: Exchange, error: unknown): void {
    const { req, res } = exchange;
    if (req.socket.destroyed) return reply.sent(exchange, OPEN_SOCKET, 499);
    res.shouldKeepAlive = false;
    res.assignSocket(req.socket);
    // Whoever does not hang up then would hold the connection for ever: nobody times it any more.
    res.on('finish', () => req.socket.destroySoon());
    reply.failure(exchange, OPEN_SOCKET, error);
  }

  /** @throws LibraryError RATE_LIMITED, UNAVAILABLE */
  function takeSeat(user: Verified): void {
    if (draining !== null) throw new LibraryError('UNAVAILABLE', 'This node is leaving; connect again');
    const outcome = seats.take(user.userKey);
    if (outcome === 'user_full') {
      throw new LibraryError('RATE_LIMITED', `The user has ${settings.maxPerUser} sockets here already`);
    }
    if (outcome === 'node_full') throw new LibraryError('UNAVAILABLE', 'This node has no room for more sockets');
  }

  async function accept(req: IncomingMessage, socket: Duplex, head: Buffer, exchange: Exchange): Promise<void> {
    const network = networkOfRequest(limits, req);
    mustHaveRoom(limits.arrived(network));
    mustComeFrom(req, allowed);
    const from = lastIdOf(req.url ?? '');
    const authorization = authorizationOf(req);
    const user = await authenticate(dependencies, authorization, network);
    mustHaveRoom(limits.called(user.caller, HANDSHAKE_COST));
    mustMayConnect(user);
    takeSeat(user);
    let connected = false;
    server.handleUpgrade(req, socket, head, (websocket) => {
      connected = true;
      metrics.opened();
      reply.sent(exchange, OPEN_SOCKET, 101);
      const session = new LauncherSession(
        websocket,
        context,
        new Trust(context, user, authorization ?? '', network),
        from,
      );
      sessions.add(session);
      websocket.attach(session, owner, socket);
    });
    // The client has gone meanwhile, or `wsClientError` has answered.
    if (!connected) seats.leave(user.userKey);
  }

  async function letGo(): Promise<void> {
    const allGone = new Promise<void>((resolve) => (gone = resolve));
    for (const session of sessions) session.leave(Math.round(random() * settings.reconnectSpreadMs));
    if (sessions.size === 0) gone();
    const cancel = clock.after(dependencies.http.requestDeadlineMs + CLOSE_MS, () => {
      for (const session of sessions) session.cut();
    });
    await allGone;
    cancel();
    endTurning();
    metrics.publish();
  }

  return {
    upgrade(req, socket, head) {
      const exchange = exchangeOf(req);
      // Until the WebSocket listens itself.
      const ignore = (): void => void socket.destroy();
      socket.on('error', ignore);
      accept(req, socket, head, exchange)
        .then(
          () => socket.off('error', ignore),
          (error: unknown) => refuse(exchange, error),
        )
        // Whatever a client has made of its connection, it is the only one to suffer.
        .catch((error: unknown) => {
          dependencies.log.error({ err: error }, 'a handshake could not be refused');
          socket.destroy();
        });
    },
    get open() {
      return seats.taken;
    },
    drain: () => (draining ??= letGo()),
  };
}

/** Whether a request asks for the WebSocket at `path`; anything else is answered over HTTP. */
export function isSocketRequest({ url = '', headers }: IncomingMessage, path: string): boolean {
  const rest = url.startsWith(path) ? url.charAt(path.length) : null;
  return (rest === '' || rest === '?') && headers.upgrade?.toLowerCase() === 'websocket';
}

function mustHaveRoom(refusal: LibraryError | null): void {
  if (refusal !== null) throw refusal;
}

/** As for its own data over REST. */
function mustMayConnect(user: Verified): void {
  if (scopeOf(heartbeat, user.caller.roles) === null) {
    throw new LibraryError('FORBIDDEN', 'None of the roles in the token may open a socket');
  }
}
