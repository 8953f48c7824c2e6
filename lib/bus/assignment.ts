import type { Clock } from '../ports/clock.ts';
import type { IncomingMessage, OutgoingMessage, Subscription } from '../ports/event-bus.ts';
import { PartitionWorker } from './partition-worker.ts';

/** A place in a partition's log: everything before `offset` is done with. */
export interface Position {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
}

export interface AssignmentLimits {
  /** A partition with fewer messages waiting than this wants more. */
  readonly lowWater: number;
  /** Commits after so many messages done … */
  readonly commitEvery: number;
  /** … or so long after the first of them, ms. */
  readonly commitAfterMs: number;
}

export const ASSIGNMENT_LIMITS: AssignmentLimits = { lowWater: 200, commitEvery: 500, commitAfterMs: 200 };
const COMMIT_AGAIN_MS = 1000;

export interface AssignmentSurroundings {
  readonly subscription: Subscription;
  readonly bury: (letter: OutgoingMessage) => Promise<void>;
  /** Stores the positions for the group. One call at a time. */
  readonly commit: (positions: readonly Position[]) => Promise<void>;
  /** Whether the partitions are ours for sure at this moment; when they may not be, suspends before it says so. */
  readonly mayBegin: () => boolean;
  /** A partition wants more messages. */
  readonly onRoom: () => void;
  readonly clock: Clock;
  readonly random: () => number;
  readonly limits: AssignmentLimits;
}

interface AssignedPartition {
  readonly topic: string;
  readonly partition: number;
  readonly worker: PartitionWorker;
  /** Where to read on. */
  next: number;
  done: number;
  committed: number;
}

/**
 * The partitions that one member of a group has, whichever bus gave them: a worker each, what they want to read, and
 * the commits behind the work (B4 of the port). Positions of partitions that were revoked are never committed.
 */
export class Assignment {
  readonly #surroundings: AssignmentSurroundings;
  readonly #partitions = new Map<string, AssignedPartition>();
  #suspended = false;
  #doneSinceCommit = 0;
  #cancelTimer: (() => void) | null = null;
  #committing: Promise<void> | null = null;

  constructor(surroundings: AssignmentSurroundings) {
    this.#surroundings = surroundings;
  }

  /** All partitions, with what is done of each. */
  partitions(): Position[] {
    return [...this.#partitions.values()].map(({ topic, partition, done }) => ({ topic, partition, offset: done }));
  }

  has(topic: string, partition: number): boolean {
    return this.#partitions.has(keyOf(topic, partition));
  }

  /** Takes a partition on, from what its group has committed. */
  assign({ topic, partition, offset }: Position): void {
    const { subscription, bury, clock, random, limits, onRoom, mayBegin } = this.#surroundings;
    this.revoke(topic, partition);
    const worker = new PartitionWorker({
      subscription,
      bury,
      clock,
      random,
      mayBegin,
      done: (message) => {
        assigned.done = message.offset + 1;
        this.#countDone();
        if (worker.backlog === limits.lowWater - 1) onRoom();
      },
    });
    const assigned: AssignedPartition = { topic, partition, worker, next: offset, done: offset, committed: offset };
    this.#partitions.set(keyOf(topic, partition), assigned);
    if (this.#suspended) void worker.suspend();
    onRoom();
  }

  /** Gives a partition up at once. */
  revoke(topic: string, partition: number): void {
    this.#partitions.get(keyOf(topic, partition))?.worker.abandon();
    this.#partitions.delete(keyOf(topic, partition));
  }

  revokeAll(): void {
    for (const { topic, partition } of this.#partitions.values()) this.revoke(topic, partition);
  }

  /** From where the partitions with room want to read on. */
  wanting(): Position[] {
    return [...this.#partitions.values()]
      .filter(({ worker }) => worker.backlog < this.#surroundings.limits.lowWater)
      .map(({ topic, partition, next }) => ({ topic, partition, offset: next }));
  }

  /**
   * Hands out what was read from `from`. What no longer fits, because the partition was revoked or set back meanwhile,
   * is dropped: it is read again.
   *
   * @param next where to read on
   */
  deliver(from: Position, messages: readonly IncomingMessage[], next: number): void {
    const assigned = this.#partitions.get(keyOf(from.topic, from.partition));
    if (assigned === undefined || assigned.next !== from.offset) return;
    assigned.next = next;
    assigned.worker.offer(messages);
  }

  /** Begins no message and, by itself, no commit from now on. Resolves when no message is under way any more. */
  async suspend(): Promise<void> {
    this.#suspended = true;
    this.#disarm();
    await Promise.all([...this.#partitions.values()].map(({ worker }) => worker.suspend()));
  }

  resume(): void {
    this.#suspended = false;
    for (const { worker } of this.#partitions.values()) worker.resume();
    if (this.#uncommitted().length > 0) this.#arm(this.#surroundings.limits.commitAfterMs);
  }

  /** Commits everything done with so far. Rejects when that failed; it stays to be committed. */
  async flush(): Promise<void> {
    while (this.#committing !== null) await this.#committing.catch(() => undefined);
    const positions = this.#uncommitted();
    if (positions.length === 0) return;
    this.#disarm();
    this.#doneSinceCommit = 0;
    // The very partitions, not their names: one may be revoked and given back while the commit is on its way.
    const snapshot = positions.map((assigned) => ({ assigned, done: assigned.done }));
    this.#committing = this.#surroundings
      .commit(snapshot.map(({ assigned: { topic, partition }, done }) => ({ topic, partition, offset: done })))
      .then(() => {
        for (const { assigned, done } of snapshot) assigned.committed = done;
      })
      .finally(() => (this.#committing = null));
    await this.#committing;
  }

  #uncommitted(): AssignedPartition[] {
    return [...this.#partitions.values()].filter(({ done, committed }) => done > committed);
  }

  #countDone(): void {
    this.#doneSinceCommit += 1;
    if (this.#suspended) return;
    if (this.#doneSinceCommit === this.#surroundings.limits.commitEvery) this.#commitSoon();
    else this.#arm(this.#surroundings.limits.commitAfterMs);
  }

  #commitSoon(): void {
    this.#disarm();
    this.flush().then(
      () => {
        if (!this.#suspended && this.#uncommitted().length > 0) this.#arm(this.#surroundings.limits.commitAfterMs);
      },
      (error: unknown) => {
        this.#surroundings.subscription.events.failed(error);
        if (!this.#suspended) this.#arm(COMMIT_AGAIN_MS);
      },
    );
  }

  #arm(ms: number): void {
    this.#cancelTimer ??= this.#surroundings.clock.after(ms, () => {
      this.#cancelTimer = null;
      this.#commitSoon();
    });
  }

  #disarm(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = null;
  }
}

function keyOf(topic: string, partition: number): string {
  return `${partition}:${topic}`;
}
