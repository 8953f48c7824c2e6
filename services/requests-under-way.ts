/**
 * What keeps a node from leaving while others wait for its answers. Moleculer first tells the others that nothing runs here
 * any more, then waits a tenth of a second, then ends the connection: an answer that takes longer would be lost with it.
 */
import { Readable } from 'node:stream';
import { finished } from 'node:stream/promises';
import type { Context, Middleware } from 'moleculer';

/** Nobody waits longer: callers have given up, with their deadlines, or the time-outs of their calls. */
export const PATIENCE_MS = 5_000;

type Handler = (ctx: Context) => Promise<unknown>;

/** Holds a broker's stop back until every action that runs has answered, streams to their ends, or it took too long. */
export function requestsUnderWay(patienceMs = PATIENCE_MS): Middleware {
  const underWay = new Set<Promise<unknown>>();
  return {
    name: 'requests under way',
    localAction: (next: Handler) => (ctx: Context) => {
      const answer = next(ctx);
      const over = answer.then(whole).catch(() => undefined);
      underWay.add(over);
      void over.then(() => underWay.delete(over));
      return answer;
    },
    async stopping() {
      let cancel = (): void => undefined;
      const late = new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, patienceMs);
        cancel = () => {
          clearTimeout(timer);
          resolve();
        };
      });
      void (async () => {
        // What runs may itself ask for more.
        while (underWay.size > 0) await Promise.all(underWay);
        cancel();
      })();
      await late;
    },
  };
}

/** Resolves when nothing of the answer is left to be sent. */
async function whole(answer: unknown): Promise<void> {
  if (answer instanceof Readable) await finished(answer);
}
