import type { Envelope } from '../actors/envelope.ts';

/** How many commands of each kind came: numbers of its own, since a heartbeat must not pay for Moleculer's counting. */
export class CommandCounts {
  readonly #counts = new Map<string, number>();
  readonly #published = new Map<string, number>();

  count(envelopes: readonly Envelope[]): void {
    for (const { command } of envelopes) this.#counts.set(command.kind, (this.#counts.get(command.kind) ?? 0) + 1);
  }

  /** How many have come so far. */
  total(kind?: string): number {
    if (kind !== undefined) return this.#counts.get(kind) ?? 0;
    let sum = 0;
    for (const count of this.#counts.values()) sum += count;
    return sum;
  }

  /** Hands over what came since the last time. */
  publish(tell: (kind: string, times: number) => void): void {
    for (const [kind, count] of this.#counts) {
      const times = count - (this.#published.get(kind) ?? 0);
      if (times === 0) continue;
      tell(kind, times);
      this.#published.set(kind, count);
    }
  }
}
