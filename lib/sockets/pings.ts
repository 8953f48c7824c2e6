const MISSED_PONGS = 2;

/** Whether the other end of a socket is still there: it is pinged, and whatever it sends is a sign of life. */
export class Pings {
  readonly #intervalMs: number;
  #at: number;
  #unanswered = 0;

  /** @param at when the first is due, ms since the Unix epoch */
  constructor(at: number, intervalMs: number) {
    this.#at = at;
    this.#intervalMs = intervalMs;
  }

  /** When the next is due. */
  get at(): number {
    return this.#at;
  }

  /** The other end has sent something. */
  heard(): void {
    this.#unanswered = 0;
  }

  /** What to do now: `silent` when the last ones were all left without a sign. */
  due(now: number): 'ping' | 'silent' | null {
    if (now < this.#at) return null;
    if (this.#unanswered >= MISSED_PONGS) return 'silent';
    this.#unanswered += 1;
    this.#at = now + this.#intervalMs;
    return 'ping';
  }
}
