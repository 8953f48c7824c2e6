/**
 * Write-behind of session rows to PostgreSQL, in batches, exactly once in effect: rows are absolute and versioned, so
 * sending one again is harmless, and what is not known to be written is sent again.
 *
 * Owns: the queue of users with something to flush, and the one batch in flight.
 *
 * Invariants
 * - F1  PostgreSQL hears only of what has been committed. A node that computed on without being able to commit (a
 *       zombie) would else write revisions that the real owner's rows could no longer overtake.
 * - F2  A session's `flushedRev` rises only after the sink confirmed that revision.
 * - F3  A row that the sink can never take holds up no other for long: batches that fail are halved, down to single
 *       users, and what failed goes to the end of the queue.
 * - F4  A request whose shard is let go hears so at once: its next owner has what is not written yet, and can be asked.
 */
import { rowOf } from './session.ts';
import type { Shard } from './shard.ts';
import type { TracedFlush, TracedTurn } from './turn-tracing.ts';
import type { Clock } from '../lib/ports/clock.ts';
import type { PlaytimeSink, SessionRow } from '../lib/ports/playtime-sink.ts';
import type { UuidKey } from '../lib/uuid.ts';

export interface FlusherOptions {
  /** Rows in one call of the sink. */
  readonly batch: number;
  /** How long users gather before a batch that is not full leaves, ms. */
  readonly gatherMs: number;
  /** The longest pause between tries while the sink fails, ms. */
  readonly maxBackoffMs: number;
  /** 0 <= random() < 1, for jitter. */
  readonly random: () => number;
}

export interface FlusherEvents {
  flushed(rows: number, ms: number): void;
  flushFailed(error: unknown): void;
}

/** What became of a request. `let_go`: the shard went, and with it what was not written. */
export type Flushed = 'written' | 'let_go' | 'late';

interface Waiting {
  readonly shard: Shard;
  /** When it was queued; the age of the oldest one is the flush lag. */
  readonly since: number;
  /** The last turn of the user that somebody watches; null for nearly all. */
  readonly traced: TracedTurn | null;
}

interface Request {
  readonly shard: Shard;
  readonly user: UuidKey;
  readonly revs: ReadonlyMap<UuidKey, number>;
  readonly resolve: (outcome: Flushed) => void;
}

export class Flusher {
  readonly #sink: PlaytimeSink;
  readonly #clock: Clock;
  readonly #options: FlusherOptions;
  readonly #events: FlusherEvents;
  readonly #queue = new Map<UuidKey, Waiting>();
  #requests: Request[] = [];
  #inFlight: Promise<unknown> = Promise.resolve();
  #failures = 0;
  /** Rows in the next call: the batch, or less after failures (F3). */
  #limit: number;
  #running = false;

  constructor(sink: PlaytimeSink, clock: Clock, options: FlusherOptions, events: FlusherEvents) {
    this.#sink = sink;
    this.#clock = clock;
    this.#options = options;
    this.#events = events;
    this.#limit = options.batch;
  }

  /** How many users wait, and for how long the oldest of them has, ms. Looks at each of them. */
  get backlog(): { readonly users: number; readonly lagMs: number } {
    let oldest = this.#clock.now();
    const now = oldest;
    for (const { since } of this.#queue.values()) if (since < oldest) oldest = since;
    return { users: this.#queue.size, lagMs: now - oldest };
  }

  /** Has the user's unflushed sessions written, once they are committed. */
  enqueue(shard: Shard, user: UuidKey, traced: TracedTurn | null = null): void {
    const waiting = this.#queue.get(user);
    if (waiting?.shard !== shard) this.#queue.set(user, { shard, since: this.#clock.now(), traced });
    else if (traced !== null) this.#queue.set(user, { ...waiting, traced });
    if (this.#running) return;
    this.#running = true;
    void this.#run();
  }

  /** Resolves with `written` when PostgreSQL holds everything that the user's sessions are now, unless something came before. */
  request(shard: Shard, user: UuidKey, deadline: number, traced: TracedTurn | null = null): Promise<Flushed> {
    if (shard.closed) return Promise.resolve('let_go'); // F4
    const revs = new Map(shard.sessions(user).map((session) => [session.id, session.rev]));
    return new Promise((resolve) => {
      const cancel = this.#clock.after(Math.max(0, deadline - this.#clock.now()), () => {
        this.#requests = this.#requests.filter((other) => other !== request);
        resolve('late');
      });
      const request: Request = {
        shard,
        user,
        revs,
        resolve: (outcome) => {
          cancel();
          resolve(outcome);
        },
      };
      this.#requests.push(request);
      this.enqueue(shard, user, traced);
    });
  }

  /** The same for every user of these shards who has something to flush. Resolves with how many PostgreSQL took in time. */
  async requestAll(shards: Iterable<Shard>, deadline: number): Promise<number> {
    const requests: Promise<Flushed>[] = [];
    for (const shard of shards) {
      for (const [user, { sessions }] of shard.states()) {
        if (sessions.some(({ rev, flushedRev }) => rev > flushedRev))
          requests.push(this.request(shard, user, deadline));
      }
    }
    return (await Promise.all(requests)).filter((outcome) => outcome === 'written').length;
  }

  /** Tells whoever waits for a user of this shard that it was let go (F4). */
  letGo(shard: Shard): void {
    this.#answerRequests((request) => (request.shard === shard ? 'let_go' : null));
  }

  /** Resolves when what was on its way to PostgreSQL at the time of the call has arrived, or failed. */
  async settled(): Promise<void> {
    await this.#inFlight;
  }

  async #run(): Promise<void> {
    while (this.#queue.size > 0) {
      if (this.#queue.size < this.#options.batch) await this.#pause(this.#options.gatherMs);
      const rows = this.#gather();
      const written = rows.length === 0 ? Promise.resolve(true) : this.#write(rows);
      this.#inFlight = written;
      if (!(await written)) {
        await this.#pause(this.#backoff());
      } else if (rows.length === 0 && this.#queue.size > 0) {
        await this.#pause(this.#options.gatherMs); // all of them wait for a commit
      }
      this.#answerRequests((request) => (isFlushed(request) ? 'written' : null));
    }
    this.#running = false;
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => void this.#clock.after(ms, resolve));
  }

  #backoff(): number {
    const ceiling = Math.min(this.#options.maxBackoffMs, 100 * 2 ** Math.min(this.#failures, 20));
    return ceiling * (0.5 + this.#options.random() / 2);
  }

  /** Takes users from the queue until a batch is full; those not committed yet stay for the next round (F1). */
  #gather(): (readonly [Shard, SessionRow, Waiting])[] {
    const rows: (readonly [Shard, SessionRow, Waiting])[] = [];
    for (const [user, waiting] of this.#queue) {
      if (rows.length >= this.#limit) break;
      const { shard } = waiting;
      if (!shard.closed && !shard.isCommitted(user)) continue;
      this.#queue.delete(user);
      if (shard.closed) continue; // the next owner flushes it
      for (const session of shard.sessions(user)) {
        if (session.rev > session.flushedRev) rows.push([shard, rowOf(user, session), waiting]);
      }
    }
    return rows;
  }

  async #write(rows: readonly (readonly [Shard, SessionRow, Waiting])[]): Promise<boolean> {
    const began = this.#clock.now();
    const traced = tracedFlushes(rows);
    try {
      if (traced === null) await this.#sink.flush(rows.map(([, row]) => row));
      else
        await this.#sink.flush(
          rows.map(([, row]) => row),
          tracesOf(traced),
        );
      for (const flush of traced?.values() ?? []) flush.ended();
    } catch (error) {
      for (const flush of traced?.values() ?? []) flush.ended(error);
      this.#failures += 1;
      this.#limit = Math.max(1, Math.floor(rows.length / 2));
      this.#events.flushFailed(error);
      for (const [, row, waiting] of rows) if (!this.#queue.has(row.userId)) this.#queue.set(row.userId, waiting);
      return false;
    }
    this.#failures = 0;
    this.#limit = Math.min(this.#options.batch, this.#limit * 2);
    const now = this.#clock.now();
    for (const [shard, row] of rows) shard.flushed(row.userId, row.sessionId, row.rev, now); // F2
    this.#events.flushed(rows.length, now - began);
    return true;
  }

  /** Answers the requests that have an outcome; the others stay. */
  #answerRequests(outcomeOf: (request: Request) => Flushed | null): void {
    if (this.#requests.length === 0) return;
    const open = this.#requests;
    this.#requests = open.filter((request) => {
      const outcome = outcomeOf(request);
      if (outcome !== null) request.resolve(outcome);
      return outcome === null;
    });
  }
}

/** By user; null: nobody watches any of them. */
function tracedFlushes(
  rows: readonly (readonly [Shard, SessionRow, Waiting])[],
): ReadonlyMap<UuidKey, TracedFlush> | null {
  const flushes = new Map<UuidKey, TracedFlush>();
  for (const [, { userId }, { traced }] of rows) {
    if (traced !== null && !flushes.has(userId)) flushes.set(userId, traced.flushing());
  }
  return flushes.size === 0 ? null : flushes;
}

function tracesOf(flushes: ReadonlyMap<UuidKey, TracedFlush>): ReadonlyMap<UuidKey, string> {
  return new Map(Array.from(flushes, ([user, { trace }]) => [user, trace]));
}

function isFlushed({ shard, user, revs }: Request): boolean {
  return shard.sessions(user).every((session) => session.flushedRev >= (revs.get(session.id) ?? 0));
}
