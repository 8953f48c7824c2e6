import type { Envelope } from '../actors/envelope.ts';

/** How many commands of each kind came: numbers of its own, since a heartbeat must not pay for Moleculer's counting. */
export class CommandCounts {
  readonly #counts = new Map<string, number>();

  count(envelopes: readonly Envelope[]): void {
    for (const { command } of envelopes) this.#counts.set(command.kind, (this.#counts.get(command.kind) ?? 0) + 1);
  }

  /** Hands over what came since the last time. */
  publish(tell: (kind: string, times: number) => void): void {
    for (const [kind, times] of this.#counts) {
      if (times === 0) continue;
      tell(kind, times);
      this.#counts.set(kind, 0);
    }
  }
}
