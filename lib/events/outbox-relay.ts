/**
 * Carries the outbox to the event bus: each event at least once, a user's events in order.
 *
 * Owns: the leases of this process's lanes, and one batch in flight per lane.
 *
 * Invariants
 * - O1  An event leaves the outbox only after the bus confirmed it.
 * - O2  A lane has one carrier at a time, by a lease on the database's clock; a batch is published only while the lease
 *       has not run out on this process's clock, counted from before it was asked for. A process that slept through its
 *       lease publishes nothing more from it.
 * - O3  In a lane, a batch begins after the one before it was published. A user's events are numbered in the order of
 *       their commits (`emit.ts`), so reading by number keeps it.
 * - O4  Nothing waits for events that are not committed yet: a lower number that appears late belongs to another user
 *       than any higher one that was visible before. The lane is read from its start again whenever its end is reached.
 * - O5  What is news to its user is told when it has left the outbox, by whoever took it out, and nothing waits for that.
 *       It may get lost: those who listen look into the log themselves (`lib/news/DESIGN.md`).
 *
 * While little happens, an event leaves within `quickPollMs`. From `quickEvents` a second on, lanes are looked at every
 * `pollMs` and events share batches: carried one by one they cost the database more than the changes they tell of. So the
 * quick pace never costs more batches than the slow one, of which every look may find all lanes busy.
 *
 * While the bus is away, batches are tried again with growing pauses; memory holds one batch a lane, the rest waits in
 * the database.
 */
import { outgoingEvent, topicOf, type OutboxRow } from './cloud-event.ts';
import type { Outbox } from './outbox.ts';
import { isNews } from '../news/translate.ts';
import type { Clock } from '../ports/clock.ts';
import type { EventBus } from '../ports/event-bus.ts';
import type { Sending, Sent } from '../telemetry/tracing/messages.ts';

export interface RelayOptions {
  /** Events in one call of the bus. */
  readonly batch: number;
  /** How often idle lanes are looked at, ms. */
  readonly pollMs: number;
  /** The same while fewer than `quickEvents` were carried in the last second. */
  readonly quickPollMs: number;
  readonly quickEvents: number;
  /** How long a lane stays with a process that no longer asks for it, ms. Renewed after a third. */
  readonly leaseMs: number;
  /** The longest pause between tries while the bus or the database fails, ms. */
  readonly maxPauseMs: number;
  /** 0 <= random() < 1, for jitter. */
  readonly random: () => number;
}

/** An event that left the outbox. */
export interface Carried extends OutboxRow {
  /** The number of the user's news before it, 0: none that is remembered; null: it is no news. */
  readonly before: number | null;
}

export interface RelayEvents {
  /** Must not throw, or wait. */
  carried(events: readonly Carried[]): void;
  relayed(events: number, ms: number): void;
  failed(error: unknown): void;
  /** A batch is published; absent: nobody tells of ways. */
  readonly sending?: Sending;
}

export const RELAY_DEFAULTS: Omit<RelayOptions, 'random'> = {
  batch: 500,
  pollMs: 50,
  quickPollMs: 20,
  quickEvents: 100,
  leaseMs: 15_000,
  maxPauseMs: 10_000,
};

export class OutboxRelay {
  readonly #outbox: Outbox;
  readonly #bus: Pick<EventBus, 'publish'>;
  readonly #clock: Clock;
  readonly #options: RelayOptions;
  readonly #events: RelayEvents;
  /** Lanes of this process and until when, on its own clock, each may be published from (O2). */
  readonly #leases = new Map<number, number>();
  readonly #carrying = new Map<number, Promise<void>>();
  readonly #pauses = new Set<() => void>();
  /** Events carried in this second, by this process's clock, and in the one before. */
  #flow = { second: 0, now: 0, before: 0 };
  #wanted: readonly number[] = [];
  #renewAt = 0;
  #stopped = true;
  #running: Promise<void> = Promise.resolve();

  constructor(
    outbox: Outbox,
    bus: Pick<EventBus, 'publish'>,
    clock: Clock,
    options: RelayOptions,
    events: RelayEvents,
  ) {
    this.#outbox = outbox;
    this.#bus = bus;
    this.#clock = clock;
    this.#options = options;
    this.#events = events;
  }

  /** Which lanes this process should carry. Who really carries one is decided by its lease. */
  setLanes(lanes: readonly number[]): void {
    this.#wanted = lanes;
    this.#renewAt = 0;
  }

  start(): void {
    if (!this.#stopped) return;
    this.#stopped = false;
    this.#renewAt = 0;
    this.#running = this.#run();
  }

  /** Finishes the batches under way and lets go of the lanes. */
  async stop(): Promise<void> {
    this.#stopped = true;
    for (const wake of this.#pauses) wake();
    await this.#running;
    await Promise.all(this.#carrying.values());
    this.#leases.clear();
    await this.#outbox.release([]);
  }

  async #run(): Promise<void> {
    let failures = 0;
    while (!this.#stopped) {
      try {
        await this.#look();
        failures = 0;
      } catch (error) {
        this.#events.failed(error);
        failures += 1;
      }
      await this.#pause(failures === 0 ? this.#pace() : this.#backoff(failures));
    }
  }

  async #look(): Promise<void> {
    if (this.#clock.now() >= this.#renewAt) await this.#renew();
    const idle = [...this.#leases.keys()].filter((lane) => !this.#carrying.has(lane));
    if (idle.length === 0) return;
    for (const lane of await this.#outbox.busy(idle)) {
      if (this.#stopped) return;
      const carried = this.#carry(lane).finally(() => this.#carrying.delete(lane));
      this.#carrying.set(lane, carried);
    }
  }

  async #renew(): Promise<void> {
    const { leaseMs } = this.#options;
    const asked = this.#clock.now();
    const wanted = this.#wanted;
    for (const lane of this.#leases.keys()) if (!wanted.includes(lane)) this.#leases.delete(lane);
    // A lane that somebody else should carry goes once the batch under way is through.
    const unfinished = [...this.#carrying.keys()];
    await this.#outbox.release([...wanted, ...unfinished]);
    const held = wanted.length === 0 ? [] : await this.#outbox.lease(wanted, leaseMs);
    for (const lane of wanted) {
      if (held.includes(lane)) this.#leases.set(lane, asked + leaseMs);
      else this.#leases.delete(lane);
    }
    this.#renewAt = asked + leaseMs / 3;
  }

  /**
   * Publishes what waits in the lane, unless it is no longer ours. A batch that was not full is its end (O4): what came
   * meanwhile waits for the next look, for events that are carried one by one cost the database more than the changes
   * they tell of.
   */
  async #carry(lane: number): Promise<void> {
    const { batch } = this.#options;
    let after = 0;
    let failures = 0;
    while (this.#isOurs(lane)) {
      try {
        const began = this.#clock.now();
        const rows = await this.#outbox.read(lane, after, batch);
        if (rows.length === 0 || !this.#isOurs(lane)) return;
        await this.#publish(rows);
        const numbers = rows.map(({ event_number }) => event_number);
        const before = await this.#outbox.settle(lane, numbers); // O1
        this.#events.carried(inLine(rows, before)); // O5
        this.#events.relayed(rows.length, this.#clock.now() - began);
        this.#count(rows.length);
        if (rows.length < batch) return;
        after = numbers.at(-1) ?? 0;
        failures = 0;
      } catch (error) {
        this.#events.failed(error);
        failures += 1;
        await this.#pause(this.#backoff(failures));
      }
    }
  }

  async #publish(rows: readonly OutboxRow[]): Promise<void> {
    const sent = this.#events.sending?.(rows.map(sentOf));
    try {
      await this.#bus.publish(rows.map(outgoingEvent));
      sent?.();
    } catch (error) {
      sent?.(error);
      throw error;
    }
  }

  #count(events: number): void {
    const second = Math.floor(this.#clock.now() / 1_000);
    const { second: last, now } = this.#flow;
    if (second === last) this.#flow.now += events;
    else this.#flow = { second, now: events, before: second === last + 1 ? now : 0 };
  }

  #pace(): number {
    this.#count(0);
    const { quickPollMs, quickEvents, pollMs } = this.#options;
    return Math.max(this.#flow.now, this.#flow.before) < quickEvents ? quickPollMs : pollMs;
  }

  #isOurs(lane: number): boolean {
    return !this.#stopped && this.#clock.now() < (this.#leases.get(lane) ?? 0); // O2
  }

  #backoff(failures: number): number {
    const ceiling = Math.min(this.#options.maxPauseMs, 100 * 2 ** Math.min(failures, 20));
    return ceiling * (0.5 + this.#options.random() / 2);
  }

  #pause(ms: number): Promise<void> {
    if (this.#stopped) return Promise.resolve();
    return new Promise((resolve) => {
      const wake = (): void => {
        cancel();
        this.#pauses.delete(wake);
        resolve();
      };
      const cancel = this.#clock.after(ms, wake);
      this.#pauses.add(wake);
    });
  }
}

function sentOf({ event_id, event_type, traceparent = null }: OutboxRow): Sent {
  return { id: event_id, type: event_type, topic: topicOf(event_type), traceparent };
}

/**
 * The events with what stands before them: in the log, or in the same batch. What the batch was read with counts, not
 * what this process took out: of a batch that two processes carry, each takes a part.
 */
function inLine(rows: readonly OutboxRow[], before: ReadonlyMap<number, number>): readonly Carried[] {
  const last = new Map<string, number>();
  return rows.map((row) => {
    const inLog = before.get(row.event_number);
    const inBatch = last.get(row.user_id) ?? 0;
    if (isNews(row.event_type)) last.set(row.user_id, row.event_number);
    return { ...row, before: inLog === undefined ? null : Math.max(inLog, inBatch) };
  });
}
