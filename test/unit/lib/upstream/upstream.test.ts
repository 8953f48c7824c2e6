import { status as Status, type ServiceError } from '@grpc/grpc-js';
import { describe, expect, it } from '@jest/globals';
import { systemClock } from '../../../../lib/ports/clock.ts';
import { createUpstream, type Try, type UpstreamEvents } from '../../../../lib/upstream/upstream.ts';

const SETTINGS = { timeoutMs: 1000, attempts: 1, concurrency: 1, breakerFailures: 2, breakerOpenMs: 60_000 };
const QUIET: UpstreamEvents = { tried: () => {}, broke: () => {}, healed: () => {} };
const soon = (): number => Date.now() + 5000;

function upstreamWith(settings: Partial<typeof SETTINGS> = {}, events: Partial<UpstreamEvents> = {}) {
  return createUpstream('Account', { ...SETTINGS, ...settings }, systemClock(), { ...QUIET, ...events });
}

/** Calls that end when the test says. */
function held() {
  const ends: ((error: ServiceError | null, reply?: string) => void)[] = [];
  const attempt: Try<string> = (_options, done) => {
    ends.push(done);
    return { cancel: () => {} };
  };
  return { ends, attempt };
}

const failing =
  (code: Status): Try<string> =>
  (_options, done) => {
    queueMicrotask(() => done(Object.assign(new Error('fault'), { code }) as ServiceError));
    return { cancel: () => {} };
  };

describe('asking another service', () => {
  it('has one call under way where one is allowed, one that waits, and refuses the next', async () => {
    const { ask } = upstreamWith();
    const { ends, attempt } = held();
    const first = ask(attempt, soon());
    const second = ask(attempt, soon());
    await expect(ask(attempt, soon())).rejects.toThrow('The Account service is busy');
    expect(ends).toHaveLength(1);
    ends[0]?.(null, 'one');
    await expect(first).resolves.toBe('one');
    ends[1]?.(null, 'two');
    await expect(second).resolves.toBe('two');
  });

  it('gives each try its own time, and none more than the call has left', async () => {
    const { ask } = upstreamWith();
    const deadlines: number[] = [];
    const now = Date.now();
    const attempt: Try<string> = ({ deadline }, done) => {
      deadlines.push(Number(deadline) - now);
      queueMicrotask(() => done(null, 'ok'));
      return { cancel: () => {} };
    };
    await ask(attempt, now + 60_000);
    await ask(attempt, now + 500);
    expect(deadlines[0]).toBeGreaterThan(900);
    expect(deadlines[0]).toBeLessThan(2000);
    expect(deadlines[1]).toBeLessThanOrEqual(500);
  });

  it('asks nothing when there is no time left, and takes that for no failure of the service', async () => {
    const outcomes: string[] = [];
    const { ask, state } = upstreamWith({}, { tried: (outcome) => outcomes.push(outcome) });
    for (let n = 0; n < 5; n += 1) {
      await expect(ask(failing(Status.INTERNAL), Date.now() - 1)).rejects.toMatchObject({ type: 'UNAVAILABLE' });
    }
    expect([outcomes, state()]).toEqual([[], 'closed']);
  });

  it('takes NOT_FOUND for an answer', async () => {
    const { ask, state } = upstreamWith();
    for (let n = 0; n < 5; n += 1) await expect(ask(failing(Status.NOT_FOUND), soon())).resolves.toBeNull();
    expect(state()).toBe('closed');
  });

  it.each([
    ...[Status.UNAVAILABLE, Status.DEADLINE_EXCEEDED, Status.RESOURCE_EXHAUSTED],
    ...[Status.INTERNAL, Status.UNKNOWN, Status.ABORTED],
  ])('opens after so many outages in a row: status %i', async (code) => {
    const { ask, state } = upstreamWith();
    await expect(ask(failing(code), soon())).rejects.toThrow('does not answer');
    expect(state()).toBe('closed');
    await expect(ask(failing(code), soon())).rejects.toThrow();
    expect(state()).toBe('open');
    await expect(ask(failing(code), soon())).rejects.toMatchObject({
      message: 'The Account service is away',
      data: { retryAfterMs: 60_000 },
    });
  });

  it.each([Status.INVALID_ARGUMENT, Status.PERMISSION_DENIED, Status.UNAUTHENTICATED, Status.UNIMPLEMENTED])(
    'neither repeats nor opens for what the service itself refuses: status %i',
    async (code) => {
      let tries = 0;
      const { ask, state } = upstreamWith({ attempts: 3 }, { tried: () => (tries += 1) });
      for (let n = 0; n < 3; n += 1) {
        await expect(ask(failing(code), soon())).rejects.toMatchObject({ type: 'UNAVAILABLE' });
      }
      expect([tries, state()]).toEqual([3, 'closed']);
    },
  );

  it('repeats an outage as often as it may, and no more', async () => {
    let tries = 0;
    const { ask } = upstreamWith({ attempts: 3, breakerFailures: 10 }, { tried: () => (tries += 1) });
    await expect(ask(failing(Status.UNAVAILABLE), soon())).rejects.toMatchObject({ type: 'UNAVAILABLE' });
    expect(tries).toBe(3);
  });
});
