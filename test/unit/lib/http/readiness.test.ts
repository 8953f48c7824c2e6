import { describe, expect, it } from '@jest/globals';
import { Readiness } from '../../../../lib/http/readiness.ts';
import type { Clock } from '../../../../lib/ports/clock.ts';

/** Timers run when told. */
function handClock() {
  const timers = new Set<{ ms: number; run: () => void }>();
  const clock: Clock = {
    now: () => 0,
    after: (ms, run) => {
      const timer = { ms, run };
      timers.add(timer);
      return () => void timers.delete(timer);
    },
  };
  return { clock, timers };
}

describe('readiness', () => {
  it('waits a second for a dependency that hangs, and no timer is left behind', async () => {
    const { clock, timers } = handClock();
    const readiness = new Readiness({ slow: () => new Promise(() => {}), quick: async () => {} }, clock);
    const report = readiness.report();
    // The quick one has answered by then; only what hangs is left to the timers.
    await new Promise((resolve) => setImmediate(resolve));
    for (const timer of [...timers].filter(({ ms }) => ms === 1000)) timer.run();
    expect(await report).toEqual({
      status: 'unready',
      draining: false,
      dependencies: { slow: 'timeout', quick: 'ok' },
    });
    expect(timers.size).toBe(0);
  });

  it('takes a probe that throws at once for one that fails', async () => {
    const probe = () => {
      throw new Error('no');
    };
    expect((await new Readiness({ probe }, handClock().clock).report()).dependencies).toEqual({ probe: 'failing' });
  });

  it('does not wait for what a node can do without, but tells of it', async () => {
    const probes = { saves: () => Promise.reject(new Error('away')), database: async () => {} };
    const report = await new Readiness(probes, handClock().clock, ['saves']).report();
    expect(report).toMatchObject({ status: 'ready', dependencies: { saves: 'failing', database: 'ok' } });
  });

  it('is over once the node drains, whatever its dependencies say', async () => {
    const readiness = new Readiness({}, handClock().clock);
    expect((await readiness.report()).status).toBe('ready');
    readiness.drain();
    expect(await readiness.report()).toEqual({ status: 'unready', draining: true, dependencies: {} });
  });
});
