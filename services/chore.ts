import type { Clock } from '../lib/ports/clock.ts';

/** Work that is done again and again, never twice at once. */
export interface Chore {
  /** The first run begins now. */
  start(): void;
  /** Waits for the run under way; none begins after it. */
  stop(): Promise<void>;
}

/**
 * @param run resolves with the time until the next run, ms; a rejection goes to `failed`, and the next run comes after
 *   `retryMs`
 */
export function chore(
  clock: Clock,
  run: () => Promise<number>,
  failed: (error: unknown) => void,
  retryMs: number,
): Chore {
  let cancel: (() => void) | null = null;
  let running: Promise<void> = Promise.resolve();
  let stopped = true;

  async function runAndRepeat(): Promise<void> {
    let pauseMs = retryMs;
    try {
      pauseMs = await run();
    } catch (error) {
      failed(error);
    }
    if (stopped) return;
    cancel = clock.after(pauseMs, () => {
      running = runAndRepeat();
    });
  }

  return {
    start() {
      if (!stopped) return;
      stopped = false;
      running = runAndRepeat();
    },
    async stop() {
      stopped = true;
      cancel?.();
      await running;
    },
  };
}
