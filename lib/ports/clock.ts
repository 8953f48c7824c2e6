/** The engine's only source of time and timers. Tests and the simulation inject a virtual one. */
export interface Clock {
  /** Milliseconds since the Unix epoch; never goes back within one process. */
  now(): number;
  /** Runs `callback` once, `ms` from now. Returns a function that cancels it. */
  after(ms: number, callback: () => void): () => void;
}

/** The machine's clock, held monotonic: when the wall clock is set back, time stands still until it catches up. */
export function systemClock(): Clock {
  let last = 0;
  return {
    now() {
      const wall = Date.now();
      if (wall > last) last = wall;
      return last;
    },
    after(ms, callback) {
      const timer = setTimeout(callback, ms);
      return () => clearTimeout(timer);
    },
  };
}
