import type { GroupAssignment } from '@platformatic/kafka';
import { Assignment, type Position } from '../bus/assignment.ts';
import { Signal } from '../bus/signal.ts';
import type { Clock } from '../ports/clock.ts';
import type { OutgoingMessage, RunningSubscription, Subscription } from '../ports/event-bus.ts';
import { GroupMember } from './group-member.ts';
import type { KafkaSettings, KafkaTiming } from './kafka-settings.ts';
import { PartitionFetcher } from './partition-fetcher.ts';

/** Something may have changed that nobody told of: new partitions of a topic, a leader after none. */
const LOOK_AGAIN_MS = 5000;
const LAST_COMMIT_TRIES = 5;

/**
 * One member of a Kafka consumer group at work: what the group gives it, it reads and works off.
 *
 * A rebalance waits for the messages under way, up to a third of the session's time-out, and commits them before it
 * goes on: partitions change hands without a message being done twice, unless one takes longer than that. Partitions
 * that stay go on where they were.
 */
export class KafkaSubscription implements RunningSubscription {
  readonly #subscription: Subscription;
  readonly #timing: KafkaTiming;
  readonly #clock: Clock;
  readonly #assignment: Assignment;
  readonly #member: GroupMember;
  readonly #fetcher: PartitionFetcher;
  readonly #work = new Signal();
  readonly #fetching = new Set<number>();
  #stopping = false;
  #silent = false;
  /** Counts how often the partitions were dealt out. */
  #deal = 0;
  #loop: Promise<void> = Promise.resolve();
  #stopped: Promise<void> | null = null;

  constructor(
    settings: KafkaSettings,
    subscription: Subscription,
    bury: (letter: OutgoingMessage) => Promise<void>,
    timing: KafkaTiming,
    clock: Clock,
  ) {
    const { group, topics, events } = subscription;
    this.#subscription = subscription;
    this.#timing = timing;
    this.#clock = clock;
    this.#fetcher = new PartitionFetcher(settings, topics, timing.fetchWaitMs);
    const membership = {
      leaving: () => this.#handOver(),
      joined: (partitions: readonly GroupAssignment[], unbroken: boolean) => this.#takeOver(partitions, unbroken),
      silent: () => this.#fallSilent(),
      heard: () => this.#speakAgain(),
      failed: (error: unknown) => this.#failed(error),
    };
    this.#member = new GroupMember(settings, group, topics, timing, membership, clock);
    this.#assignment = new Assignment({
      subscription: { ...subscription, events: { ...events, failed: (error) => this.#failed(error) } },
      bury,
      commit: (positions) => this.#member.commit(positions),
      onRoom: () => this.#work.ring(),
      mayBegin: () => this.#mayBegin(),
      clock,
      random: Math.random,
      limits: timing.limits,
    });
  }

  /** Resolves when the group has this member; retried as long as Kafka is away. */
  async start(): Promise<void> {
    await this.#member.join();
    this.#loop = this.#readOn();
  }

  stop(): Promise<void> {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  async #stop(): Promise<void> {
    this.#stopping = true;
    this.#work.ring();
    await this.#assignment.suspend();
    await this.#commitLast();
    this.#assignment.revokeAll();
    for (const part of [this.#member.leave(), this.#fetcher.close()]) {
      await part.catch((error: unknown) => this.#subscription.events.failed(error));
    }
    await this.#loop;
  }

  async #commitLast(): Promise<void> {
    for (let attempt = 1; attempt <= LAST_COMMIT_TRIES; attempt += 1) {
      try {
        await this.#assignment.flush();
        return;
      } catch (error) {
        // A rebalance under way refuses commits for a moment. What stays uncommitted comes again.
        this.#subscription.events.failed(error);
        if (attempt < LAST_COMMIT_TRIES) await this.#pause(this.#timing.againMs);
      }
    }
  }

  async #handOver(): Promise<void> {
    await Promise.race([this.#assignment.suspend(), this.#pause(this.#timing.sessionTimeoutMs / 3)]);
    try {
      await this.#assignment.flush();
    } catch (error) {
      this.#failed(error);
    }
  }

  #takeOver(given: readonly GroupAssignment[], unbroken: boolean): void {
    if (this.#stopping) return;
    this.#deal += 1;
    const partitions = given.flatMap(({ topic, partitions }) =>
      partitions.map((partition) => ({ topic, partition, offset: 0 })),
    );
    if (!unbroken) this.#assignment.revokeAll();
    for (const { topic, partition } of this.#assignment.partitions()) {
      const kept = partitions.some((other) => other.topic === topic && other.partition === partition);
      if (!kept) this.#assignment.revoke(topic, partition);
    }
    this.#silent = false;
    this.#assignment.resume();
    const added = partitions.filter(({ topic, partition }) => !this.#assignment.has(topic, partition));
    void this.#begin(this.#deal, added);
  }

  /** Takes partitions on from what the group has committed, unless they are dealt out again meanwhile. */
  async #begin(deal: number, partitions: readonly Position[]): Promise<void> {
    while (!this.#stopping && deal === this.#deal) {
      try {
        const positions = await this.#member.positions(partitions);
        if (this.#stopping || deal !== this.#deal) return;
        for (const position of positions) this.#assignment.assign(position);
        return;
      } catch (error) {
        this.#failed(error);
        await this.#pause(this.#timing.againMs);
      }
    }
  }

  /** A process that was frozen wakes up in the middle of anything: the clock tells, before any event does. */
  #mayBegin(): boolean {
    if (this.#stopping || this.#clock.now() < this.#member.heardAt + this.#timing.sessionTimeoutMs) return true;
    this.#fallSilent();
    return false;
  }

  #fallSilent(): void {
    this.#silent = true;
    void this.#assignment.suspend();
  }

  #speakAgain(): void {
    if (!this.#silent || this.#stopping) return;
    this.#silent = false;
    this.#assignment.resume();
  }

  async #readOn(): Promise<void> {
    let partitions = await this.#partitionsThereAre();
    while (!this.#stopping) {
      try {
        const now = await this.#partitionsThereAre();
        if (now !== partitions && now !== null) {
          // Topics have grown. Only the group's leader knows how to deal that out, and only when it joins again.
          if (partitions !== null) await this.#member.join();
          partitions = now;
        }
        const leaders = await this.#fetcher.byLeader(this.#assignment.wanting());
        for (const [node, positions] of leaders) {
          if (!this.#fetching.has(node)) void this.#fetch(node, positions);
        }
        await this.#work.wait(this.#clock, LOOK_AGAIN_MS);
      } catch (error) {
        this.#failed(error);
        await this.#pause(this.#timing.againMs);
      }
    }
  }

  /** Null while Kafka is away. */
  async #partitionsThereAre(): Promise<string | null> {
    try {
      return JSON.stringify([...(await this.#fetcher.partitionCounts())].sort());
    } catch {
      // Whoever reads next meets the same failure, and reports it.
      return null;
    }
  }

  async #fetch(node: number, positions: readonly Position[]): Promise<void> {
    this.#fetching.add(node);
    try {
      for (const { from, messages, next } of await this.#fetcher.fetch(node, positions)) {
        this.#assignment.deliver(from, messages, next);
      }
    } catch (error) {
      this.#failed(error);
      await this.#pause(this.#timing.againMs);
    }
    this.#fetching.delete(node);
    this.#work.ring();
  }

  /** Connections that we close ourselves are no news. */
  #failed(error: unknown): void {
    if (!this.#stopping) this.#subscription.events.failed(error);
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => void this.#clock.after(ms, resolve));
  }
}
