/** Rows of a ring as they cross nodes: numbers of 32 bits, row by row, NaN for what is missing. */
export interface PackedRows {
  /** The number of the first row's slot. */
  readonly first: number;
  readonly rows: Uint8Array;
}

/**
 * The last rows of numbers, one a slot of time, in memory that never grows. A slot's number is the time divided by the ring's
 * step, rounded down: the same on every node.
 */
export class Ring {
  readonly stepMs: number;
  readonly slots: number;
  readonly #width: number;
  readonly #rows: Float32Array;
  /** Which slot a row is of; -1: none yet. */
  readonly #slotOf: Float64Array;

  constructor(stepMs: number, slots: number, width: number) {
    this.stepMs = stepMs;
    this.slots = slots;
    this.#width = width;
    this.#rows = new Float32Array(slots * width).fill(NaN);
    this.#slotOf = new Float64Array(slots).fill(-1);
  }

  slotAt(ms: number): number {
    return Math.floor(ms / this.stepMs);
  }

  /** Replaces what the slot has; of one that has left the ring, nothing is kept. */
  put(slot: number, row: ArrayLike<number>): void {
    const at = slot % this.slots;
    if ((this.#slotOf[at] ?? -1) > slot) return;
    this.#slotOf[at] = slot;
    this.#rows.set(row, at * this.#width);
  }

  /** Null: nothing was written down then, or it is too long ago. */
  row(slot: number): Float32Array | null {
    const at = slot % this.slots;
    return this.#slotOf[at] === slot ? this.#rows.subarray(at * this.#width, (at + 1) * this.#width) : null;
  }

  /** All rows up to this slot, oldest first. */
  pack(last: number): PackedRows {
    const first = Math.max(0, last - this.slots + 1);
    const rows = new Float32Array(this.slots * this.#width).fill(NaN);
    for (let slot = first; slot <= last; slot += 1) {
      const row = this.row(slot);
      if (row !== null) rows.set(row, (slot - first) * this.#width);
    }
    return { first, rows: new Uint8Array(rows.buffer) };
  }
}

/** Reads packed rows by slot; null: there is none. */
export function unpackRows({ first, rows }: PackedRows, width: number): (slot: number) => Float32Array | null {
  // What comes off a wire may begin anywhere in memory.
  const numbers = new Float32Array(Uint8Array.from(rows).buffer);
  return (slot) => {
    const at = (slot - first) * width;
    return at < 0 || at + width > numbers.length ? null : numbers.subarray(at, at + width);
  };
}
