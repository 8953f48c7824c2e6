/**
 * The caller's side of the engine (Pekko calls it a shard region): finds the node that owns a user's shard, sends
 * commands there in batches, and holds them back while the shard is on the move.
 *
 * A batch leaves as soon as fewer than `window` batches to the node are under way; commands that arrive meanwhile
 * gather. So a lone command leaves at once, and under load the batches grow by themselves.
 *
 * Invariants
 * - R1  Every `ask` is settled by its deadline plus one attempt's time-out at most, whatever the nodes do.
 * - R2  A command is sent again only when it is known not to have been carried out, or when carrying it out twice is the
 *       same as once (A2). So every retry is safe.
 * - R3  What waits here is bounded, per shard while a shard loads and per node while it is slow.
 */
import { EngineUnavailable, type Engine } from './engine.ts';
import type { Answer, Envelope, Transport } from './envelope.ts';
import type { Command, Reply } from './messages.ts';
import { ownerOf, placementTable, shardOf } from './placement.ts';
import type { Clock } from '../lib/ports/clock.ts';
import type { UuidKey } from '../lib/uuid.ts';

/** All durations in milliseconds. */
export interface RegionOptions {
  readonly shards: number;
  /** Batches to one node that may be under way at once. */
  readonly window: number;
  /** Commands in one batch. */
  readonly batch: number;
  /** Commands that may wait for one node, and for one loading shard. */
  readonly queuePerNode: number;
  readonly queuePerShard: number;
  /** How long one attempt may take. */
  readonly attemptMs: number;
  /** After this many time-outs in a row a node is suspected ... */
  readonly strikes: number;
  /** ... for this long, or until it answers. */
  readonly suspectMs: number;
  /** Between two questions whether a shard is loaded. */
  readonly loadingPollMs: number;
  /** 0 <= random() < 1, for jitter. */
  readonly random: () => number;
}

interface Pending extends Envelope {
  readonly shard: number;
  readonly resolve: (reply: Reply) => void;
  readonly reject: (error: EngineUnavailable) => void;
  /** How often it was sent somewhere else. */
  moves: number;
}

/** A shard that its node is loading: one command keeps asking, the others wait for it to be answered. */
interface Loading {
  readonly scout: Pending;
  waiting: Pending[];
}

interface Lane {
  queue: Pending[];
  /** Batches, and flushes, sent and not answered. */
  underway: number;
  flushes: number;
  scheduled: boolean;
  strikes: number;
  suspectUntil: number;
}

export class ShardRegion implements Engine {
  readonly #options: RegionOptions;
  readonly #transport: Transport;
  readonly #clock: Clock;
  /** Runs a callback once everything that has already arrived was taken in. */
  readonly #defer: (callback: () => void) => void;
  readonly #lanes = new Map<string, Lane>();
  readonly #loading = new Map<number, Loading>();
  /** Owners learnt from answers, where they differ from placement. */
  readonly #hints = new Map<number, string>();
  #watching = false;
  #members: readonly string[] = [];
  #placement: readonly (string | null)[];

  constructor(options: RegionOptions, transport: Transport, clock: Clock, defer: (callback: () => void) => void) {
    this.#options = options;
    this.#transport = transport;
    this.#clock = clock;
    this.#defer = defer;
    this.#placement = new Array<null>(options.shards).fill(null);
  }

  setMembers(members: readonly string[]): void {
    this.#members = [...members];
    this.#placement = placementTable(members, this.#options.shards);
    this.#hints.clear();
    for (const [node, lane] of this.#lanes) {
      if (members.includes(node)) continue;
      this.#lanes.delete(node);
      this.#reroute(lane);
    }
  }

  ask(user: UuidKey, command: Command, deadline: number, trace?: string): Promise<Reply> {
    return new Promise((resolve, reject) => {
      const shard = shardOf(user, this.#options.shards);
      const pending: Pending = { user, command, deadline, shard, resolve, reject, moves: 0 };
      this.#route(trace === undefined ? pending : { ...pending, trace });
    });
  }

  /** The node that commands for this shard go to now. */
  ownerOf(shard: number): string | null {
    const hint = this.#hints.get(shard);
    if (hint !== undefined && !this.#isSuspect(hint)) return hint;
    const owner = this.#placement[shard] ?? null;
    if (owner === null || !this.#isSuspect(owner)) return owner;
    return (
      ownerOf(
        shard,
        this.#members.filter((node) => !this.#isSuspect(node)),
      ) ?? owner
    );
  }

  #isSuspect(node: string): boolean {
    return (this.#lanes.get(node)?.suspectUntil ?? 0) > this.#clock.now();
  }

  #fail(pending: Pending, reason: string): void {
    this.#scouted(pending);
    pending.reject(new EngineUnavailable(reason, 500 + Math.floor(this.#options.random() * 1_500)));
  }

  #route(pending: Pending): void {
    if (this.#clock.now() > pending.deadline) return this.#fail(pending, 'no answer in time'); // R1: it may wait anew here
    const loading = this.#loading.get(pending.shard);
    if (loading === undefined || loading.scout === pending) return this.#send(pending);
    if (loading.waiting.length >= this.#options.queuePerShard) {
      return this.#fail(pending, 'too many wait for this shard'); // R3
    }
    loading.waiting.push(pending);
    this.#watch();
  }

  /** What waits for a node that is gone, or does not answer, sets out anew. */
  #reroute(lane: Lane): void {
    const stranded = lane.queue;
    lane.queue = [];
    for (const pending of stranded) this.#route(pending);
  }

  /** While anything waits: looks every `attemptMs` whether its deadline has passed (R1). */
  #watch(): void {
    if (this.#watching) return;
    this.#watching = true;
    this.#clock.after(this.#options.attemptMs, () => {
      this.#watching = false;
      const now = this.#clock.now();
      const expired: Pending[] = [];
      const sift = (queue: Pending[]): Pending[] => {
        for (const pending of queue) if (now > pending.deadline) expired.push(pending);
        const left = queue.filter((pending) => now <= pending.deadline);
        if (left.length > 0) this.#watch();
        return left;
      };
      for (const lane of this.#lanes.values()) lane.queue = sift(lane.queue);
      for (const loading of this.#loading.values()) loading.waiting = sift(loading.waiting);
      for (const pending of expired) this.#fail(pending, 'no answer in time');
    });
  }

  #send(pending: Pending): void {
    const owner = this.ownerOf(pending.shard);
    if (owner === null) return this.#later(pending, 'no engine node is there');
    let lane = this.#lanes.get(owner);
    if (!lane) {
      lane = { queue: [], underway: 0, flushes: 0, scheduled: false, strikes: 0, suspectUntil: 0 };
      this.#lanes.set(owner, lane);
    }
    if (lane.queue.length + lane.flushes >= this.#options.queuePerNode)
      return this.#fail(pending, 'too many wait for this node'); // R3
    lane.queue.push(pending);
    this.#schedule(owner, lane);
  }

  #schedule(node: string, lane: Lane): void {
    if (lane.scheduled || lane.queue.length === 0) return;
    if (lane.underway >= this.#options.window) return this.#watch();
    lane.scheduled = true;
    this.#defer(() => {
      lane.scheduled = false;
      while (lane.queue.length > 0 && lane.underway < this.#options.window) this.#ship(node, lane);
      if (lane.queue.length > 0) this.#watch();
    });
  }

  #ship(node: string, lane: Lane): void {
    const now = this.#clock.now();
    const batch: Pending[] = [];
    const taken = lane.queue.splice(0, this.#options.batch);
    for (const pending of taken) {
      if (now > pending.deadline) this.#fail(pending, 'no answer in time');
      // A flush takes as long as the database does; nobody else's answer should wait for it.
      else if (pending.command.kind === 'flush') void this.#deliver(node, lane, [pending], 'flushes', pending.deadline);
      else batch.push(pending);
    }
    if (batch.length > 0) void this.#deliver(node, lane, batch, 'underway', now + this.#options.attemptMs);
  }

  async #deliver(
    node: string,
    lane: Lane,
    batch: readonly Pending[],
    kind: 'underway' | 'flushes',
    until: number,
  ): Promise<void> {
    lane[kind] += 1;
    try {
      const suspects = this.#members.filter((member) => this.#isSuspect(member));
      const envelopes = batch.map(envelopeOf);
      const answers = await this.#transport.deliver(node, envelopes, suspects, until - this.#clock.now());
      lane.strikes = 0;
      lane.suspectUntil = 0;
      batch.forEach((pending, at) => this.#settle(node, pending, answers[at]));
    } catch {
      // Nobody knows what was done. Asking again is safe (R2).
      if (kind === 'underway') this.#strike(lane);
      for (const pending of batch) {
        if (this.#hints.get(pending.shard) === node) this.#hints.delete(pending.shard);
        this.#later(pending, 'the engine node does not answer');
      }
    } finally {
      lane[kind] -= 1;
      this.#schedule(node, lane);
    }
  }

  #strike(lane: Lane): void {
    lane.strikes += 1;
    if (lane.strikes < this.#options.strikes) return;
    lane.suspectUntil = this.#clock.now() + this.#options.suspectMs;
    this.#reroute(lane);
  }

  #settle(node: string, pending: Pending, answer: Answer | undefined): void {
    if (answer?.kind !== 'loading') this.#scouted(pending);
    switch (answer?.kind) {
      case 'reply':
        return pending.resolve(answer.reply);
      case 'loading':
        return this.#await(pending);
      case 'not_owner':
        if (answer.owner !== null && answer.owner !== node && this.#members.includes(answer.owner)) {
          this.#hints.set(pending.shard, answer.owner);
        } else {
          this.#hints.delete(pending.shard);
        }
        return this.#later(pending, 'the shard is on the move');
      case 'unavailable':
        return this.#fail(pending, answer.reason);
      case 'expired':
      case undefined:
        return this.#fail(pending, 'no answer in time');
      default:
        // R1: a node of a newer release may know more answers.
        return this.#fail(pending, 'the engine node answered with something unknown');
    }
  }

  /** Tries again, the first time at once, then after growing pauses, until the deadline. */
  #later(pending: Pending, reason: string): void {
    this.#scouted(pending);
    const pause = pending.moves === 0 ? 0 : Math.min(200, 10 * 2 ** Math.min(pending.moves, 10));
    pending.moves += 1;
    if (this.#clock.now() + pause > pending.deadline) return this.#fail(pending, reason);
    if (pause === 0) this.#defer(() => this.#route(pending));
    else this.#clock.after(pause * (0.5 + this.#options.random() / 2), () => this.#route(pending));
  }

  #await(pending: Pending): void {
    const loading = this.#loading.get(pending.shard);
    if (loading && loading.scout !== pending) return this.#route(pending);
    // A flush is no scout: the others would wait for the database.
    if (!loading && pending.command.kind !== 'flush') this.#loading.set(pending.shard, { scout: pending, waiting: [] });
    this.#clock.after(this.#options.loadingPollMs, () => {
      if (this.#clock.now() <= pending.deadline) this.#send(pending);
      else this.#fail(pending, 'the shard is still loading');
    });
  }

  /** The scout of a loading shard has its answer, whatever it is: those who waited set out themselves. */
  #scouted(pending: Pending): void {
    const loading = this.#loading.get(pending.shard);
    if (loading?.scout !== pending) return;
    this.#loading.delete(pending.shard);
    for (const next of loading.waiting) this.#route(next);
  }
}

function envelopeOf({ user, command, deadline, trace }: Pending): Envelope {
  return trace === undefined ? { user, command, deadline } : { user, command, deadline, trace };
}
