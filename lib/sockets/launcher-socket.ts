import type { Duplex } from 'node:stream';
import type { RawData } from 'ws';
import { WebSocket } from 'ws';
import type { LauncherSession } from './launcher-session.ts';

/** Told of the end of a socket. */
export interface SocketOwner {
  left(session: LauncherSession, code: number): void;
}

/** What fits in two bytes of length (RFC 6455, section 5.2). */
const MAX_SHORT = 0xffff;

/** Streams that hold what they are given until the turn is over: one system call then takes all of it. */
let held: Duplex[] = [];

function holdForTurn(stream: Duplex): void {
  if (stream.writableCorked > 0) return;
  stream.cork();
  if (held.push(stream) === 1) process.nextTick(releaseAll);
}

/** Runs when the promises of this turn are settled: the answers of an engine come many at once. */
function releaseAll(): void {
  const streams = held;
  held = [];
  for (const stream of streams) stream.uncork();
}

/**
 * A WebSocket that knows its session. The listeners are the same functions for all, and nothing of the handshake is kept:
 * a closure a socket would keep its request for as long as the socket lives.
 */
export class LauncherSocket extends WebSocket {
  #session: LauncherSession | null = null;
  #owner: SocketOwner | null = null;
  #code: number | null = null;
  #stream: Duplex | null = null;

  /** @param stream what the handshake came over */
  attach(session: LauncherSession, owner: SocketOwner, stream: Duplex): void {
    this.#stream = stream;
    this.#session = session;
    this.#owner = owner;
    this.on('message', receive);
    this.on('ping', pinged);
    this.on('pong', ponged);
    this.on('error', failed);
    this.on('close', closed);
  }

  get session(): LauncherSession | null {
    return this.#session;
  }

  /**
   * Sends text as one frame, together with what else this turn of the event loop says. Plain ASCII, as most is, goes out as one string, which node writes in one system call from
   * the stack; `ws` writes head and text as two buffers. A heartbeat's reply costs a fifth less so.
   */
  say(text: string, written?: (error?: Error | null) => void): void {
    const { length } = text;
    if (this.readyState !== WebSocket.OPEN || this.#stream === null) return this.send(text, written);
    holdForTurn(this.#stream);
    if (length > MAX_SHORT || Buffer.byteLength(text) !== length) return this.send(text, written);
    const size = length < 126 ? String.fromCharCode(length) : `\x7e${String.fromCharCode(length >> 8, length & 0xff)}`;
    this.#stream.write(`\x81${size}${text}`, 'latin1', written);
  }

  /** Also called by `ws` itself: when it refuses what came in, and to answer the client's closing. */
  override close(code?: number, reason?: string | Buffer): void {
    this.#code ??= code ?? null;
    super.close(code, reason);
  }

  /** The first code that was said by either side. */
  ended(code: number): void {
    const session = this.#session;
    this.#session = null;
    session?.ended();
    if (session !== null) this.#owner?.left(session, this.#code ?? code);
  }
}

/** With the default `binaryType`, `ws` gives whole messages as one Buffer. */
function receive(this: WebSocket, data: RawData, isBinary: boolean): void {
  (this as LauncherSocket).session?.receive(data, isBinary);
}

function pinged(this: WebSocket): void {
  (this as LauncherSocket).session?.pinged();
}

function ponged(this: WebSocket): void {
  (this as LauncherSocket).session?.ponged();
}

/** A frame that is none, or a connection that broke: the close that follows says so. */
function failed(): void {}

function closed(this: WebSocket, code: number): void {
  (this as LauncherSocket).ended(code);
}
