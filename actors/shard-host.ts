/**
 * An engine node: the turns of its users, in the shards that ShardOwnership holds for it.
 *
 * Invariants
 * - H1  A command past its deadline is dropped: a process that slept does not act on what its callers gave up on.
 * - H2  Every mailbox is bounded, per user and per shard.
 * - H3  Every shard held commits at least every VERIFY_TICKS, if only to meet the fence: an idle node would else never
 *       learn that its shard was taken and let go of again, and the sessions in it would never time out anywhere.
 * - V3  A shard that may hold checkpoints which an engine of the placement cannot read is written anew: before it is handed
 *       off in any case, and a few at a time before anybody asks for them.
 */
import { Committer } from './committer.ts';
import { Correspondence } from './correspondence.ts';
import type { Answer, Envelope } from './envelope.ts';
import { errandsOf, isDue, overdueRenewals } from './errands.ts';
import { Flusher } from './flusher.ts';
import { FollowUp } from './follow-up.ts';
import type { HostOptions, HostStats } from './host-options.ts';
import type { HostPorts } from './host-ports.ts';
import type { MemberReads } from './member-view.ts';
import { isKnown, type Command } from './messages.ts';
import { shardOf } from './placement.ts';
import { isEmpty, isLive, isNews, type UserState } from './session.ts';
import { ShardLoader } from './shard-loader.ts';
import { ShardOwnership } from './shard-ownership.ts';
import { Shard } from './shard.ts';
import { SnapshotFormat } from './snapshot-format.ts';
import { snapshotCodec } from './snapshot.ts';
import type { TracedTurn } from './turn-tracing.ts';
import { dueAt, expire, forget, mayForget, turn } from './user-actor.ts';
import type { UuidKey } from '../lib/uuid.ts';

const TICK_MS = 1_000;
const VERIFY_TICKS = 10;
/** How often users who lend or borrow are looked at: well below the shortest promise. */
const SHARING_TICKS = 3;
/** Shards written anew in one tick. */
const REWRITES = 16;

/** Every member reads what this node reads. */
const SAME: MemberReads = () => null;

export class ShardHost {
  readonly #options: HostOptions;
  readonly #ports: HostPorts;
  readonly #ownership: ShardOwnership;
  readonly #committer: Committer;
  readonly #flusher: Flusher;
  readonly #correspondence: Correspondence;
  readonly #followUp: FollowUp;
  readonly #loader: ShardLoader;
  readonly #format: SnapshotFormat;
  #stopTick: (() => void) | null = null;
  #ticks = 0;

  constructor(options: HostOptions, ports: HostPorts, codec = snapshotCodec) {
    this.#options = options;
    this.#ports = ports;
    const { store, clock, sink, events } = ports;
    this.#format = new SnapshotFormat(codec, clock, options.snapshotHoldMs);
    this.#loader = new ShardLoader(options, this.#format);
    this.#correspondence = new Correspondence(ports);
    this.#ownership = new ShardOwnership(options, ports, {
      load: (id, acquired) => this.#loader.load(id, acquired, clock.now()),
      loaded: (shard) => this.#flushEnded(shard),
      verify: (shard) => this.#committer.request(shard),
      settled: (shard) => {
        if (shard.isTooNew) shard.rewrite(); // V3
        return this.#committer.settled(shard);
      },
      close: (shard, answer) => {
        shard.close(answer);
        this.#committer.letGo(shard);
        this.#flusher.letGo(shard);
      },
    });
    const committerEvents = {
      fenced: (shard: Shard, owner: string | null): void => {
        events.fenced(shard, owner);
        this.#ownership.fenced(shard, owner);
      },
      committed: (shards: number, records: number, ms: number): void => events.committed(shards, records, ms),
      commitFailed: (error: unknown): void => events.commitFailed(error),
    };
    this.#committer = new Committer(store, clock, committerEvents, options.commitRetryMs);
    this.#flusher = new Flusher(sink, clock, options.flush, events);
    this.#followUp = new FollowUp(this.#flusher, this.#correspondence);
  }

  /** Starts the node's one timer. Shards are acquired once members are known. */
  start(): void {
    const tick = (): void => {
      this.#stopTick = this.#ports.clock.after(TICK_MS, tick);
      this.#wake();
      this.#ownership.reconcile();
    };
    this.#stopTick ??= this.#ports.clock.after(TICK_MS, tick);
  }

  /** Stops all timers and forgets everything, like a crash. Call `drain` before to leave in good order. */
  stop(): void {
    this.#stopTick?.();
    this.#stopTick = null;
    this.#ownership.stop();
  }

  /** See {@link ShardOwnership.handOver}. */
  handOver(shards: readonly number[]): Promise<number> {
    return this.#ownership.handOver(shards);
  }

  /** See {@link ShardOwnership.setMembers}. */
  setMembers(members: readonly string[], alive: readonly string[] = members, reads: MemberReads = SAME): void {
    this.#heed(members, reads);
    this.#ownership.setMembers(members, alive, reads);
  }

  #heed(members: readonly string[], reads: MemberReads): void {
    this.#format.setMembers(members.map(reads));
  }

  /** Another node has released these shards for us. */
  acceptOffer(shards: readonly number[]): void {
    this.#ownership.acceptOffer(shards);
  }

  /** See {@link ShardOwnership.standIn}. */
  standIn(shards: readonly number[]): void {
    this.#ownership.standIn(shards);
  }

  /**
   * Carries the commands out and resolves with their answers, in order, when the last one may leave.
   * Turns happen at once and in order; what takes time is the commit.
   */
  deliver(envelopes: readonly Envelope[], suspects: readonly string[] = []): Promise<readonly Answer[]> {
    return new Promise((resolve) => {
      const answers = new Array<Answer>(envelopes.length);
      let left = envelopes.length;
      if (left === 0) resolve(answers);
      envelopes.forEach((envelope, at) => {
        this.#receive(envelope, suspects, (answer) => {
          answers[at] = answer;
          left -= 1;
          if (left === 0) resolve(answers);
        });
      });
    });
  }

  /** Leaves in good order: every shard is settled, released and offered to its successor among `successors`. */
  drain(successors: readonly string[], reads: MemberReads = SAME): Promise<void> {
    this.#heed(successors, reads);
    return this.#ownership.drain(successors);
  }

  /** Has everything that is not in PostgreSQL yet written now. Resolves with how many users that concerned. */
  flushAll(deadline: number): Promise<number> {
    return this.#flusher.requestAll(this.shards(), deadline);
  }

  shards(): Iterable<Shard> {
    return this.#ownership.shards();
  }

  /** The user's state as this node holds it, null when the user's shard is elsewhere. For operators: it is not fenced. */
  peek(user: UuidKey): UserState | null {
    return this.#ownership.peek(shardOf(user, this.#options.shards))?.state(user) ?? null;
  }

  stats(): HostStats {
    const stats = { shards: 0, users: 0, liveSessions: 0 };
    for (const shard of this.shards()) {
      stats.shards += 1;
      stats.users += shard.users;
      stats.liveSessions += shard.liveSessions;
    }
    const { loading, unreadable } = this.#ownership;
    return { ...stats, loading, unreadable, snapshotVersion: this.#format.version, flush: this.#flusher.backlog };
  }

  #receive(envelope: Envelope, suspects: readonly string[], settle: (answer: Answer) => void): void {
    const now = this.#ports.clock.now();
    if (now > envelope.deadline) return settle({ kind: 'expired' }); // H1
    const { kind } = envelope.command;
    if (!isKnown(kind))
      return settle({ kind: 'unavailable', reason: `this engine does not know the command ${String(kind)}` });
    const shard = this.#ownership.route(shardOf(envelope.user, this.#options.shards), suspects);
    if (!(shard instanceof Shard)) return settle(shard);
    const traced = envelope.trace === undefined ? null : this.#watch(envelope.trace, kind, shard);
    if (traced === null) return this.#turn(shard, envelope, now, settle, null);
    const told = (answer: Answer): void => {
      traced.answered(answer.kind);
      settle(answer);
    };
    this.#turn(shard, envelope, now, told, traced);
  }

  #watch(trace: string, kind: Command['kind'], shard: Shard): TracedTurn | null {
    return this.#ports.tracing?.turn(trace, kind, shard.id) ?? null;
  }

  #turn(
    shard: Shard,
    envelope: Envelope,
    now: number,
    settle: (answer: Answer) => void,
    traced: TracedTurn | null,
  ): void {
    const { user, command } = envelope;
    const { mailboxPerUser, mailboxPerShard, rules } = this.#options;
    if (shard.pending >= mailboxPerShard || shard.pendingOf(user) >= mailboxPerUser) {
      return settle({ kind: 'unavailable', reason: 'the mailbox is full' }); // H2
    }
    const before = shard.state(user);
    const keepsGame = command.kind === 'start' || command.kind === 'lend';
    const shared = keepsGame ? { ...command, gameId: this.#loader.shareGame(command.gameId) } : command;
    const { state, reply } = turn(before, shared, now, rules);
    this.#update(shard, user, before, state, now, traced);
    const answer: Answer = { kind: 'reply', reply };
    shard.await({ user, answer, settle: this.#followUp.after(shard, envelope, answer, settle, traced), traced });
    this.#committer.request(shard);
  }

  #update(
    shard: Shard,
    user: UuidKey,
    before: UserState,
    state: UserState,
    now: number,
    traced: TracedTurn | null = null,
  ): void {
    if (state === before) return;
    const { flushIntervalMs, random, rules } = this.#options;
    this.#correspondence.oblige(shard, user, errandsOf(user, before, state, now, rules));
    shard.update(user, state, now + flushIntervalMs * (0.5 + random() / 2));
    if (state.sessions.some(isNews)) this.#flusher.enqueue(shard, user, traced);
  }

  /** Sessions that ended before the shard came here do not wait for the next visit to reach PostgreSQL. */
  #flushEnded(shard: Shard): void {
    for (const [user, state] of shard.states()) if (!state.sessions.every(isLive)) this.#flusher.enqueue(shard, user);
  }

  /** Looks at every user whose time has come: time-outs, periodic flush, forgetting. */
  #wake(): void {
    const now = this.#ports.clock.now();
    this.#ticks += 1;
    let rewrites = REWRITES;
    for (const shard of this.shards()) {
      if (shard.isTooNew && (rewrites -= 1) >= 0) shard.rewrite(); // V3
      shard.wake(now, (user, state) => this.#visit(shard, user, state, now));
      if ((this.#ticks + shard.id) % SHARING_TICKS === 0) this.#visitSharing(shard, now);
      const verify = (this.#ticks + shard.id) % VERIFY_TICKS === 0; // H3
      if (verify) shard.audience.trim(now);
      if (shard.needsCommit || verify) this.#committer.request(shard);
    }
  }

  #visitSharing(shard: Shard, now: number): void {
    for (const [user, state] of shard.sharing()) {
      if (isDue(state, now, this.#options.rules)) this.#visit(shard, user, state, now);
    }
  }

  #visit(shard: Shard, user: UuidKey, before: UserState, now: number): number | null {
    const { rules, flushIntervalMs } = this.#options;
    const settled = expire(before, now, rules);
    const flushedAt = shard.endFlushedAt(user);
    const sessions = forget(settled.sessions, (session) => mayForget(session, flushedAt, now, rules));
    const state = sessions === settled.sessions ? settled : { sessions, copies: settled.copies };
    this.#update(shard, user, before, state, now);
    this.#correspondence.oblige(shard, user, overdueRenewals(user, state, now, rules));
    if (isEmpty(state)) return null;
    if (sessions.some((session) => session.rev > session.flushedRev)) this.#flusher.enqueue(shard, user);
    return Math.min(now + flushIntervalMs, ...sessions.map((session) => dueAt(session, now, rules)));
  }
}
