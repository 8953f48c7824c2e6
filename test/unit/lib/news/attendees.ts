import type { Command } from '../../../../actors/messages.ts';
import type { UuidKey } from '../../../../lib/uuid.ts';
import type { VirtualTime } from '../../../simulation/virtual-time.ts';

/** Which gateways the actors know of, as `actors/audience.ts` keeps it. */
export class Attendees {
  readonly #time: VirtualTime;
  readonly #seats = new Map<UuidKey, { shard: number; until: Map<string, number> }>();

  constructor(time: VirtualTime) {
    this.#time = time;
  }

  told(user: UuidKey, shard: number, command: Command): void {
    const seats = this.#seats.get(user) ?? { shard, until: new Map<string, number>() };
    this.#seats.set(user, seats);
    if (command.kind === 'attend') seats.until.set(command.gateway, this.#time.now + command.leaseMs);
    if (command.kind === 'leave') seats.until.delete(command.gateway);
  }

  gatewaysOf(user: UuidKey): readonly string[] {
    const until = this.#seats.get(user)?.until ?? new Map<string, number>();
    return [...until].filter(([, end]) => end > this.#time.now).map(([gateway]) => gateway);
  }

  forget(shard: number): void {
    for (const [user, seats] of this.#seats) if (seats.shard === shard) this.#seats.delete(user);
  }
}
