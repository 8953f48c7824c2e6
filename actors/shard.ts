/**
 * One shard in the memory of the node that owns it.
 *
 * The shard owns its users' states, which of them changed since the last commit was cut, and the replies that wait
 * for a commit. It does not own the decision to acquire or let go (ShardHost), nor when to commit (Committer).
 *
 * Invariants
 * - S1  A reply leaves only after a commit that was cut after its turn has been applied: also the reply of a read, since
 *       only the fence tells whether this memory is still the truth.
 * - S2  A user is in the wheel exactly once from activation to passivation; passivation happens only when woken.
 * - S3  What a commit could not prove applied stays dirty, and goes with the next one.
 * - S4  What others are to hear of a change leaves only after a commit that was cut after it has been applied. After an
 *       unknown outcome nobody hears of it.
 */
import { Audience } from './audience.ts';
import type { Answer } from './envelope.ts';
import { ExpiryWheel } from './expiry-wheel.ts';
import { NO_COPIES, type Copies } from './loan.ts';
import { countLive, isEmpty, isLive, NO_SESSIONS, type Session, type Sessions, type UserState } from './session.ts';
import type { SnapshotFormat } from './snapshot-format.ts';
import type { TracedTurn } from './turn-tracing.ts';
import type { CheckpointRecord, ShardCommit } from '../lib/ports/checkpoint-store.ts';
import type { UuidKey } from '../lib/uuid.ts';

/** A reply on its way out. */
export interface Waiter {
  readonly user: UuidKey;
  readonly answer: Answer;
  readonly settle: (answer: Answer) => void;
  /** Null for nearly all. */
  readonly traced?: TracedTurn | null;
}

/** What one commit of this shard carried, kept until its outcome is known. */
export interface Cut {
  readonly shard: Shard;
  readonly commit: ShardCommit;
  readonly waiters: readonly Waiter[];
  readonly errands: readonly (() => void)[];
  /** Those of the waiters that somebody watches. */
  readonly traced: readonly TracedTurn[];
}

/** Slots of the wheel per horizon: few, for an array that holds few users costs more than they do. */
const SLOTS = 24;
const SHORTEST_TICK_MS = 1_000;
const NOBODY: ReadonlySet<UuidKey> = new Set();
const NO_ERRANDS: readonly (() => void)[] = [];
const NOT_TRACED: readonly TracedTurn[] = [];

export class Shard {
  readonly id: number;
  readonly epoch: number;
  readonly audience = new Audience();
  readonly #users = new Map<UuidKey, Sessions>();
  /** Of the few users who lend or borrow; null while there are none: most shards never have any. */
  #copies: Map<UuidKey, Copies> | null = null;
  /** Of the users who hold a session that has ended: see `endFlushedAt`. */
  #endsFlushed: Map<UuidKey, number> | null = null;
  readonly #wheel: ExpiryWheel<UuidKey>;
  /** By how much this shard's ticks are ahead of other shards': not all of them should wake their users at once. */
  readonly #phaseMs: number;
  readonly #format: SnapshotFormat;
  /** The newest version that a checkpoint of this shard may have. */
  #written = 0;
  #dirty = new Set<UuidKey>();
  #inFlight: ReadonlySet<UuidKey> = NOBODY;
  #waiters: Waiter[] = [];
  #errands = NO_ERRANDS;
  #traced = NOT_TRACED;
  readonly #pending = new Map<UuidKey, number>();
  #pendingTotal = 0;
  #commits = 0;
  #live = 0;
  #closed = false;

  constructor(id: number, epoch: number, now: number, horizonMs: number, format: SnapshotFormat) {
    this.id = id;
    this.epoch = epoch;
    this.#format = format;
    const tickMs = Math.max(SHORTEST_TICK_MS, Math.ceil(horizonMs / SLOTS));
    this.#phaseMs = (id * SHORTEST_TICK_MS) % tickMs;
    this.#wheel = new ExpiryWheel(tickMs, Math.ceil(horizonMs / tickMs) + 2, now + this.#phaseMs);
  }

  /** Whether this memory was let go of; nothing may be told from it any more. */
  get closed(): boolean {
    return this.#closed;
  }

  get users(): number {
    return this.#users.size;
  }

  get liveSessions(): number {
    return this.#live;
  }

  /** Replies waiting for a commit, cut or not. */
  get pending(): number {
    return this.#pendingTotal;
  }

  pendingOf(user: UuidKey): number {
    return this.#pending.get(user) ?? 0;
  }

  /** Whether a commit would have anything to do. */
  get needsCommit(): boolean {
    return this.#waiters.length > 0 || this.#dirty.size > 0 || this.#errands.length > 0;
  }

  state(user: UuidKey): UserState {
    return { sessions: this.sessions(user), copies: this.#copiesOf(user) };
  }

  sessions(user: UuidKey): Sessions {
    return this.#users.get(user) ?? NO_SESSIONS;
  }

  #copiesOf(user: UuidKey): Copies {
    return this.#copies?.get(user) ?? NO_COPIES;
  }

  #keepCopies(user: UuidKey, copies: Copies): void {
    if (copies !== NO_COPIES) (this.#copies ??= new Map<UuidKey, Copies>()).set(user, copies);
    else if (this.#copies?.delete(user) && this.#copies.size === 0) this.#copies = null;
  }

  /** Whether memory and checkpoint are known to agree on the user: only then may PostgreSQL hear of it (F1). */
  isCommitted(user: UuidKey): boolean {
    return !this.#dirty.has(user) && !this.#inFlight.has(user);
  }

  /**
   * Puts a state in place that came from the store.
   *
   * @param version that it was written in
   * @param wakeAt when the user is first looked at
   */
  load(user: UuidKey, state: UserState, version: number, wakeAt: number): void {
    this.#written = Math.max(this.#written, version);
    this.#users.set(user, state.sessions);
    this.#keepCopies(user, state.copies);
    this.#live += countLive(state.sessions);
    this.#schedule(user, wakeAt);
  }

  /** Takes a turn's result over. A user seen for the first time is activated: woken at `wakeAt`. */
  update(user: UuidKey, next: UserState, wakeAt: number): void {
    const before = this.#users.get(user);
    if (before === undefined && isEmpty(next)) return;
    if (before === next.sessions && this.#copiesOf(user) === next.copies) return;
    this.#users.set(user, next.sessions);
    this.#keepCopies(user, next.copies);
    this.#live += countLive(next.sessions) - (before ? countLive(before) : 0);
    if (this.#endsFlushed && next.sessions.every(isLive)) this.#endsFlushed.delete(user);
    this.#dirty.add(user);
    if (before === undefined) this.#schedule(user, wakeAt); // S2
  }

  /** Queues a reply for the next commit. */
  await(waiter: Waiter): void {
    this.#waiters.push(waiter);
    if (waiter.traced) this.#traced = [...this.#traced, waiter.traced];
    this.#pendingTotal += 1;
    this.#pending.set(waiter.user, this.pendingOf(waiter.user) + 1);
  }

  /** Has `send` run once the next commit is applied, if it is: S4. */
  afterCommit(send: () => void): void {
    this.#errands = [...this.#errands, send];
  }

  /** The users who lend or borrow. */
  *sharing(): Iterable<readonly [UuidKey, UserState]> {
    for (const user of this.#copies?.keys() ?? []) yield [user, this.state(user)];
  }

  /** Wakes the users whose time has come; `visit` answers when to look again, or null to passivate the user. */
  wake(now: number, visit: (user: UuidKey, state: UserState) => number | null): void {
    this.#wheel.advance(now + this.#phaseMs, (user) => {
      const next = visit(user, this.state(user));
      if (next !== null) return this.#schedule(user, next);
      this.#users.delete(user); // S2
    });
  }

  #schedule(user: UuidKey, at: number): void {
    this.#wheel.schedule(user, at + this.#phaseMs);
  }

  /** Whether the store may hold checkpoints of this shard that an engine of the placement cannot read. */
  get isTooNew(): boolean {
    return this.#written > this.#format.version;
  }

  /** Has the next commit write every user, in the version in use: V3. */
  rewrite(): void {
    this.#written = this.#format.version;
    for (const user of this.#users.keys()) this.#dirty.add(user);
  }

  /** Cuts everything that waits into one commit. */
  cut(): Cut {
    if (this.#dirty.size > 0) this.#written = Math.max(this.#written, this.#format.version);
    const puts: CheckpointRecord[] = [];
    const removes: UuidKey[] = [];
    for (const user of this.#dirty) {
      const state = this.state(user);
      if (isEmpty(state)) removes.push(user);
      else puts.push({ user, snapshot: this.#format.encode(state) });
    }
    this.#commits += 1;
    const commit = { shard: this.id, epoch: this.epoch, number: this.#commits, puts, removes };
    const cut = { shard: this, commit, waiters: this.#waiters, errands: this.#errands, traced: this.#traced };
    this.#inFlight = this.#dirty;
    if (this.#dirty.size > 0) this.#dirty = new Set();
    this.#waiters = [];
    this.#errands = NO_ERRANDS;
    this.#traced = NOT_TRACED;
    return cut;
  }

  /** The commit was applied: its replies leave. */
  applied(cut: Cut): void {
    this.#inFlight = NOBODY;
    for (const waiter of cut.waiters) this.#settle(waiter, waiter.answer);
    for (const send of cut.errands) send();
  }

  /** Nobody knows whether the commit was applied: nothing is acknowledged, and the changes go with the next one (S3). */
  unknown(cut: Cut, answer: Answer): void {
    for (const user of this.#inFlight) this.#dirty.add(user);
    this.#inFlight = NOBODY;
    for (const waiter of cut.waiters) this.#settle(waiter, answer);
  }

  /** This memory is let go of: whoever still waits for a commit hears `answer`. */
  close(answer: Answer): void {
    this.#closed = true;
    const waiters = this.#waiters;
    this.#waiters = [];
    this.#errands = NO_ERRANDS;
    this.#dirty = new Set();
    for (const waiter of waiters) this.#settle(waiter, answer);
  }

  #settle(waiter: Waiter, answer: Answer): void {
    this.#pendingTotal -= 1;
    const left = this.pendingOf(waiter.user) - 1;
    if (left > 0) this.#pending.set(waiter.user, left);
    else this.#pending.delete(waiter.user);
    waiter.settle(answer);
  }

  /** Every state, for operators and for a final look. */
  *states(): Iterable<readonly [UuidKey, UserState]> {
    for (const user of this.#users.keys()) yield [user, this.state(user)];
  }

  /** Remembers that PostgreSQL holds the session at `rev`, since `now`. */
  flushed(user: UuidKey, sessionId: UuidKey, rev: number, now: number): void {
    const session = this.sessions(user).find((held: Session) => held.id === sessionId);
    if (!session || session.flushedRev >= rev) return;
    session.flushedRev = rev;
    if (!isLive(session)) (this.#endsFlushed ??= new Map<UuidKey, number>()).set(user, now);
  }

  /** When PostgreSQL last confirmed the end of a session that the user still holds; 0 when it has not. */
  endFlushedAt(user: UuidKey): number {
    return this.#endsFlushed?.get(user) ?? 0;
  }
}
