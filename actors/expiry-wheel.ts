/**
 * A timing wheel (Varghese & Lauck, "Hashed and hierarchical timing wheels", 1987) that owns WHEN to look at an item
 * again, never WHETHER something is due: who is woken looks for itself. So a heartbeat, which moves a deadline, does
 * not touch the wheel at all; and an item whose time lies beyond the wheel's horizon is just woken early.
 */
export class ExpiryWheel<T> {
  readonly #tickMs: number;
  readonly #slots: (T[] | undefined)[];
  /** The tick up to which everything was woken. */
  #tick: number;

  /** The horizon is `tickMs * slots`. */
  constructor(tickMs: number, slots: number, now: number) {
    this.#tickMs = tickMs;
    this.#slots = new Array<T[] | undefined>(slots).fill(undefined);
    this.#tick = Math.floor(now / tickMs);
  }

  /** Wakes `item` once, at the first tick not before `at`, and not before the next one. */
  schedule(item: T, at: number): void {
    const tick = Math.min(Math.max(Math.ceil(at / this.#tickMs), this.#tick + 1), this.#tick + this.#slots.length - 1);
    const slot = tick % this.#slots.length;
    const items = this.#slots[slot];
    if (items) items.push(item);
    else this.#slots[slot] = [item];
  }

  /** Wakes everything scheduled up to `now`. `wake` may schedule again. */
  advance(now: number, wake: (item: T) => void): void {
    const until = Math.floor(now / this.#tickMs);
    // After a pause longer than the horizon one turn of the wheel meets everything.
    if (until - this.#tick > this.#slots.length) this.#tick = until - this.#slots.length;
    while (this.#tick < until) {
      this.#tick += 1;
      const slot = this.#tick % this.#slots.length;
      const items = this.#slots[slot];
      if (!items) continue;
      this.#slots[slot] = undefined;
      for (const item of items) wake(item);
    }
  }
}
