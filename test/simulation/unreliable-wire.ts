import type { SeededRandom } from './seeded-random.ts';
import type { SimulatedProcess } from './simulated-process.ts';
import type { VirtualTime } from './virtual-time.ts';

/** What can go wrong on a way to a server, as probabilities per call. */
export interface WireFaults {
  /** The request never arrives. */
  lost: number;
  /** The request is carried out, the answer is lost. */
  unanswered: number;
  /** The request is carried out long after the client gave up on it. */
  late: number;
  /** The server refuses every connection. */
  down: boolean;
}

export const HEALTHY: Readonly<WireFaults> = Object.freeze({ lost: 0, unanswered: 0, late: 0, down: false });

/** Calls from processes to one server (a store, a database) over a network that loses and delays. */
export class UnreliableWire {
  faults: WireFaults = { ...HEALTHY };
  readonly #name: string;
  readonly #time: VirtualTime;
  readonly #random: SeededRandom;
  readonly #timeoutMs: number;

  constructor(name: string, time: VirtualTime, random: SeededRandom, timeoutMs: number) {
    this.#name = name;
    this.#time = time;
    this.#random = random;
    this.#timeoutMs = timeoutMs;
  }

  /** `carryOut` runs at the server, whatever has become of the caller meanwhile. */
  call<T>(process: SimulatedProcess, carryOut: () => T): Promise<T> {
    return new Promise((resolve, reject) => {
      const giveUp = process.clock.after(this.#timeoutMs, () => reject(new Error(`${this.#name}: no answer in time`)));
      const refuse = (): void => {
        giveUp();
        process.run(() => reject(new Error(`${this.#name}: connection refused`)));
      };
      const { lost, unanswered, late, down } = this.faults;
      if (down) return void this.#time.after(this.#random.between(1, 50), refuse);
      if (this.#random.chance(lost)) return;
      const delay = this.#random.chance(late)
        ? this.#timeoutMs + this.#random.between(0, 6_000)
        : this.#random.between(0, 5);
      const answered = !this.#random.chance(unanswered);
      this.#time.after(delay, () => {
        if (this.faults.down) return;
        const result = carryOut();
        if (!answered) return;
        this.#time.after(this.#random.between(0, 5), () => {
          giveUp();
          process.run(() => resolve(result));
        });
      });
    });
  }
}
