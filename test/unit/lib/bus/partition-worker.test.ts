import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { PartitionWorker } from '../../../../lib/bus/partition-worker.ts';
import {
  DEAD_LETTER_HEADERS,
  PoisonMessage,
  type IncomingMessage,
  type OutgoingMessage,
  type RetryPolicy,
} from '../../../../lib/ports/event-bus.ts';
import { VirtualTime } from '../../../simulation/virtual-time.ts';

const START = Date.UTC(2026, 2, 15, 12);
const FOR_EVER: RetryPolicy = { maxAttempts: null, firstPauseMs: 100, maxPauseMs: 1000 };

function message(offset: number): IncomingMessage {
  return { topic: 't', partition: 3, offset, key: 'k', value: `v${offset}`, headers: { own: 'x' }, timestamp: START };
}

/** A worker whose handler and dead-letter topic do as they are told, and that writes down what happened. */
function bench(retry: RetryPolicy = FOR_EVER) {
  const time = new VirtualTime(START);
  const log: string[] = [];
  const letters: OutgoingMessage[] = [];
  const told = {
    handle: async (_: IncomingMessage): Promise<void> => undefined,
    bury: async (_: OutgoingMessage): Promise<void> => undefined,
    mayBegin: (): boolean => true,
  };
  const worker = new PartitionWorker({
    subscription: {
      handle: (incoming) => {
        log.push(`try ${incoming.offset}`);
        return told.handle(incoming);
      },
      retry,
      events: {
        retrying: ({ offset }, attempt) => log.push(`retry ${offset} after ${attempt}`),
        deadLettered: ({ offset }, reason) => log.push(`dead ${offset}: ${reason}`),
        failed: (error) => log.push(`failed: ${String(error)}`),
      },
    },
    bury: async (letter) => {
      await told.bury(letter);
      letters.push(letter);
    },
    done: ({ offset }) => log.push(`done ${offset}`),
    mayBegin: () => told.mayBegin(),
    clock: { now: () => time.now, after: (ms, callback) => time.after(ms, callback) },
    random: () => 0.5,
  });
  return { time, log, letters, told, worker };
}

describe('a partition worker', () => {
  it('begins a message only when the one before it is done with', async () => {
    const { time, log, told, worker } = bench();
    const release: (() => void)[] = [];
    told.handle = () => new Promise((resolve) => release.push(resolve));
    worker.offer([message(1), message(2)]);
    await time.advance(10_000);
    expect(log).toEqual(['try 1']);
    release[0]?.();
    await time.advance(0);
    expect(log).toEqual(['try 1', 'done 1', 'try 2']);
  });

  it('tries a failing message again after pauses that double up to the longest, and the next one only then', async () => {
    const { time, log, told, worker } = bench();
    const at: number[] = [];
    told.handle = async ({ offset }) => {
      if (offset !== 1) return;
      at.push(time.now - START);
      if (at.length < 7) throw new Error('database away');
    };
    worker.offer([message(1), message(2)]);
    await time.advance(60_000);
    // Three quarters of each pause: one half is random, and this one always in the middle.
    expect(at.map((now, n) => now - (at[n - 1] ?? 0))).toEqual([0, 75, 150, 300, 600, 750, 750]);
    expect(log.slice(-4)).toEqual(['try 1', 'done 1', 'try 2', 'done 2']);
  });

  it('buries poison at once, with its reason, its origin and its own headers', async () => {
    const { time, log, letters, told, worker } = bench();
    told.handle = async ({ offset }) => {
      if (offset === 1) throw new PoisonMessage('not JSON');
    };
    worker.offer([message(1), message(2)]);
    await time.advance(0);
    expect(log).toEqual(['try 1', 'dead 1: not JSON', 'done 1', 'try 2', 'done 2']);
    expect(letters).toEqual([
      {
        topic: 't.library.dlq',
        key: 'k',
        value: 'v1',
        headers: {
          own: 'x',
          [DEAD_LETTER_HEADERS.reason]: 'not JSON',
          [DEAD_LETTER_HEADERS.attempts]: '1',
          [DEAD_LETTER_HEADERS.topic]: 't',
          [DEAD_LETTER_HEADERS.partition]: '3',
          [DEAD_LETTER_HEADERS.offset]: '1',
          [DEAD_LETTER_HEADERS.failedAt]: '2026-03-15T12:00:00.000Z',
        },
      },
    ]);
  });

  it('gives a message up after as many tries as the policy allows', async () => {
    const { time, log, letters, told, worker } = bench({ ...FOR_EVER, maxAttempts: 3 });
    told.handle = () => Promise.reject(new Error('no such game'));
    worker.offer([message(1)]);
    await time.advance(60_000);
    expect(log.filter((line) => line === 'try 1')).toHaveLength(3);
    expect(letters[0]?.headers[DEAD_LETTER_HEADERS.reason]).toBe('failed 3 times: no such game');
    expect(letters[0]?.headers[DEAD_LETTER_HEADERS.attempts]).toBe('3');
  });

  it('stops at a dead letter that cannot be written, and never asks the handler again', async () => {
    const { time, log, told, worker } = bench();
    let away = true;
    told.handle = async ({ offset }) => {
      if (offset === 1) throw new PoisonMessage('bad');
    };
    told.bury = async () => {
      if (away) throw new Error('no topic');
    };
    worker.offer([message(1), message(2)]);
    await time.advance(3_600_000);
    expect(log.filter((line) => line.startsWith('try'))).toEqual(['try 1']);
    expect(log).toContain('failed: Error: no topic');
    away = false;
    await time.advance(1000);
    expect(log.slice(-4)).toEqual(['dead 1: bad', 'done 1', 'try 2', 'done 2']);
  });

  it('suspends in the middle of a pause without waiting for it, and goes on with the same message', async () => {
    const { time, log, told, worker } = bench({ maxAttempts: null, firstPauseMs: 3_600_000, maxPauseMs: 3_600_000 });
    let fails = true;
    told.handle = async () => {
      if (fails) throw new Error('away');
    };
    worker.offer([message(1)]);
    await time.advance(10);
    await worker.suspend();
    fails = false;
    await time.advance(0);
    expect(log).toEqual(['try 1', 'retry 1 after 1']);
    worker.resume();
    await time.advance(0);
    expect(log).toEqual(['try 1', 'retry 1 after 1', 'try 1', 'done 1']);
  });

  it('waits with suspending for the message under way, and begins no other', async () => {
    const { time, log, told, worker } = bench();
    let release: () => void = () => undefined;
    told.handle = () => new Promise((resolve) => (release = resolve));
    worker.offer([message(1), message(2)]);
    const suspended = worker.suspend().then(() => log.push('suspended'));
    await time.advance(1000);
    release();
    await suspended;
    expect(log).toEqual(['try 1', 'done 1', 'suspended']);
  });

  it('begins nothing that may no longer be ours, until it is resumed', async () => {
    const { time, log, told, worker } = bench();
    told.mayBegin = () => {
      if (!log.includes('done 1')) return true;
      void worker.suspend();
      return false;
    };
    worker.offer([message(1), message(2)]);
    await time.advance(1000);
    expect(log).toEqual(['try 1', 'done 1']);
    told.mayBegin = () => true;
    worker.resume();
    await time.advance(0);
    expect(log).toEqual(['try 1', 'done 1', 'try 2', 'done 2']);
  });

  it('counts nothing as done once its partition was taken away', async () => {
    const { time, log, told, worker } = bench();
    let release: () => void = () => undefined;
    told.handle = () => new Promise((resolve) => (release = resolve));
    worker.offer([message(1), message(2)]);
    worker.abandon();
    release();
    await time.advance(1000);
    expect(log).toEqual(['try 1']);
    expect(worker.backlog).toBe(0);
  });

  it('does with any mix of failures what the model says, in order, and skips nothing', async () => {
    const fate = fc.record({
      poison: fc.boolean(),
      /** Failures of the handler before its last word. */
      failures: fc.nat(4),
      /** Failures to write the dead letter, should it come to that. */
      buryFailures: fc.nat(3),
    });
    const suspensions = fc.array(fc.nat(3000), { maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(
        fc.array(fate, { minLength: 1, maxLength: 12 }),
        fc.option(fc.integer({ min: 1, max: 4 })),
        suspensions,
        async (fates, maxAttempts, pauses) => {
          const { time, log, letters, told, worker } = bench({ ...FOR_EVER, maxAttempts });
          const left = fates.map((each) => ({ ...each }));
          told.handle = async ({ offset }) => {
            const mine = left[offset];
            if (mine === undefined) throw new Error('unknown message');
            if (mine.failures > 0) {
              mine.failures -= 1;
              throw new Error('transient');
            }
            if (mine.poison) throw new PoisonMessage('poison');
          };
          told.bury = async (letter) => {
            const mine = left[Number(letter.headers[DEAD_LETTER_HEADERS.offset])];
            if (mine !== undefined && mine.buryFailures > 0) {
              mine.buryFailures -= 1;
              throw new Error('no dead letters');
            }
          };
          worker.offer(fates.map((_, n) => message(n)));
          for (const ms of pauses) {
            await time.advance(ms);
            const suspended = worker.suspend();
            await time.advance(1);
            await suspended;
            worker.resume();
          }
          // In steps: messages that need no time at all still need turns of the event loop.
          for (let second = 0; second < 200; second += 1) await time.advance(1000);

          const givenUp = fates.map((each) => maxAttempts !== null && each.failures >= maxAttempts);
          const buried = fates.flatMap((each, n) => (givenUp[n] || each.poison ? [String(n)] : []));
          expect(log.filter((line) => line.startsWith('done'))).toEqual(fates.map((_, n) => `done ${n}`));
          expect(letters.map(({ headers }) => headers[DEAD_LETTER_HEADERS.offset])).toEqual(buried);
          const tries = fates.map((each, n) => (givenUp[n] ? (maxAttempts ?? 0) : each.failures + 1));
          expect(log.filter((line) => line.startsWith('try'))).toEqual(
            tries.flatMap((count, n) => Array.from({ length: count }, () => `try ${n}`)),
          );
        },
      ),
      { numRuns: 300 },
    );
  });
});
