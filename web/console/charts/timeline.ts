/** Figures over time, aligned: one list of moments, and as many numbers of each figure. Null: nobody knew. */

export type Numbers = (number | null)[];

/** Longer ago than this one number a {@link COARSE_MS} is kept, and nothing longer than {@link KEPT_MS} ago. */
export const FINE_MS = 10 * 60_000;
export const COARSE_MS = 20_000;
export const KEPT_MS = 6 * 3_600_000;
/** No line is drawn over a silence longer than this. */
const SILENCE_MS = 30_000;
const THIN_EVERY_MS = 60_000;

/** Of several numbers that become one: what they were on average, or at worst. */
export type Joined = 'mean' | 'worst';

export class Timeline {
  #times: number[] = [];
  #columns = new Map<string, Numbers>();
  #thinnedAt = 0;
  readonly #joined: (name: string) => Joined;

  constructor(joined: (name: string) => Joined = () => 'mean') {
    this.#joined = joined;
  }

  /** Ms since the Unix epoch, rising. */
  get times(): readonly number[] {
    return this.#times;
  }

  get names(): readonly string[] {
    return [...this.#columns.keys()];
  }

  get last(): number | null {
    return this.#times.at(-1) ?? null;
  }

  /** As long as `times`. */
  column(name: string): readonly (number | null)[] {
    return this.#columnOf(name);
  }

  /** Takes a history for what was known from its beginning on. */
  replace(from: number, stepMs: number, series: Readonly<Record<string, readonly (number | null)[]>>): void {
    const kept = firstAtOrAfter(this.#times, from);
    this.#times.length = kept;
    for (const column of this.#columns.values()) column.length = kept;
    const length = Math.max(0, ...Object.values(series).map((numbers) => numbers.length));
    for (let index = 0; index < length; index += 1) this.#times.push(from + index * stepMs);
    for (const [name, numbers] of Object.entries(series)) {
      const column = this.#columnOf(name, kept);
      for (let index = 0; index < length; index += 1) column.push(numbers[index] ?? null);
    }
    this.#even();
  }

  /** Takes the latest figures; those of a moment that is known already are left out. */
  add(at: number, values: Readonly<Record<string, number | null>>): void {
    const { last } = this;
    if (last !== null && at <= last) return;
    if (last !== null && at - last > SILENCE_MS) this.#push(last + 1, {});
    this.#push(at, values);
    if (at - this.#thinnedAt >= THIN_EVERY_MS) this.#thin(at);
  }

  #push(at: number, values: Readonly<Record<string, number | null>>): void {
    for (const name of Object.keys(values)) this.#columnOf(name);
    this.#times.push(at);
    for (const [name, column] of this.#columns) column.push(values[name] ?? null);
  }

  #columnOf(name: string, length = this.#times.length): Numbers {
    let column = this.#columns.get(name);
    if (column === undefined) {
      column = new Array<number | null>(length).fill(null);
      this.#columns.set(name, column);
    }
    return column;
  }

  #even(): void {
    for (const column of this.#columns.values()) {
      while (column.length < this.#times.length) column.push(null);
    }
  }

  /** What is long ago becomes coarse, so that a page that is open for days stays small. */
  #thin(now: number): void {
    this.#thinnedAt = now;
    const begin = firstAtOrAfter(this.#times, now - KEPT_MS);
    const end = firstAtOrAfter(this.#times, now - FINE_MS);
    const groups = grouped(this.#times, begin, end);
    const rest = this.#times.slice(end);
    const columns = [...this.#columns].map(([name, numbers]): [string, Numbers] => {
      const join = this.#joined(name) === 'worst' ? worst : mean;
      return [name, [...groups.map(([from, to]) => join(numbers, from, to)), ...numbers.slice(end)]];
    });
    this.#times = [...groups.map(([from]) => this.#times[from] ?? 0), ...rest];
    // Whoever has not been heard of for as long as anything is kept is forgotten.
    this.#columns = new Map(columns.filter(([, numbers]) => numbers.some((number) => number !== null)));
  }
}

/** Neighbours within one coarse step. */
function grouped(times: readonly number[], begin: number, end: number): readonly (readonly [number, number])[] {
  const groups: (readonly [number, number])[] = [];
  let from = begin;
  for (let index = begin + 1; index <= end; index += 1) {
    const step = (at: number): number => Math.floor((times[at] ?? 0) / COARSE_MS);
    if (index < end && step(index) === step(from)) continue;
    groups.push([from, index]);
    from = index;
  }
  return begin < end ? groups : [];
}

/** The place of the first moment that is not before `at`; the length when there is none. */
export function firstAtOrAfter(times: readonly number[], at: number): number {
  let [low, high] = [0, times.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((times[middle] ?? 0) < at) low = middle + 1;
    else high = middle;
  }
  return low;
}

function known(numbers: Numbers, from: number, to: number): readonly number[] {
  return numbers.slice(from, to).filter((number) => number !== null);
}

function mean(numbers: Numbers, from: number, to: number): number | null {
  const all = known(numbers, from, to);
  return all.length === 0 ? null : all.reduce((sum, number) => sum + number, 0) / all.length;
}

function worst(numbers: Numbers, from: number, to: number): number | null {
  const all = known(numbers, from, to);
  return all.length === 0 ? null : Math.max(...all);
}
