/**
 * Looks on at what an engine is asked, for a while and only while somebody wants to know: an engine that nobody watches
 * pays one comparison a batch.
 */
import { build, type Histogram } from 'hdr-histogram-js';
import type { Answer, Envelope } from '../actors/envelope.ts';
import { shardOf } from '../actors/placement.ts';
import type { ShardHost } from '../actors/shard-host.ts';
import type { Clock } from '../lib/ports/clock.ts';
import { keyToUuid, type UuidKey } from '../lib/uuid.ts';

/** What an engine was asked within a while. */
export interface EngineSample {
  /** How long it was looked on at. */
  readonly ms: number;
  readonly turns: number;
  readonly heartbeats: number;
  /** From the arrival of a batch to its last answer, per command; null: there was none. */
  readonly p50Ms: number | null;
  readonly p99Ms: number | null;
  /** Answers that wait for a commit, at the end of the while. */
  readonly queue: number;
  /** The busiest, by turns, busiest first. */
  readonly shards: readonly Busy[];
  readonly users: readonly Busy[];
}

export interface Busy {
  /** A shard's number, or a user's UUID. */
  readonly id: string;
  readonly turns: number;
  readonly heartbeats: number;
}

/** How many of the busiest are told. */
export const BUSIEST = 100;
export const LONGEST_SAMPLE_MS = 10_000;
/** Users that one sample tells apart; at a node's full pace that is some seconds' worth. */
const MOST_USERS = 200_000;
const SLOWEST_MS = 60_000;

interface Count {
  turns: number;
  heartbeats: number;
}

interface Watched {
  readonly all: Count;
  readonly shards: Map<number, Count>;
  readonly users: Map<UuidKey, Count>;
  readonly waited: Histogram;
}

export class TurnSampler {
  readonly #host: Pick<ShardHost, 'shards'>;
  readonly #shards: number;
  readonly #clock: Clock;
  #watched: Watched | null = null;
  #running: Promise<EngineSample> | null = null;

  /** @param shards how many there are in all */
  constructor(host: Pick<ShardHost, 'shards'>, shards: number, clock: Clock) {
    this.#host = host;
    this.#shards = shards;
    this.#clock = clock;
  }

  /** Passes the answers on; counts what they are about while a sample is taken. */
  watched(envelopes: readonly Envelope[], answering: Promise<readonly Answer[]>): Promise<readonly Answer[]> {
    const watched = this.#watched;
    if (watched === null) return answering;
    for (const { user, command } of envelopes) this.#count(watched, user, command.kind === 'heartbeat');
    const from = this.#clock.now();
    return answering.then((answers) => {
      watched.waited.recordValueWithCount(Math.min(SLOWEST_MS, this.#clock.now() - from), envelopes.length);
      return answers;
    });
  }

  /** @param ms for how long; whoever asks while a sample is taken gets that one */
  sample(ms: number): Promise<EngineSample> {
    this.#running ??= this.#take(Math.min(LONGEST_SAMPLE_MS, Math.max(1, ms))).finally(() => {
      this.#running = null;
    });
    return this.#running;
  }

  async #take(ms: number): Promise<EngineSample> {
    const waited = build({
      lowestDiscernibleValue: 1,
      highestTrackableValue: SLOWEST_MS,
      numberOfSignificantValueDigits: 2,
    });
    const watched: Watched = { all: { turns: 0, heartbeats: 0 }, shards: new Map(), users: new Map(), waited };
    this.#watched = watched;
    const from = this.#clock.now();
    await new Promise<void>((resolve) => void this.#clock.after(ms, resolve));
    this.#watched = null;
    let queue = 0;
    for (const shard of this.#host.shards()) queue += shard.pending;
    const some = waited.totalCount > 0;
    return {
      ms: Math.max(1, this.#clock.now() - from),
      ...watched.all,
      p50Ms: some ? waited.getValueAtPercentile(50) : null,
      p99Ms: some ? waited.getValueAtPercentile(99) : null,
      queue,
      shards: busiest(watched.shards, String),
      users: busiest(watched.users, keyToUuid),
    };
  }

  #count({ all, shards, users }: Watched, user: UuidKey, isBeat: boolean): void {
    add(all, isBeat);
    add(countOf(shards, shardOf(user, this.#shards)), isBeat);
    if (users.size < MOST_USERS || users.has(user)) add(countOf(users, user), isBeat);
  }
}

function countOf<Key>(counts: Map<Key, Count>, key: Key): Count {
  let count = counts.get(key);
  if (count === undefined) counts.set(key, (count = { turns: 0, heartbeats: 0 }));
  return count;
}

function add(count: Count, isBeat: boolean): void {
  count.turns += 1;
  if (isBeat) count.heartbeats += 1;
}

function busiest<Key>(counts: ReadonlyMap<Key, Count>, name: (key: Key) => string): readonly Busy[] {
  return Array.from(counts)
    .sort(([, a], [, b]) => b.turns - a.turns)
    .slice(0, BUSIEST)
    .map(([key, count]) => ({ id: name(key), ...count }));
}
