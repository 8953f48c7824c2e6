/**
 * Time that passes only when told to: a queue of events, run one at a time in the order of their time. Between two
 * events the promises that the first one settled run; so a history is the same on every run.
 */
interface Event {
  readonly at: number;
  readonly order: number;
  /** Null once cancelled. */
  run: (() => void) | null;
}

/** Promise hops between two events. A chain that is longer goes on during the next event: slow, but possible too. */
const HOPS = 12;
const SETTLED = Promise.resolve();

function before(a: Event, b: Event): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order);
}

export class VirtualTime {
  /** A binary heap, the next event first. */
  readonly #events: Event[] = [];
  #now: number;
  #order = 0;

  constructor(now: number) {
    this.#now = now;
  }

  get now(): number {
    return this.#now;
  }

  /** How many events are still to come. */
  get waiting(): number {
    return this.#events.filter(({ run }) => run !== null).length;
  }

  /** Runs `run` once, `ms` from now, on a whole millisecond. Returns a function that cancels it. */
  after(ms: number, run: () => void): () => void {
    const event: Event = { at: Math.ceil(this.#now + Math.max(0, ms)), order: (this.#order += 1), run };
    this.#push(event);
    return () => {
      event.run = null;
    };
  }

  sleep(ms: number): Promise<void> {
    return new Promise((resolve) => void this.after(ms, resolve));
  }

  /** Lets `ms` pass. */
  async advance(ms: number): Promise<void> {
    const until = this.#now + ms;
    await this.#hop();
    for (let next = this.#events[0]; next !== undefined && next.at <= until; next = this.#events[0]) {
      this.#pop();
      if (next.run === null) continue;
      this.#now = next.at;
      next.run();
      await this.#hop();
    }
    this.#now = until;
  }

  async #hop(): Promise<void> {
    for (let hop = 0; hop < HOPS; hop += 1) await SETTLED;
  }

  #push(event: Event): void {
    const events = this.#events;
    let at = events.length;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      const above = events[parent];
      if (above === undefined || !before(event, above)) break;
      events[at] = above;
      at = parent;
    }
    events[at] = event;
  }

  #pop(): void {
    const events = this.#events;
    const last = events.pop();
    if (last === undefined || events.length === 0) return;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      const right = events[child + 1];
      const left = events[child];
      if (left === undefined) break;
      let least = left;
      if (right !== undefined && before(right, left)) {
        least = right;
        child += 1;
      }
      if (!before(least, last)) break;
      events[at] = least;
      at = child;
    }
    events[at] = last;
  }
}
