/**
 * The WebSocket as a launcher should use it: comes back by itself, resumes where it stopped hearing, and never lets a
 * heartbeat fail because of the socket: what it cannot carry goes over REST, as it is, since a beat is known by its number.
 */
import { WebSocket } from 'ws';
import { RequestFailed } from './library-client.ts';
import type { LibraryClient } from './library-client.ts';
import { SOCKET_PATH } from '../../lib/contract/frames.ts';
import type { NewsFrame, ReadyEvent, ReplyFrame } from '../../lib/contract/frames.ts';
import type { BeatBody, BeatReply, EndReply } from '../../lib/contract/playtime.ts';
import { BASE_PATH } from '../../lib/contract/endpoints.ts';

export interface LibrarySocketOptions {
  /** Where the service is (`http://127.0.0.1:8080`), asked before every connection. */
  readonly url: () => string;
  /** Asked before every connection. */
  readonly token: () => string;
  /** The way that always works. */
  readonly rest: Pick<LibraryClient, 'heartbeat' | 'end'>;
  /** News, in order; each numbered one once for as long as the service remembers. */
  readonly onNews?: (news: NewsFrame) => void;
  /** It hears news (again); with `reset`, everything has to be read anew. */
  readonly onReady?: (ready: ReadyEvent) => void;
  /** It is gone: with 1006, without a word. It comes back by itself, unless it was closed. */
  readonly onGone?: (code: number) => void;
  readonly random?: () => number;
}

/** How long a beat may wait for its reply, ms; then it goes over REST. */
const REPLY_MS = 5000;
const FIRST_PAUSE_MS = 500;
const MAX_PAUSE_MS = 30_000;
/** Above two intervals of the service's pings. */
const SILENCE_MS = 75_000;

type Answer = (reply: ReplyFrame | null) => void;
type EventFrame = ReadyEvent | NewsFrame | { readonly event: 'position'; readonly id: string };

export class LibrarySocket {
  readonly #options: LibrarySocketOptions;
  readonly #random: () => number;
  readonly #waiting = new Map<number, Answer>();
  #socket: WebSocket | null = null;
  #lastId: string | null = null;
  #ref = 0;
  #failures = 0;
  #closed = false;
  #again: NodeJS.Timeout | null = null;
  #silence: NodeJS.Timeout | null = null;

  constructor(options: LibrarySocketOptions) {
    this.#options = options;
    this.#random = options.random ?? Math.random;
  }

  /** Connects, and from then on stays connected until it is closed. */
  open(): void {
    this.#closed = false;
    this.#connect();
  }

  /** Ends for good. Beats under way go over REST. */
  close(): void {
    this.#closed = true;
    if (this.#again !== null) clearTimeout(this.#again);
    this.#socket?.close(1000);
  }

  /** As `LibraryClient.heartbeat`. */
  async heartbeat(body: BeatBody): Promise<BeatReply> {
    return (await this.#ask<BeatReply>('heartbeat', body)) ?? this.#options.rest.heartbeat(body);
  }

  /** As `LibraryClient.end`. */
  async end(body: BeatBody): Promise<EndReply> {
    return (await this.#ask<EndReply>('end', body)) ?? this.#options.rest.end(body);
  }

  /** Null when the socket has no answer: whether the beat was counted, its repetition will tell. */
  async #ask<Reply>(type: 'heartbeat' | 'end', body: BeatBody): Promise<Reply | null> {
    const socket = this.#socket;
    if (socket === null || socket.readyState !== WebSocket.OPEN) return null;
    const ref = (this.#ref += 1);
    const reply = await new Promise<ReplyFrame | null>((resolve) => {
      const timer = setTimeout(() => resolve(null), REPLY_MS);
      this.#waiting.set(ref, (answer) => {
        clearTimeout(timer);
        resolve(answer);
      });
      socket.send(JSON.stringify({ type, ref, ...body }));
    });
    this.#waiting.delete(ref);
    if (reply === null) return null;
    if (reply.status < 400) return reply.body as Reply;
    const { code, detail } = reply.body as { readonly code?: string; readonly detail?: string };
    const retryAfterMs = reply.retry_after_ms ?? null;
    throw new RequestFailed(reply.status, code ?? 'NO_CODE', detail ?? '', { problem: reply.body, retryAfterMs });
  }

  #connect(): void {
    const { url, token } = this.#options;
    const query = this.#lastId === null ? '' : `?last_id=${this.#lastId}`;
    const socket = new WebSocket(`${url().replace(/^http/, 'ws')}${BASE_PATH}${SOCKET_PATH}${query}`, {
      headers: { authorization: `Bearer ${token()}` },
      perMessageDeflate: false,
    });
    this.#socket = socket;
    let refusedFor: number | null = null;
    socket.on('open', () => {
      this.#listen(socket);
      // Without this, the service waits a second for it.
      if (this.#lastId === null) socket.send('{"type":"resume","last_id":null}');
    });
    socket.on('message', (data: Buffer) => this.#receive(data.toString()));
    socket.on('ping', () => this.#listen(socket));
    socket.on('unexpected-response', (request, response) => {
      refusedFor = Number(response.headers['retry-after'] ?? 0) * 1000;
      // An id that is refused would be refused for ever.
      if (response.statusCode === 422) this.#lastId = null;
      request.destroy();
      socket.terminate();
    });
    // What went wrong is seen by the close that follows.
    socket.on('error', () => undefined);
    socket.on('close', (code: number, reason: Buffer) => this.#gone(code, refusedFor ?? retryAfter(reason)));
  }

  #receive(text: string): void {
    if (this.#socket !== null) this.#listen(this.#socket);
    const frame = JSON.parse(text) as EventFrame | ReplyFrame;
    if (!('event' in frame)) return typeof frame.ref === 'number' ? this.#waiting.get(frame.ref)?.(frame) : undefined;
    if (frame.event === 'ready') {
      this.#failures = 0;
      this.#options.onReady?.(frame);
    } else if (frame.event !== 'position') {
      this.#options.onNews?.(frame);
    }
    // Only what was dealt with is behind us.
    this.#lastId = frame.id;
  }

  /** The service pings: when it does so no more, the connection is dead whatever the system believes. */
  #listen(socket: WebSocket): void {
    if (this.#silence !== null) clearTimeout(this.#silence);
    this.#silence = setTimeout(() => socket.terminate(), SILENCE_MS).unref();
  }

  #gone(code: number, retryAfterMs: number): void {
    this.#socket = null;
    if (this.#silence !== null) clearTimeout(this.#silence);
    for (const answer of [...this.#waiting.values()]) answer(null);
    this.#options.onGone?.(code);
    if (this.#closed) return;
    const backOff = Math.min(MAX_PAUSE_MS, FIRST_PAUSE_MS * 2 ** this.#failures);
    this.#failures += 1;
    const pause = retryAfterMs > 0 ? retryAfterMs : backOff * (0.5 + this.#random() / 2);
    this.#again = setTimeout(() => this.#connect(), pause);
  }
}

/** The reason of a closing by the service, where it says when to come back. */
function retryAfter(reason: Buffer): number {
  try {
    const { retry_after_ms: ms } = JSON.parse(reason.toString()) as { retry_after_ms?: unknown };
    return typeof ms === 'number' && ms >= 0 ? ms : 0;
  } catch {
    // It is a sentence for people.
    return 0;
  }
}
