/**
 * All shards of one engine node: which of them it holds, takes over and hands off; and the turns of their users.
 *
 *            acquire                    applied
 *    absent ---------> loading ------> active ------> sealed ------> absent
 *      ^                  | failed       | fenced        (handoff: settle, release, tell the successor)
 *      +------------------+--------------+
 *
 * Invariants
 * - H1  A shard is served only from memory that was loaded with the epoch it commits under. Fenced memory is dropped
 *       whole; nothing of it is merged into anything.
 * - H2  Stealing a shard is always safe, so nothing here waits for agreement: placement, suspicion and handoff only
 *       decide how soon the right node acquires.
 * - H3  A command past its deadline is dropped: a process that slept does not act on what its callers gave up on.
 * - H4  Every mailbox is bounded, per user and per shard.
 * - H5  Every shard held commits at least every VERIFY_TICKS, if only to meet the fence: an idle node would else never
 *       learn that its shard was taken and let go of again, and the sessions in it would never time out anywhere.
 */
import { Committer } from './committer.ts';
import type { Answer, Envelope } from './envelope.ts';
import { Flusher } from './flusher.ts';
import type { HostEvents, HostOptions, HostStats } from './host-options.ts';
import { ownerOf, placementTable, shardOf } from './placement.ts';
import { expire, forget, mayForget, turn } from './user-actor.ts';
import { isLive, type UserState } from './session.ts';
import { Shard } from './shard.ts';
import { decodeState } from './snapshot.ts';
import type { CheckpointStore } from '../lib/ports/checkpoint-store.ts';
import type { Clock } from '../lib/ports/clock.ts';
import type { PlaytimeSink } from '../lib/ports/playtime-sink.ts';
import type { UuidKey } from '../lib/uuid.ts';

interface Absent {
  readonly at: 'absent';
  /** Not acquired before then unless somebody asks for it. */
  readonly eagerAt: number;
  /** Not acquired at all before then: it was just fenced, or could not be loaded. */
  readonly blockedUntil: number;
  /** Who fenced us; null when that is not why it is blocked. */
  readonly fencedBy: string | null;
}

type Slot =
  | Absent
  | { readonly at: 'loading' }
  /** `guestUntil`: until when a shard stays that was taken from a suspected owner. */
  | { readonly at: 'active'; readonly shard: Shard; readonly guestUntil: number }
  | { readonly at: 'sealed'; readonly successor: string | null };

const FREE: Absent = { at: 'absent', eagerAt: 0, blockedUntil: 0, fencedBy: null };

export interface HostPorts {
  readonly store: CheckpointStore;
  readonly sink: PlaytimeSink;
  readonly clock: Clock;
  /** Tells another node that shards are free for it to acquire. Best effort: it would find out by itself. */
  readonly offer: (node: string, shards: readonly number[]) => void;
  readonly events: HostEvents;
}

const TICK_MS = 1_000;
const VERIFY_TICKS = 10;
const DRAIN_POLL_MS = 20;

export class ShardHost {
  readonly #options: HostOptions;
  readonly #ports: HostPorts;
  readonly #slots: Slot[];
  readonly #committer: Committer;
  readonly #flusher: Flusher;
  readonly #games = new Map<UuidKey, UuidKey>();
  #members: readonly string[] = [];
  #placement: readonly (string | null)[];
  /** Shards to acquire, the urgent ones (somebody waits) first. */
  readonly #urgent = new Set<number>();
  readonly #eager = new Set<number>();
  #acquiring = 0;
  #stopTick: (() => void) | null = null;
  #ticks = 0;

  constructor(options: HostOptions, ports: HostPorts) {
    this.#options = options;
    this.#ports = ports;
    this.#slots = Array.from({ length: options.shards }, () => FREE);
    this.#placement = new Array<null>(options.shards).fill(null);
    this.#committer = new Committer(
      ports.store,
      ports.clock,
      {
        fenced: (shard, owner) => this.#fenced(shard, owner),
        committed: (shards, records, ms) => ports.events.committed(shards, records, ms),
        commitFailed: (error) => ports.events.commitFailed(error),
      },
      options.commitRetryMs,
    );
    this.#flusher = new Flusher(ports.sink, ports.clock, options.flush, ports.events);
  }

  /** Starts the node's one timer. Shards are acquired once members are known. */
  start(): void {
    const tick = (): void => {
      this.#stopTick = this.#ports.clock.after(TICK_MS, tick);
      this.#wake();
      this.#reconcile();
    };
    this.#stopTick ??= this.#ports.clock.after(TICK_MS, tick);
  }

  /** Stops all timers and forgets everything, like a crash. Call `drain` before to leave in good order. */
  stop(): void {
    this.#stopTick?.();
    this.#stopTick = null;
    this.#members = [];
    this.#placement = this.#placement.map(() => null);
    this.#urgent.clear();
    this.#eager.clear();
    this.#slots.forEach((slot, id) => {
      if (slot.at === 'active') this.#close(slot.shard, { kind: 'not_owner', owner: null });
      this.#slots[id] = { ...FREE, blockedUntil: Infinity };
    });
  }

  /**
   * The engine nodes that take part in placement, as this node sees them now; `alive` are all nodes that can hand
   * shards off, those that are leaving included.
   */
  setMembers(members: readonly string[], alive: readonly string[] = members): void {
    const { node, shards, eagerDelayMs, random } = this.#options;
    this.#members = [...members];
    const before = this.#placement;
    this.#placement = placementTable(members, shards);
    const now = this.#ports.clock.now();
    this.#placement.forEach((owner, id) => {
      const slot = this.#slots[id];
      if (owner !== node || before[id] === node || slot?.at !== 'absent') return;
      // A former owner that lives hands off at once; acquiring a moment later spares both a fence.
      const former = before[id] ?? null;
      const handedOff = former !== null && alive.includes(former);
      const delay = handedOff ? eagerDelayMs * (1 + random()) : 0;
      this.#slots[id] = { ...slot, eagerAt: now + delay };
    });
    this.#reconcile();
  }

  /** Another node has released these shards for us. */
  acceptOffer(shards: readonly number[]): void {
    for (const id of shards) {
      const slot = this.#slots[id];
      if (slot?.at === 'active')
        this.#committer.request(slot.shard); // somebody else had it: H5
      else if (this.#placement[id] === this.#options.node) this.#eager.add(id);
    }
    this.#acquireNext();
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
  async drain(successors: readonly string[]): Promise<void> {
    this.#urgent.clear();
    this.#eager.clear();
    this.setMembers(successors.filter((node) => node !== this.#options.node));
    while (this.#slots.some((slot) => slot.at !== 'absent')) {
      await Promise.all(
        this.#slots.map(async (slot, id) => {
          if (slot.at === 'active') await this.#handOff(id, slot.shard, this.#placement[id] ?? null);
        }),
      );
      // What was being loaded when the drain began arrives meanwhile, and goes the same way.
      await new Promise<void>((resolve) => void this.#ports.clock.after(DRAIN_POLL_MS, resolve));
    }
  }

  /** Has everything that is not in PostgreSQL yet written now. Resolves with how many users that concerned. */
  async flushAll(deadline: number): Promise<number> {
    const requests: Promise<boolean>[] = [];
    for (const shard of this.shards()) {
      for (const [user, state] of shard.states()) {
        if (state.some((session) => session.rev > session.flushedRev)) {
          requests.push(this.#flusher.request(shard, user, deadline));
        }
      }
    }
    return (await Promise.all(requests)).filter(Boolean).length;
  }

  *shards(): Iterable<Shard> {
    for (const slot of this.#slots) if (slot.at === 'active') yield slot.shard;
  }

  /** The user's state as this node holds it, null when the user's shard is elsewhere. For operators: it is not fenced. */
  peek(user: UuidKey): UserState | null {
    const slot = this.#slots[shardOf(user, this.#options.shards)];
    return slot?.at === 'active' ? slot.shard.state(user) : null;
  }

  stats(): HostStats {
    const stats = { shards: 0, loading: 0, users: 0, liveSessions: 0 };
    for (const slot of this.#slots) {
      if (slot.at === 'loading') stats.loading += 1;
      if (slot.at !== 'active') continue;
      stats.shards += 1;
      stats.users += slot.shard.users;
      stats.liveSessions += slot.shard.liveSessions;
    }
    return { ...stats, flush: this.#flusher.backlog };
  }

  #receive(envelope: Envelope, suspects: readonly string[], settle: (answer: Answer) => void): void {
    const now = this.#ports.clock.now();
    if (now > envelope.deadline) return settle({ kind: 'expired' }); // H3
    const id = shardOf(envelope.user, this.#options.shards);
    const slot = this.#slots[id];
    if (slot?.at === 'active') return this.#turn(slot.shard, envelope, now, settle);
    if (slot?.at === 'sealed') return settle({ kind: 'not_owner', owner: slot.successor });
    if (slot?.at === 'absent') {
      const owner = this.#ownerFor(id, suspects);
      if (owner !== this.#options.node) return settle({ kind: 'not_owner', owner });
      if (now >= slot.blockedUntil) {
        this.#urgent.add(id);
        this.#acquireNext();
      } else if (slot.fencedBy !== null) {
        return settle({ kind: 'not_owner', owner: slot.fencedBy });
      }
    }
    settle({ kind: 'loading' });
  }

  #turn(shard: Shard, { user, command, deadline }: Envelope, now: number, settle: (answer: Answer) => void): void {
    const { mailboxPerUser, mailboxPerShard, rules } = this.#options;
    if (shard.pending >= mailboxPerShard || shard.pendingOf(user) >= mailboxPerUser) {
      return settle({ kind: 'unavailable', reason: 'the mailbox is full' }); // H4
    }
    const before = shard.state(user);
    const shared = command.kind === 'start' ? { ...command, gameId: this.#shareGame(command.gameId) } : command;
    const { state, reply } = turn(before, shared, now, rules);
    this.#update(shard, user, before, state, now);
    const answer: Answer = { kind: 'reply', reply };
    const done =
      command.kind !== 'flush'
        ? settle
        : (committed: Answer): void => {
            if (committed !== answer) return settle(committed);
            void this.#flusher
              .request(shard, user, deadline)
              .then((flushed) => settle(flushed ? answer : { kind: 'unavailable', reason: 'not flushed in time' }));
          };
    shard.await({ user, answer, settle: done });
    this.#committer.request(shard);
  }

  #update(shard: Shard, user: UuidKey, before: UserState, state: UserState, now: number): void {
    if (state === before) return;
    const { flushIntervalMs, random } = this.#options;
    shard.update(user, state, now + flushIntervalMs * (0.5 + random() / 2));
    const unflushedEnd = state.some((session) => !isLive(session) && session.rev > session.flushedRev);
    if (unflushedEnd) this.#flusher.enqueue(shard, user);
  }

  /** The one copy of a game's id that all its sessions share; each would else carry 32 bytes of its own. */
  readonly #shareGame = (game: UuidKey): UuidKey => {
    const known = this.#games.get(game);
    if (known !== undefined) return known;
    this.#games.set(game, game);
    return game;
  };

  /** Looks at every user whose time has come: time-outs, periodic flush, forgetting. */
  #wake(): void {
    const now = this.#ports.clock.now();
    this.#ticks += 1;
    for (const shard of this.shards()) {
      shard.wake(now, (user, state) => this.#visit(shard, user, state, now));
      const verify = (this.#ticks + shard.id) % VERIFY_TICKS === 0; // H5
      if (shard.needsCommit || verify) this.#committer.request(shard);
    }
  }

  #visit(shard: Shard, user: UuidKey, before: UserState, now: number): number | null {
    const { rules, flushIntervalMs } = this.#options;
    const remembered = forget(expire(before, now, rules), (session) => mayForget(session, now, rules));
    this.#update(shard, user, before, remembered, now);
    if (remembered.length === 0) return null;
    if (remembered.some((session) => session.rev > session.flushedRev)) this.#flusher.enqueue(shard, user);
    let next = now + flushIntervalMs;
    for (const session of remembered) {
      next = Math.min(next, isLive(session) ? session.lastBeatAt + rules.sessionTimeoutMs : now + rules.lingerMs);
    }
    return next;
  }

  #ownerFor(id: number, suspects: readonly string[]): string | null {
    const owner = this.#placement[id] ?? null;
    if (owner === null || !suspects.includes(owner)) return owner;
    const trusted = this.#members.filter((node) => !suspects.includes(node));
    return ownerOf(id, trusted);
  }

  /** Acquires what is ours and absent, hands off what is another's. */
  #reconcile(): void {
    const now = this.#ports.clock.now();
    this.#placement.forEach((owner, id) => {
      const slot = this.#slots[id];
      if (slot?.at === 'absent' && owner === this.#options.node && now >= slot.eagerAt) this.#eager.add(id);
      if (slot?.at === 'active' && owner !== null && owner !== this.#options.node && now >= slot.guestUntil) {
        void this.#handOff(id, slot.shard, owner);
      }
    });
    this.#acquireNext();
  }

  #acquireNext(): void {
    while (this.#acquiring < this.#options.parallelAcquires) {
      const [id] = this.#urgent.size > 0 ? this.#urgent : this.#eager;
      if (id === undefined) return;
      this.#urgent.delete(id);
      this.#eager.delete(id);
      const slot = this.#slots[id];
      if (slot?.at !== 'absent' || this.#ports.clock.now() < slot.blockedUntil) continue;
      this.#slots[id] = { at: 'loading' };
      this.#acquiring += 1;
      void this.#acquire(id).finally(() => {
        this.#acquiring -= 1;
        this.#acquireNext();
      });
    }
  }

  async #acquire(id: number): Promise<void> {
    const { node, flushIntervalMs, acquireRetryMs, guestMs, random } = this.#options;
    try {
      const { epoch, records } = await this.#ports.store.acquire(id, node);
      if (this.#slots[id]?.at !== 'loading') return; // stopped meanwhile; whoever acquires next fences this epoch
      const now = this.#ports.clock.now();
      const shard = new Shard(id, epoch, now, flushIntervalMs);
      for (const { user, snapshot } of records) {
        shard.load(user, decodeState(snapshot, this.#shareGame), now + flushIntervalMs * random());
      }
      const guestUntil = this.#placement[id] === node ? 0 : now + guestMs;
      this.#slots[id] = { at: 'active', shard, guestUntil };
      this.#ports.events.acquired(shard);
      this.#flushEnded(shard);
    } catch (error) {
      this.#ports.events.acquireFailed(id, error);
      if (this.#slots[id]?.at !== 'loading') return;
      this.#slots[id] = { ...FREE, blockedUntil: this.#ports.clock.now() + acquireRetryMs * (1 + random()) };
    }
  }

  /** Sessions that ended before the shard came here do not wait for the next visit to reach PostgreSQL. */
  #flushEnded(shard: Shard): void {
    for (const [user, state] of shard.states()) if (!state.every(isLive)) this.#flusher.enqueue(shard, user);
  }

  #fenced(shard: Shard, owner: string | null): void {
    this.#ports.events.fenced(shard, owner);
    const slot = this.#slots[shard.id];
    if (slot?.at === 'active' && slot.shard === shard) {
      const blockedUntil = this.#ports.clock.now() + this.#options.fenceCooldownMs * (1 + this.#options.random());
      // An acquisition of ours that we had given up on, and that the store carried out late, leaves nobody to fight with.
      const ours = owner === this.#options.node;
      this.#slots[shard.id] = ours ? FREE : { ...FREE, blockedUntil, fencedBy: owner };
    }
    this.#close(shard, { kind: 'not_owner', owner }); // H1
  }

  async #handOff(id: number, shard: Shard, successor: string | null): Promise<void> {
    const sealed: Slot = { at: 'sealed', successor };
    this.#slots[id] = sealed;
    const { clock, store, offer, events } = this.#ports;
    await Promise.race([
      this.#committer.settled(shard),
      new Promise<void>((resolve) => void clock.after(this.#options.sealMs, resolve)),
    ]);
    this.#close(shard, { kind: 'not_owner', owner: successor });
    try {
      await store.release(id, shard.epoch);
    } catch (error) {
      events.releaseFailed(id, error); // whoever acquires next does not need it
    }
    if (this.#slots[id] === sealed) this.#slots[id] = FREE;
    if (successor !== null) offer(successor, [id]);
  }

  #close(shard: Shard, answer: Answer): void {
    shard.close(answer);
    this.#committer.letGo(shard);
  }
}
