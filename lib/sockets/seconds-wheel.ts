/** Something that wants to be looked at in a certain second; `slot` belongs to the wheel. */
export interface Slotted {
  /** The second it waits for; 0: for none. */
  slot: number;
}

/**
 * When what is due, to the second: one for all sockets of a node, for a timer each would cost more memory than the rest
 * of an idle socket's session. An item waits for one second at a time.
 */
export class SecondsWheel<Item extends Slotted> {
  readonly #slots = new Map<number, Set<Item>>();
  #turned: number;

  /** @param now ms since the Unix epoch */
  constructor(now: number) {
    this.#turned = Math.floor(now / 1000);
  }

  /** Looks at the item in the second in which `at` (ms since the Unix epoch) is past, and not before. */
  put(item: Item, at: number): void {
    const slot = Math.max(Math.ceil(at / 1000), this.#turned + 1);
    if (item.slot === slot) return;
    this.remove(item);
    item.slot = slot;
    const waiting = this.#slots.get(slot);
    if (waiting) waiting.add(item);
    else this.#slots.set(slot, new Set([item]));
  }

  remove(item: Item): void {
    if (item.slot === 0) return;
    const waiting = this.#slots.get(item.slot);
    waiting?.delete(item);
    if (waiting?.size === 0) this.#slots.delete(item.slot);
    item.slot = 0;
  }

  /** Takes out what is due by now and hands each to `look`, which may put it in again. */
  turn(now: number, look: (item: Item) => void): void {
    const second = Math.floor(now / 1000);
    // After a long stop, fewer slots are filled than seconds have passed.
    const due = second - this.#turned > this.#slots.size ? [...this.#slots.keys()].sort((a, b) => a - b) : null;
    const first = this.#turned + 1;
    this.#turned = Math.max(this.#turned, second);
    if (due !== null) for (const slot of due) this.#empty(slot, second, look);
    else for (let slot = first; slot <= second; slot += 1) this.#empty(slot, second, look);
  }

  #empty(slot: number, second: number, look: (item: Item) => void): void {
    const waiting = slot <= second ? this.#slots.get(slot) : undefined;
    if (waiting === undefined) return;
    this.#slots.delete(slot);
    for (const item of waiting) item.slot = 0;
    for (const item of waiting) look(item);
  }
}
