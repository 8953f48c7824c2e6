import { Consumer, ListOffsetTimestamps, type GroupAssignment } from '@platformatic/kafka';
import type { Position } from '../bus/assignment.ts';
import { Signal } from '../bus/signal.ts';
import type { Clock } from '../ports/clock.ts';
import { assignPartitions } from './assign-partitions.ts';
import { groupedByTopic } from './kafka-reader.ts';
import { clientOptions, REBALANCE_TIMEOUT_MS, type KafkaSettings, type KafkaTiming } from './kafka-settings.ts';

export interface MembershipEvents {
  /** The group is about to be dealt out anew: the last moment to commit what we have. */
  leaving(): Promise<void>;
  /**
   * We are in, with these partitions.
   *
   * @param unbroken nobody else can have had those of ours that we keep
   */
  joined(partitions: readonly GroupAssignment[], unbroken: boolean): void;
  /** The coordinator has not heard of us for so long that it may have given our partitions away; and: it has again. */
  silent(): void;
  heard(): void;
  failed(error: unknown): void;
}

interface Generation {
  readonly memberId: string;
  readonly generationId: number;
}

/**
 * Membership in a Kafka consumer group (the classic protocol: every broker since 0.9 has it). Joins, answers
 * rebalances, and joins again by itself, for as long as it takes, when it was thrown out or the coordinator was away.
 */
export class GroupMember {
  readonly #consumer: Consumer;
  readonly #events: MembershipEvents;
  readonly #againMs: number;
  readonly #clock: Clock;
  readonly #left = new Signal();
  #leaving = false;
  #joining: Promise<void> | null = null;
  #generation: Generation | null = null;
  #heardAt = 0;

  constructor(
    settings: KafkaSettings,
    group: string,
    topics: readonly string[],
    timing: KafkaTiming,
    events: MembershipEvents,
    clock: Clock,
  ) {
    this.#events = events;
    this.#againMs = timing.againMs;
    this.#clock = clock;
    this.#consumer = new Consumer({
      ...clientOptions(settings),
      groupId: group,
      sessionTimeout: timing.sessionTimeoutMs,
      heartbeatInterval: timing.heartbeatMs,
      heartbeatStallTimeout: timing.sessionTimeoutMs,
      rebalanceTimeout: Math.max(REBALANCE_TIMEOUT_MS, timing.sessionTimeoutMs),
      protocols: [{ name: 'library', version: 0 }],
      partitionAssigner: assignPartitions,
      // The library asks for this before each JoinGroup, and waits: the one moment between the word that the group is
      // dealt out anew and our going along with it.
      protocolsMetadata: () => events.leaving().then(() => Buffer.alloc(0)),
    });
    this.#consumer.topics.trackAll(...topics);
    this.#consumer.on('consumer:group:join', ({ memberId, generationId = 0, assignments = [] }) => {
      this.#heardAt = clock.now();
      const before = this.#generation;
      this.#generation = { memberId, generationId };
      // A generation that we missed, or joined without hearing the outcome, may have given our partitions to others.
      const unbroken = before?.memberId === memberId && generationId <= before.generationId + 1;
      if (!this.#leaving) events.joined(assignments, unbroken);
    });
    this.#consumer.on('consumer:heartbeat:stalled', () => events.silent());
    this.#consumer.on('consumer:heartbeat:end', () => {
      this.#heardAt = clock.now();
      events.heard();
    });
    this.#consumer.on('consumer:heartbeat:error', ({ error }) => events.failed(error));
    // A rejoin that failed: the library gives up here, and says so.
    this.#consumer.on('error', (error) => {
      events.failed(error);
      void this.join();
    });
  }

  /** When the coordinator last took us for alive, ms since the Unix epoch. */
  get heardAt(): number {
    return this.#heardAt;
  }

  /** Resolves when the group has us. Called again, has the partitions dealt out anew. */
  join(): Promise<void> {
    this.#joining ??= this.#tryToJoin().finally(() => (this.#joining = null));
    return this.#joining;
  }

  /** What the group has committed of partitions; where it has nothing, their beginning. */
  async positions(partitions: readonly Position[]): Promise<Position[]> {
    if (partitions.length === 0) return [];
    const committed = await this.#consumer.listCommittedOffsets({ topics: groupedByTopic(partitions) });
    const unknown = partitions.filter(({ topic, partition }) => (committed.get(topic)?.[partition] ?? -1n) < 0n);
    const oldest =
      unknown.length === 0
        ? new Map<string, bigint[]>()
        : await this.#consumer.listOffsets({
            topics: [...new Set(unknown.map(({ topic }) => topic))],
            timestamp: ListOffsetTimestamps.EARLIEST,
          });
    return partitions.map(({ topic, partition }) => {
      const known = committed.get(topic)?.[partition] ?? -1n;
      return { topic, partition, offset: Number(known >= 0n ? known : (oldest.get(topic)?.[partition] ?? 0n)) };
    });
  }

  async commit(positions: readonly Position[]): Promise<void> {
    await this.#consumer.commit({
      offsets: positions.map(({ topic, partition, offset }) => ({
        topic,
        partition,
        offset: BigInt(offset),
        leaderEpoch: -1,
      })),
    });
  }

  /** Leaves the group at once, so that the others need not wait for our silence. */
  async leave(): Promise<void> {
    this.#leaving = true;
    this.#left.ring();
    try {
      // Before closing: a rebalance that ended while the consumer closes would leave it with a heartbeat that beats on.
      await new Promise<void>((resolve, reject) => {
        this.#consumer.leaveGroup(true, (error) => (error === null ? resolve() : reject(error)));
      });
    } catch (error) {
      this.#events.failed(error);
    }
    await this.#consumer.close(true);
  }

  async #tryToJoin(): Promise<void> {
    while (!this.#leaving) {
      try {
        await this.#consumer.joinGroup({});
        return;
      } catch (error) {
        if (this.#leaving) return;
        this.#events.failed(error);
        await this.#left.wait(this.#clock, this.#againMs);
      }
    }
  }
}
