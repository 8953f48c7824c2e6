import { randomUUID } from 'node:crypto';
import type { Clock } from '../ports/clock.ts';
import type { OutgoingMessage, RunningSubscription, Subscription } from '../ports/event-bus.ts';
import { Assignment, ASSIGNMENT_LIMITS, type AssignmentLimits, type Position } from './assignment.ts';
import type { DatabaseLog } from './database-log.ts';
import { Signal } from './signal.ts';

export interface DatabaseBusTiming {
  /** How long a member that is silent keeps its partitions, ms: after a crash, others wait for so long. */
  readonly leaseMs: number;
  /** How often to look for messages that nobody told us of, ms: another process wrote them. */
  readonly pollMs: number;
  readonly limits: AssignmentLimits;
}

export const DATABASE_BUS_TIMING: DatabaseBusTiming = { leaseMs: 10_000, pollMs: 1000, limits: ASSIGNMENT_LIMITS };
const READ_AT_MOST = 200;
const AGAIN_MS = 500;

/**
 * One member of a group on the embedded bus. It leases partitions, renews the leases well before they run out, and
 * works only while they have not. Who finds a partition free takes it: members do not share evenly, they stand in for
 * each other.
 */
export class DatabaseSubscription implements RunningSubscription {
  readonly #log: DatabaseLog;
  readonly #subscription: Subscription;
  readonly #timing: DatabaseBusTiming;
  readonly #clock: Clock;
  readonly #assignment: Assignment;
  readonly #member = randomUUID();
  readonly #written = new Signal();
  readonly #leaseDue = new Signal();
  /** Begins nothing any more. */
  #stopping = false;
  /** Has nothing under way any more. */
  #ended = false;
  #loops: Promise<unknown> = Promise.resolve();
  #lapsed = false;
  #cancelLapse: () => void = () => undefined;
  #leasedUntil = 0;

  constructor(
    log: DatabaseLog,
    subscription: Subscription,
    bury: (letter: OutgoingMessage) => Promise<void>,
    timing: DatabaseBusTiming,
    clock: Clock,
  ) {
    this.#log = log;
    this.#subscription = subscription;
    this.#timing = timing;
    this.#clock = clock;
    this.#assignment = new Assignment({
      subscription,
      bury,
      commit: (positions) => this.#commit(positions),
      onRoom: () => this.#written.ring(),
      mayBegin: () => this.#mayBegin(),
      clock,
      random: Math.random,
      limits: timing.limits,
    });
  }

  /** Resolves when the group knows this member; retried as long as the database is away. */
  async start(): Promise<void> {
    const { group, topics } = this.#subscription;
    await this.#untilDone(() => this.#log.join(group, topics));
    await this.#untilDone(() => this.#lease());
    this.#loops = Promise.all([this.#keepLeases(), this.#readOn()]);
  }

  /** There may be new messages of these topics. */
  wake(topics: ReadonlySet<string>): void {
    if (this.#subscription.topics.some((topic) => topics.has(topic))) this.#written.ring();
  }

  async stop(): Promise<void> {
    if (this.#stopping) return;
    this.#stopping = true;
    this.#written.ring();
    // Leases are renewed meanwhile: the last messages may take longer than one lasts.
    await this.#assignment.suspend();
    this.#ended = true;
    this.#leaseDue.ring();
    await this.#loops;
    this.#cancelLapse();
    try {
      await this.#assignment.flush();
      await this.#log.leave(this.#member, this.#subscription.group);
    } catch (error) {
      this.#subscription.events.failed(error);
    }
    this.#assignment.revokeAll();
  }

  async #keepLeases(): Promise<void> {
    for (;;) {
      await this.#leaseDue.wait(this.#clock, this.#timing.leaseMs / 3);
      if (this.#ended) return;
      try {
        await this.#lease();
      } catch (error) {
        this.#subscription.events.failed(error);
      }
    }
  }

  async #lease(): Promise<void> {
    const { group, topics } = this.#subscription;
    const { leaseMs } = this.#timing;
    const askedAt = this.#clock.now();
    const leases = await this.#log.lease(this.#member, group, topics, leaseMs);
    this.#cancelLapse();
    this.#leasedUntil = askedAt + leaseMs;
    this.#cancelLapse = this.#clock.after(this.#leasedUntil - this.#clock.now(), () => this.#lapse());
    const lapsed = this.#lapsed;
    this.#lapsed = false;
    for (const { topic, partition } of this.#assignment.partitions()) {
      const kept = leases.some((lease) => lease.topic === topic && lease.partition === partition);
      if (!kept) this.#assignment.revoke(topic, partition);
    }
    for (const lease of leases) {
      // One that lapsed and came back may have been another's meanwhile, who went further.
      if (!lease.renewed || !this.#assignment.has(lease.topic, lease.partition)) this.#assignment.assign(lease);
    }
    if (lapsed && !this.#stopping) this.#assignment.resume();
  }

  /** A process that was frozen wakes up in the middle of anything: the clock tells, before the timer does. */
  #mayBegin(): boolean {
    if (this.#clock.now() < this.#leasedUntil) return true;
    this.#lapse();
    return false;
  }

  /** The leases ran out unrenewed: others may be at work on our partitions. */
  #lapse(): void {
    this.#lapsed = true;
    void this.#assignment.suspend();
  }

  async #readOn(): Promise<void> {
    while (!this.#stopping) {
      const wanting = this.#assignment.wanting();
      let found = false;
      if (wanting.length > 0) {
        try {
          found = await this.#readFrom(wanting);
        } catch (error) {
          this.#subscription.events.failed(error);
        }
      }
      if (!found) await this.#written.wait(this.#clock, this.#timing.pollMs);
    }
  }

  /** Resolves with whether there was anything. */
  async #readFrom(positions: readonly Position[]): Promise<boolean> {
    const found = await this.#log.read(positions, READ_AT_MOST);
    for (const position of positions) {
      const messages = found.filter(
        ({ topic, partition }) => topic === position.topic && partition === position.partition,
      );
      const last = messages.at(-1);
      if (last !== undefined) this.#assignment.deliver(position, messages, last.offset + 1);
    }
    return found.length > 0;
  }

  async #commit(positions: readonly Position[]): Promise<void> {
    const committed = await this.#log.commit(this.#member, this.#subscription.group, positions);
    // Some are no longer ours: find out which.
    if (committed < positions.length) this.#leaseDue.ring();
  }

  async #untilDone(step: () => Promise<void>): Promise<void> {
    while (!this.#stopping) {
      try {
        await step();
        return;
      } catch (error) {
        this.#subscription.events.failed(error);
        await this.#leaseDue.wait(this.#clock, AGAIN_MS);
      }
    }
  }
}
