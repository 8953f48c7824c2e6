import { DeadlineExceeded } from './status.ts';
import type { Config } from '../config/config.ts';
import type { Clock } from '../ports/clock.ts';

/**
 * When a call must be answered, ms since the Unix epoch: as its client asked, within what the configuration allows.
 *
 * @param asked what grpc-js says: a date, a number, or Infinity where the client asked for nothing
 */
export function deadlineOf(asked: Date | number, grpc: Config['grpc'], now: number): number {
  const at = asked instanceof Date ? asked.getTime() : asked;
  return at === Infinity ? now + grpc.deadlineMs : Math.min(at, now + grpc.maxDeadlineMs);
}

/**
 * The outcome of the work, unless the deadline passes first; the work goes on then, and nobody hears of it.
 *
 * @throws DeadlineExceeded
 */
export function before<Result>(clock: Clock, deadline: number, work: Promise<Result>): Promise<Result> {
  return new Promise((resolve, reject) => {
    const cancel = clock.after(Math.max(0, deadline - clock.now()), () => reject(new DeadlineExceeded()));
    work.then(resolve, reject).finally(cancel);
  });
}
