import { LRUCache } from 'lru-cache';

export interface BucketRules {
  /** What runs out of a bucket, and so may be taken in the long run. Above 0. */
  readonly perSecond: number;
  /** What a bucket holds, and so may be taken at once. */
  readonly burst: number;
  /** Buckets that are remembered; one that is forgotten is an empty one. */
  readonly keys: number;
}

/**
 * Leaky buckets by key, as the generic cell rate algorithm has them (ITU-T I.371, annex A): all there is to know of a
 * bucket is when it will have run empty. A number a key and no timer, for this stands before every request; the limiter
 * in memory of `rate-limiter-flexible` has a timer, an object and a promise for each, and no bound on its keys.
 */
export class Buckets {
  readonly rules: BucketRules;
  readonly #emptyAt: LRUCache<string, number>;
  readonly #msEach: number;
  readonly #holdsMs: number;

  constructor(rules: BucketRules) {
    this.rules = rules;
    this.#emptyAt = new LRUCache({ max: rules.keys });
    this.#msEach = 1000 / rules.perSecond;
    this.#holdsMs = rules.burst * this.#msEach;
  }

  /**
   * Puts `amount` in when there is room. What is refused takes no room: who asks too often does not wait longer for it.
   *
   * @param now ms since the Unix epoch
   * @returns 0, or how long until there is room, ms
   */
  take(key: string, now: number, amount = 1): number {
    const fuller = Math.max(this.#emptyAt.get(key) ?? 0, now) + amount * this.#msEach;
    const wait = fuller - this.#holdsMs - now;
    if (wait > 0) return wait;
    this.#emptyAt.set(key, fuller);
    return 0;
  }

  /** As {@link take} would answer, without taking. */
  look(key: string, now: number, amount = 1): number {
    const emptyAt = this.#emptyAt.get(key) ?? 0;
    return Math.max(0, Math.max(emptyAt, now) + amount * this.#msEach - this.#holdsMs - now);
  }
}
