/**
 * What one launcher's socket does, from its handshake to its end.
 *
 * ```
 *             first frame, or `beginMs`      the feed answers
 *   waiting ------------------> following -------------------> live
 *      |                            |  ^                         |
 *      |                            +--+ feed away: again        |
 *      +-------------> leaving (beats under way) -------> ended <+
 * ```
 *
 * - L1  A frame is answered as REST would answer it: the same checks, the same `Beats`, the same problem documents.
 * - L2  Beats need no news: they are answered in every phase but the last.
 * - L3  Nothing is done for a token that has ended. A token whose key is to be looked at again is verified anew; while
 *       that fails for want of the issuer, frames are refused with 503 and the socket stays until the token's own end.
 * - L4  A socket costs no timer: what it waits for stands in the wheel that all share.
 */
import type { Verified } from '../auth/verifier.ts';
import { CLOSE } from '../contract/frames.ts';
import type {
  AuthenticateFrame,
  EndFrame,
  HeartbeatFrame,
  Ref,
  ResumeFrame,
  ResumeOutcome,
} from '../contract/frames.ts';
import { LibraryError } from '../errors.ts';
import type { Followed, HeardNews, NewsListener, NewsPosition } from '../ports/news.ts';
import { problemOf } from '../http/problem.ts';
import type { Trace } from '../telemetry/trace.ts';
import { inTrace } from '../telemetry/tracing/current.ts';
import { readFrame } from './client-frames.ts';
import type { ReadFrame } from './client-frames.ts';
import type { Connection } from './connection.ts';
import { FrameRate } from './frame-rate.ts';
import { endFrameSpan } from './frame-span.ts';
import { MAX_MISSED, Outgoing } from './outgoing.ts';
import { Pings } from './pings.ts';
import { positionOf } from './position-id.ts';
import { problemReply, reply, REPLY_OK, tooManyFrames, unknownId } from './replies.ts';
import type { Slotted } from './seconds-wheel.ts';
import type { SocketsContext } from './sockets-context.ts';
import type { Trust } from './trust.ts';

/** Heartbeats of one socket that may wait for their reply. */
export const MAX_UNDER_WAY = 32;
const FEED_RETRY_MS = 2000;

export class LauncherSession implements NewsListener, Slotted {
  slot = 0;
  readonly #connection: Connection;
  readonly #context: SocketsContext;
  readonly #outgoing: Outgoing;
  readonly #trust: Trust;
  readonly #rate = new FrameRate();
  readonly #pings: Pings;
  #phase: 'waiting' | 'following' | 'live' | 'leaving' | 'ended' = 'waiting';
  #from: NewsPosition | null;
  #followed: Followed | null = null;
  /** When to begin, or to ask the feed again; ms since the Unix epoch, as all times here. */
  #beginAt: number;
  #underWay = 0;
  #retryAfterMs = 0;

  /** @param from where to go on, as said at the handshake; null: the first frame may still say */
  constructor(connection: Connection, context: SocketsContext, trust: Trust, from: NewsPosition | null) {
    const now = context.clock.now();
    this.#connection = connection;
    this.#context = context;
    this.#trust = trust;
    this.#from = from;
    this.#outgoing = new Outgoing(connection, this, context.outgoing);
    this.#beginAt = now + context.rules.beginMs;
    const { pingIntervalMs } = context.rules;
    this.#pings = new Pings(now + context.random() * pingIntervalMs, pingIntervalMs);
    if (from === null) this.#wait();
    else this.#begin();
  }

  get user(): Verified {
    return this.#trust.user;
  }

  /** A frame has arrived. */
  receive(data: { toString(): string }, isBinary: boolean): void {
    if (this.#phase === 'ended' || this.#phase === 'leaving') return;
    this.#pings.heard();
    if (isBinary) return this.#close(CLOSE.unsupported, 'frames are text');
    const rate = this.#rate.count(this.#context.clock.now(), this.#context.rules.framesPerSecond);
    if (rate === 'flood') return this.#close(CLOSE.flood, 'too many frames');
    const frame = readFrame(data.toString());
    this.#context.metrics.received(frame.type);
    if (this.#phase === 'waiting' && frame.type !== 'resume') this.#begin();
    if (rate === 'refused') return this.#refuse('ref' in frame ? (frame.ref ?? null) : null, tooManyFrames());
    if (this.#trust.holds(this.#context.clock.now())) return this.#work(frame);
    this.#renewTrust().then(
      () => this.#work(frame),
      (error: unknown) => this.#refuse('ref' in frame ? (frame.ref ?? null) : null, error),
    );
  }

  /** The launcher has pinged. */
  pinged(): void {
    this.#pings.heard();
    const rate = this.#rate.count(this.#context.clock.now(), this.#context.rules.framesPerSecond);
    if (rate === 'flood') this.#close(CLOSE.flood, 'too many pings');
  }

  ponged(): void {
    this.#pings.heard();
  }

  /** The wheel: something is due. */
  look(now: number): void {
    if (this.#phase === 'ended') return;
    const due = this.#pings.due(now);
    if (due === 'silent') {
      this.#context.metrics.silent();
      return this.#connection.terminate();
    }
    if (due === 'ping') this.#connection.ping();
    if (now >= this.#beginAt && (this.#phase === 'waiting' || this.#phase === 'following')) this.#begin();
    // When it fails, the socket is closed, or asked for again after a while.
    if (now >= this.#trust.lookAt) this.#renewTrust().catch(() => this.#wait());
    this.#wait();
  }

  /** The node is leaving: no more frames; ends when the beats under way are answered. */
  leave(retryAfterMs: number): void {
    if (this.#phase === 'ended') return;
    this.#phase = 'leaving';
    this.#retryAfterMs = retryAfterMs;
    if (this.#underWay === 0) this.#close(CLOSE.restart, JSON.stringify({ retry_after_ms: retryAfterMs }));
  }

  /** Ends it without a word. */
  cut(): void {
    this.#connection.terminate();
  }

  /** The connection is gone. */
  ended(): void {
    this.#end();
  }

  news(heard: HeardNews): void {
    this.#outgoing.say(heard);
  }

  position(position: NewsPosition): void {
    this.#outgoing.say(position);
  }

  reset(position: NewsPosition): void {
    this.#context.metrics.resumed('reset');
    this.#outgoing.reset(position);
  }

  tooSlow(): void {
    this.#context.metrics.slow();
    this.#close(CLOSE.slow, 'what was sent is not taken out');
  }

  #work(frame: ReadFrame): void {
    switch (frame.type) {
      case 'heartbeat':
      case 'end':
        return this.#beat(frame);
      case 'authenticate':
        return this.#authenticate(frame);
      case 'resume':
        return this.#resume(frame);
      default:
        return this.#refuse(frame.ref, frame.error);
    }
  }

  #beat(frame: HeartbeatFrame | EndFrame): void {
    const { beats, clock, rules, traces } = this.#context;
    if (this.#underWay >= MAX_UNDER_WAY) return this.#refuse(frame.ref, tooManyFrames());
    this.#underWay += 1;
    const deadline = clock.now() + rules.requestDeadlineMs;
    const began = performance.now();
    const answer = frame.type === 'heartbeat' ? beats.heartbeat : beats.end;
    const trace = traces.frame();
    inTrace(trace, () => answer(this.#trust.user, frame, deadline)).then(
      (body) => {
        this.#outgoing.reply(reply(frame.ref, 200, JSON.stringify(body)));
        this.#answered(frame.type, 200, began, trace);
      },
      (error: unknown) => this.#answered(frame.type, this.#problem(frame.ref, error, trace), began, trace),
    );
  }

  #answered(type: 'heartbeat' | 'end', status: number, began: number, trace: Trace | undefined): void {
    endFrameSpan(trace, type, status);
    this.#underWay -= 1;
    this.#context.metrics.answered(type, status, performance.now() - began);
    if (this.#phase === 'leaving') this.leave(this.#retryAfterMs);
  }

  #resume({ last_id }: ResumeFrame): void {
    if (this.#phase !== 'waiting') {
      this.#refuse(null, new LibraryError('CONFLICT', 'A socket resumes with its first frame, or not at all'));
      return;
    }
    const from = last_id === null ? null : positionOf(last_id);
    if (last_id !== null && from === null) this.#refuse(null, unknownId());
    this.#from = from;
    this.#begin();
  }

  #authenticate({ ref, token }: AuthenticateFrame): void {
    this.#trust.replace(token).then(
      () => {
        this.#wait();
        this.#outgoing.reply(reply(ref, 200, REPLY_OK));
      },
      (error: unknown) => this.#refuse(ref, error),
    );
  }

  /** Resolves when the token still holds; closes the socket when it does not. */
  async #renewTrust(): Promise<void> {
    try {
      await this.#trust.renew();
      this.#wait();
    } catch (error) {
      if (problemOf(error).code === 'UNAUTHENTICATED') this.#close(CLOSE.unauthenticated, 'the token has ended');
      throw error;
    }
  }

  #begin(): void {
    const from = this.#from;
    this.#phase = 'following';
    // Nothing to wait for while the feed is asked.
    this.#beginAt = Infinity;
    this.#wait();
    this.#context.feed.follow(this.#trust.user.userKey, from, this).then(
      (followed) => this.#follow(from, followed),
      (error: unknown) => {
        if (this.#phase !== 'following') return;
        if (problemOf(error).unexpected) this.#context.log.error({ err: error }, 'news cannot be followed');
        this.#beginAt = this.#context.clock.now() + FEED_RETRY_MS * (1 + this.#context.random());
        this.#wait();
      },
    );
  }

  #follow(from: NewsPosition | null, followed: Followed): void {
    if (this.#phase !== 'following') return followed.stop();
    this.#phase = 'live';
    this.#followed = followed;
    const { position, missed } = followed;
    const isForgotten = missed === 'reset' || missed.length > MAX_MISSED;
    const outcome: ResumeOutcome = from === null ? 'fresh' : isForgotten ? 'reset' : 'resumed';
    this.#context.metrics.resumed(outcome);
    if (from === null) this.#outgoing.begin('fresh', position, missed === 'reset' ? [] : missed);
    else if (isForgotten) this.#outgoing.begin('reset', position);
    else this.#outgoing.resume(from, missed, position);
  }

  #refuse(ref: Ref | null, error: unknown): void {
    this.#problem(ref, error);
  }

  /** Answers with the problem. Returns its status. */
  #problem(ref: Ref | null, error: unknown, trace?: Trace): number {
    const { text, status } = problemReply(ref, error, this.#context.log, this.#context.random, trace);
    this.#outgoing.reply(text);
    return status;
  }

  #wait(): void {
    if (this.#phase === 'ended') return;
    this.#context.wheel.put(this, Math.min(this.#pings.at, this.#beginAt, this.#trust.lookAt));
  }

  #close(code: number, reason: string): void {
    if (this.#phase === 'ended') return;
    this.#end();
    this.#connection.close(code, reason);
  }

  #end(): void {
    this.#phase = 'ended';
    this.#outgoing.end();
    this.#followed?.stop();
    this.#followed = null;
    this.#context.wheel.remove(this);
  }
}
