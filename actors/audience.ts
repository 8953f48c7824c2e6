import type { UuidKey } from '../lib/uuid.ts';

interface Seat {
  readonly gateway: string;
  until: number;
}

/**
 * Which gateway nodes hold sockets of a shard's users. Soft state: it is not checkpointed and goes with the shard, for
 * gateways say again where they are, at once when a shard changed hands and at the latest when half a lease has passed.
 */
export class Audience {
  readonly #seats = new Map<UuidKey, Seat[]>();

  get users(): number {
    return this.#seats.size;
  }

  /** @param until ms since the Unix epoch on the engine's clock */
  attend(user: UuidKey, gateway: string, until: number): void {
    const seats = this.#seats.get(user);
    const seat = seats?.find((taken) => taken.gateway === gateway);
    if (seat) seat.until = until;
    else if (seats) seats.push({ gateway, until });
    else this.#seats.set(user, [{ gateway, until }]);
  }

  leave(user: UuidKey, gateway: string): void {
    this.#keep(user, (seat) => seat.gateway !== gateway);
  }

  gatewaysOf(user: UuidKey, now: number): readonly string[] {
    const seats = this.#seats.get(user) ?? [];
    return seats.filter(({ until }) => until > now).map(({ gateway }) => gateway);
  }

  /** Forgets gateways that have not been heard of. */
  trim(now: number): void {
    for (const user of this.#seats.keys()) this.#keep(user, ({ until }) => until > now);
  }

  #keep(user: UuidKey, stays: (seat: Seat) => boolean): void {
    const seats = this.#seats.get(user);
    if (seats === undefined || seats.every(stays)) return;
    const left = seats.filter(stays);
    if (left.length === 0) this.#seats.delete(user);
    else this.#seats.set(user, left);
  }
}
