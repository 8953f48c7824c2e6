import type { Service, ServiceSchema } from 'moleculer';
import { chore, type Chore } from './chore.ts';
import type { Clock } from '../lib/ports/clock.ts';

export interface Finishing {
  readonly clock: Clock;
  /** What is finished, for the log: `erasures`. */
  readonly what: string;
  /** Resolves with how many it finished. */
  readonly finish: () => Promise<number>;
  /** Time between two looks, ms. */
  readonly intervalMs: number;
}

/** The part of a service that looks again and again for what a process left unfinished when it died. */
export function finishingChore({ clock, what, finish, intervalMs }: Finishing) {
  let finishing: Chore | null = null;
  return {
    started(this: Service) {
      const { logger } = this;
      finishing = chore(
        clock,
        async () => {
          const finished = await finish();
          if (finished > 0) logger.info({ msg: `${what} finished`, finished });
          return intervalMs;
        },
        (error) => logger.warn({ msg: `${what} could not be finished`, error: String(error) }),
        intervalMs,
      );
      finishing.start();
    },
    async stopped() {
      await finishing?.stop();
    },
  } satisfies Partial<ServiceSchema>;
}
