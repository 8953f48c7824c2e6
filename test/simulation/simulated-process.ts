import type { Clock } from '../../lib/ports/clock.ts';
import type { VirtualTime } from './virtual-time.ts';

/**
 * One process of the cluster: everything that happens in it goes through `run`. Killed, nothing happens any more;
 * paused (SIGSTOP, a long garbage collection, a migrated machine), all of it happens at once on the way back.
 */
export class SimulatedProcess {
  readonly name: string;
  readonly clock: Clock;
  readonly #time: VirtualTime;
  #held: (() => void)[] = [];
  #state: 'running' | 'paused' | 'dead' = 'running';

  /** @param skewMs how far this machine's clock is off */
  constructor(name: string, time: VirtualTime, skewMs: number) {
    this.name = name;
    this.#time = time;
    this.clock = {
      now: () => time.now + skewMs,
      after: (ms, callback) => time.after(ms, () => this.run(callback)),
    };
  }

  get dead(): boolean {
    return this.#state === 'dead';
  }

  get running(): boolean {
    return this.#state === 'running';
  }

  run(callback: () => void): void {
    if (this.#state === 'running') callback();
    else if (this.#state === 'paused') this.#held.push(callback);
  }

  pause(): void {
    if (this.#state === 'running') this.#state = 'paused';
  }

  resume(): void {
    if (this.#state !== 'paused') return;
    this.#state = 'running';
    const held = this.#held;
    this.#held = [];
    for (const callback of held) this.#time.after(0, () => this.run(callback));
  }

  kill(): void {
    this.#state = 'dead';
    this.#held = [];
  }
}
