/**
 * Visits everybody once per interval, at an even pace: a crowd that came at once is spread over its first round instead
 * of coming back at once for ever.
 */
export class Rounds<Member> {
  readonly #intervalMs: number;
  /** When each was visited last; in that order. */
  readonly #visited = new Map<Member, number>();
  #lookedAt = 0;

  constructor(intervalMs: number) {
    this.#intervalMs = intervalMs;
  }

  get size(): number {
    return this.#visited.size;
  }

  has(member: Member): boolean {
    return this.#visited.has(member);
  }

  /** Counts as visited now. */
  visit(member: Member, now: number): void {
    this.#visited.delete(member);
    this.#visited.set(member, now);
  }

  remove(member: Member): void {
    this.#visited.delete(member);
  }

  /** Those whose turn it is, who count as visited now: of many, somewhat more than their share of the interval. */
  due(now: number): readonly Member[] {
    const passed = Math.min(now - this.#lookedAt, this.#intervalMs);
    this.#lookedAt = now;
    const share = Math.ceil((this.#visited.size * passed * PACE) / this.#intervalMs);
    const due: Member[] = [];
    for (const [member, at] of this.#visited) {
      if (due.length >= share || now - at < this.#intervalMs) break;
      due.push(member);
    }
    for (const member of due) this.visit(member, now);
    return due;
  }
}

/** Above 1, so that whoever came late catches up with the round. */
const PACE = 1.5;
