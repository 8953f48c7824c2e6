/**
 * One launcher's WebSocket for the load generator: the heartbeats of all its games at once, then again when all are
 * answered. Written for little cost: no general client, masks of zero (RFC 6455
 * asks for one, not for a good one, and the server has the same work with it), and no JSON parser.
 */
import { connect, type Socket } from 'node:net';
import type { Launcher } from './load.ts';

const HEAD_END = '\r\n\r\n';
const TEXT = 0x81;
const PING = 0x89;
const PONG = 0x8a;
const REPLY = '{"type":"reply","ref":';

export interface SocketTarget {
  readonly host: string;
  readonly port: number;
  readonly path: string;
}

export class SocketConnection {
  readonly #socket: Socket;
  /** One for each game that is being played. */
  readonly #launchers: readonly Launcher[];
  readonly #done: (micros: number, wrong: string | null) => void;
  #received: Buffer = Buffer.alloc(0);
  #isOpen = false;
  #beating = 0;
  #sentAt = 0;
  #stopped = false;

  constructor(
    target: SocketTarget,
    launchers: readonly Launcher[],
    done: (micros: number, wrong: string | null) => void,
  ) {
    this.#launchers = launchers;
    this.#done = done;
    this.#socket = connect({ host: target.host, port: target.port, noDelay: true });
    this.#socket.on('connect', () => this.#socket.write(handshake(target, launchers[0]?.token ?? ''), 'latin1'));
    this.#socket.on('data', (chunk: Buffer) => this.#receive(chunk));
    this.#socket.on('error', (error) => this.#finish(error.message));
    this.#socket.on('close', () => this.#finish('connection closed'));
  }

  stop(): void {
    this.#stopped = true;
    this.#socket.destroy();
  }

  #beat(): void {
    const frames = this.#launchers.map((launcher, ref) => {
      const { sessionId } = launcher;
      const seq = (launcher.seq += 1);
      return maskedFrame(TEXT, `{"type":"heartbeat","ref":${ref},"session_id":"${sessionId}","seq":${seq}}`);
    });
    this.#beating = frames.length;
    this.#sentAt = performance.now();
    this.#socket.write(frames.length === 1 ? (frames[0] ?? '') : Buffer.concat(frames));
  }

  #receive(chunk: Buffer): void {
    this.#received = this.#received.length === 0 ? chunk : Buffer.concat([this.#received, chunk]);
    if (!this.#isOpen && !this.#open()) return;
    for (;;) {
      const { length } = this.#received;
      if (length < 2) return;
      const short = (this.#received[1] ?? 0) & 0x7f;
      const head = short === 126 ? 4 : 2;
      if (length < head) return;
      const size = short === 126 ? this.#received.readUInt16BE(2) : short;
      if (length < head + size) return;
      const kind = this.#received[0];
      const text = this.#received.toString('latin1', head, head + size);
      this.#received = this.#received.subarray(head + size);
      if (kind === PING) this.#socket.write(maskedFrame(PONG, text));
      else if (kind !== TEXT) this.#finish(`a frame of kind ${kind}: ${text}`);
      else if (text.startsWith('{"type":"reply"')) this.#replied(text);
    }
  }

  #open(): boolean {
    const end = this.#received.indexOf(HEAD_END);
    if (end < 0) return false;
    const head = this.#received.toString('latin1', 0, end);
    this.#received = this.#received.subarray(end + HEAD_END.length);
    this.#isOpen = head.startsWith('HTTP/1.1 101');
    this.#beating = this.#isOpen ? 0 : 1;
    if (this.#isOpen) this.#beat();
    else this.#finish(head);
    return this.#isOpen;
  }

  #replied(text: string): void {
    const ref = Number.parseInt(text.slice(REPLY.length), 10);
    const isRight =
      text.startsWith(`${REPLY}${ref},"status":200,`) && text.includes(`"seq":${this.#launchers[ref]?.seq}`);
    this.#finish(isRight ? null : text);
    if (this.#beating === 0 && !this.#stopped) this.#beat();
  }

  #finish(wrong: string | null): void {
    if (this.#stopped || this.#beating === 0) return;
    this.#beating -= 1;
    this.#done(Math.round((performance.now() - this.#sentAt) * 1_000), wrong);
  }
}

function handshake({ path }: SocketTarget, token: string): string {
  return (
    `GET ${path} HTTP/1.1\r\nhost: localhost\r\nconnection: upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\n` +
    `sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\nauthorization: Bearer ${token}\r\n\r\n`
  );
}

function maskedFrame(kind: number, text: string): Buffer {
  const head = text.length < 126 ? 6 : 8;
  const frame = Buffer.allocUnsafe(head + text.length);
  frame[0] = kind;
  frame[1] = 0x80 | (text.length < 126 ? text.length : 126);
  if (head === 8) frame.writeUInt16BE(text.length, 2);
  frame.writeUInt32BE(0, head - 4);
  frame.write(text, head, 'latin1');
  return frame;
}
