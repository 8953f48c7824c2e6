import type { Clock } from '../ports/clock.ts';
import { COLUMNS } from './columns.ts';
import { Ring, type PackedRows } from './ring.ts';

export const PULSE_MS = 2_000;
const COARSE_MS = 20_000;
/** Ten minutes. */
const FINE_SLOTS = 300;
/** Six hours. */
const COARSE_SLOTS = 1_080;

export type Pace = 'fine' | 'coarse';

/** Rings for both paces. */
export function rings(width: number): Readonly<Record<Pace, Ring>> {
  return { fine: new Ring(PULSE_MS, FINE_SLOTS, width), coarse: new Ring(COARSE_MS, COARSE_SLOTS, width) };
}

const WIDTH = COLUMNS.length;

/**
 * A node's pulse: reads what the node counts anyway, every two seconds, whether somebody watches or not, into two rings: at
 * that pace for ten minutes, and as means of twenty seconds (of what several nodes share: the worst) for six hours.
 */
export class Pulse {
  readonly #read: (into: Float64Array) => void;
  readonly #clock: Clock;
  readonly #rings = rings(WIDTH);
  #before = new Float64Array(WIDTH).fill(NaN);
  #now = new Float64Array(WIDTH).fill(NaN);
  readonly #row = new Float64Array(WIDTH);
  /** Of the coarse slot that is under way. */
  readonly #sums = new Float64Array(WIDTH);
  readonly #counts = new Float64Array(WIDTH);
  #coarseSlot = -1;
  #readAt = NaN;
  #cancel: (() => void) | null = null;

  /** @param read writes each column's total or value; what it leaves alone is NaN */
  constructor(read: (into: Float64Array) => void, clock: Clock) {
    this.#read = read;
    this.#clock = clock;
  }

  start(): void {
    // At the beginning of each slot, so that none is left out when timers are late.
    const next = (): void => {
      this.#cancel = this.#clock.after(PULSE_MS - (this.#clock.now() % PULSE_MS), () => {
        // A timer may ring a moment before the clock has come to its time: then the slot before is still under way.
        if (this.#rings.fine.slotAt(this.#clock.now()) !== this.#rings.fine.slotAt(this.#readAt)) this.beat();
        next();
      });
    };
    if (this.#cancel !== null) return;
    this.beat();
    next();
  }

  stop(): void {
    this.#cancel?.();
    this.#cancel = null;
  }

  /** Reads now. */
  beat(): void {
    const at = this.#clock.now();
    const seconds = (at - this.#readAt) / 1_000;
    this.#readAt = at;
    [this.#before, this.#now] = [this.#now, this.#before];
    this.#now.fill(NaN);
    this.#read(this.#now);
    COLUMNS.forEach(({ kind }, column) => {
      const value = this.#now[column] ?? NaN;
      this.#row[column] =
        kind === 'gauge' ? value : seconds > 0 ? Math.max(0, value - (this.#before[column] ?? NaN)) / seconds : NaN;
    });
    const { fine, coarse } = this.#rings;
    fine.put(fine.slotAt(at), this.#row);
    this.#gather(coarse.slotAt(at));
    coarse.put(this.#coarseSlot, this.#means());
  }

  /** The last row at this pace, in the order of the columns; empty before the first. */
  latest(pace: Pace): readonly number[] {
    const ring = this.#rings[pace];
    return Array.from(ring.row(ring.slotAt(this.#readAt)) ?? []);
  }

  /** All there is at this pace. */
  history(pace: Pace): PackedRows {
    const ring = this.#rings[pace];
    return ring.pack(ring.slotAt(this.#clock.now()));
  }

  #gather(slot: number): void {
    if (slot !== this.#coarseSlot) {
      this.#coarseSlot = slot;
      this.#sums.fill(0);
      this.#counts.fill(0);
    }
    COLUMNS.forEach(({ over }, column) => {
      const value = this.#row[column] ?? NaN;
      if (Number.isNaN(value)) return;
      const sum = this.#sums[column] ?? 0;
      this.#sums[column] = over === 'sum' ? sum + value : Math.max(sum, value);
      this.#counts[column] = over === 'sum' ? (this.#counts[column] ?? 0) + 1 : 1;
    });
  }

  #means(): Float64Array {
    return this.#sums.map((sum, column) => sum / (this.#counts[column] || NaN));
  }
}
