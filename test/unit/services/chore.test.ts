import { beforeEach, describe, expect, it } from '@jest/globals';
import { chore } from '../../../services/chore.ts';
import { VirtualTime } from '../../simulation/virtual-time.ts';

describe('a chore', () => {
  let time: VirtualTime;
  let failures: unknown[];
  const clock = () => ({ now: () => time.now, after: (ms: number, run: () => void) => time.after(ms, run) });
  const failed = (error: unknown): void => void failures.push(error);

  beforeEach(() => {
    time = new VirtualTime(0);
    failures = [];
  });

  it('runs at once, and again after the pause that each run asks for', async () => {
    const began: number[] = [];
    const repeated = chore(clock(), async () => began.push(time.now) * 100, failed, 1_000);
    repeated.start();
    await time.advance(650);
    expect(began).toEqual([0, 100, 300, 600]);
    await repeated.stop();
  });

  it('never runs twice at once, however long a run takes', async () => {
    let running = 0;
    let most = 0;
    const repeated = chore(
      clock(),
      async () => {
        running += 1;
        most = Math.max(most, running);
        await time.sleep(500);
        running -= 1;
        return 10;
      },
      failed,
      1_000,
    );
    repeated.start();
    repeated.start();
    await time.advance(5_000);
    expect(most).toBe(1);
  });

  it('tells of a failure, and tries again after its own pause', async () => {
    let runs = 0;
    const repeated = chore(
      clock(),
      async () => {
        runs += 1;
        if (runs === 1) throw new Error('not now');
        return 100_000;
      },
      failed,
      1_000,
    );
    repeated.start();
    await time.advance(999);
    expect([runs, failures.length]).toEqual([1, 1]);
    await time.advance(2);
    expect([runs, failures.length]).toEqual([2, 1]);
    await repeated.stop();
  });

  it('is stopped when the run under way is over, and begins none after it', async () => {
    let runs = 0;
    const repeated = chore(
      clock(),
      async () => {
        runs += 1;
        await time.sleep(500);
        return 0;
      },
      failed,
      1_000,
    );
    repeated.start();
    await time.advance(100);
    let stopped = false;
    const stopping = repeated.stop().then(() => (stopped = true));
    await time.advance(300);
    expect(stopped).toBe(false);
    await time.advance(200);
    await stopping;
    await time.advance(5_000);
    expect(runs).toBe(1);
  });
});
