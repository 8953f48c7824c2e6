import type { OutboxRow } from '../../../../lib/events/cloud-event.ts';
import { laneOf } from '../../../../lib/events/lane.ts';
import type { Outbox } from '../../../../lib/events/outbox.ts';
import type { OutgoingMessage } from '../../../../lib/ports/event-bus.ts';
import type { SimulatedProcess } from '../../../simulation/simulated-process.ts';
import type { UnreliableWire } from '../../../simulation/unreliable-wire.ts';
import type { VirtualTime } from '../../../simulation/virtual-time.ts';

/** The outbox tables in memory, on the database's own clock, behind a wire that can fail. */
export class SimulatedOutbox {
  readonly rows: OutboxRow[] = [];
  /** The log of news. */
  readonly moved: OutboxRow[] = [];
  /** Called when a batch was read, before its answer is on the way. */
  onRead = (): void => undefined;
  readonly #leases = new Map<number, { carrier: string; until: number }>();
  readonly #time: VirtualTime;
  readonly #wire: UnreliableWire;
  #numbers = 0;

  constructor(time: VirtualTime, wire: UnreliableWire) {
    this.#time = time;
    this.#wire = wire;
  }

  /** Draws an event's number; the row is seen when the returned function is called, like one that commits later. */
  begin(userId: string): () => void {
    this.#numbers += 1;
    const row: OutboxRow = {
      event_number: this.#numbers,
      event_id: `event ${this.#numbers}`,
      user_id: userId,
      event_type: 'library.wishlist.item.added',
      occurred_at: new Date(this.#time.now),
      data: { user_id: userId },
    };
    return () => {
      this.rows.push(row);
      this.rows.sort((a, b) => a.event_number - b.event_number);
    };
  }

  client(process: SimulatedProcess, carrier: string): Outbox {
    const call = <T>(carryOut: () => T): Promise<T> => this.#wire.call(process, carryOut);
    const inLane = (lane: number): OutboxRow[] => this.rows.filter(({ user_id }) => laneOf(user_id) === lane);
    return {
      lease: (lanes, leaseMs) =>
        call(() =>
          lanes.filter((lane) => {
            const lease = this.#leases.get(lane);
            if (lease && lease.carrier !== carrier && lease.until >= this.#time.now) return false;
            this.#leases.set(lane, { carrier, until: this.#time.now + leaseMs });
            return true;
          }),
        ),
      release: (keep) =>
        call(() => {
          for (const [lane, lease] of this.#leases) {
            if (lease.carrier === carrier && !keep.includes(lane)) this.#leases.delete(lane);
          }
        }),
      busy: (lanes) => call(() => lanes.filter((lane) => inLane(lane).length > 0)),
      read: (lane, after, limit) =>
        call(() => {
          this.onRead();
          return inLane(lane)
            .filter(({ event_number }) => event_number > after)
            .slice(0, limit);
        }),
      settle: (lane, numbers) =>
        call(() => {
          const isCarried = (row: OutboxRow): boolean =>
            laneOf(row.user_id) === lane && numbers.includes(row.event_number);
          const carried = this.rows.filter(isCarried);
          const before = carried.map(({ event_number, user_id }): [number, number] => [
            event_number,
            this.moved.findLast((row) => row.user_id === user_id)?.event_number ?? 0,
          ]);
          this.rows.splice(0, this.rows.length, ...this.rows.filter((row) => !isCarried(row)));
          this.moved.push(...carried);
          return new Map(before);
        }),
      backlog: () => call(() => ({ events: this.rows.length, lagMs: 0 })),
    };
  }
}

/** A bus that writes down what arrives, in order; batches may arrive in part. */
export class SimulatedBus {
  readonly log: OutgoingMessage[] = [];
  readonly #wire: UnreliableWire;

  constructor(wire: UnreliableWire) {
    this.#wire = wire;
  }

  client(process: SimulatedProcess) {
    return {
      publish: (messages: readonly OutgoingMessage[]): Promise<void> =>
        this.#wire.call(process, () => void this.log.push(...messages)),
    };
  }
}
