import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { HeardNews, NewsPosition } from '../../../../lib/ports/news.ts';
import { Outgoing } from '../../../../lib/sockets/outgoing.ts';
import type { Outlet } from '../../../../lib/sockets/outgoing.ts';
import { positionOf } from '../../../../lib/sockets/position-id.ts';

const MAX_BYTES = 10_000;
const TERMS = {
  heartbeat_interval_seconds: 60,
  ping_interval_seconds: 30,
  frames_per_second: 20,
  heartbeats_under_way: 32,
};
type Frame = { event?: string; id: string; data: { n: number; resume?: string } };

/** A connection that takes out what it is told to. */
class Pipe implements Outlet {
  readonly said: Frame[] = [];
  readonly #queue: { readonly length: number; readonly written: ((error?: Error | null) => void) | undefined }[] = [];

  get bufferedAmount(): number {
    return this.#queue.reduce((sum, { length }) => sum + length, 0);
  }

  say(text: string, written?: (error?: Error | null) => void): void {
    this.said.push(JSON.parse(text) as Frame);
    this.#queue.push({ length: text.length, written });
  }

  takeOut(count: number): void {
    for (const { written } of this.#queue.splice(0, count)) written?.();
  }
}

const at = (number: number): NewsPosition => ({ number, at: 1_790_000_000_000 + number, heard: [] });
const heard = (number: number, size = 10): HeardNews => ({
  news: { number, at: 0, event: 'library.updated', data: { n: number, text: 'x'.repeat(size) } },
  position: at(number),
});

function setUp() {
  const pipe = new Pipe();
  const owner = { slow: 0, tooSlow: () => void (owner.slow += 1) };
  const outgoing = new Outgoing(pipe, owner, { maxBufferedBytes: MAX_BYTES, terms: TERMS, sent: () => undefined });
  const numbers = (): number[] =>
    pipe.said.filter(({ event }) => event === 'library.updated').map(({ data }) => data.n);
  return { pipe, owner, outgoing, numbers };
}

describe('what is said to a launcher', () => {
  it('comes in order and whole, however fast it is taken out, or the launcher is too slow; never is more kept than allowed', () => {
    const steps = fc.array(
      fc.oneof(
        fc.record({ news: fc.nat(3000) }),
        fc.record({ takeOut: fc.nat(8) }),
        fc.record({ reply: fc.constant(true) }),
      ),
      { maxLength: 600 },
    );
    fc.assert(
      fc.property(fc.nat(200), steps, (missed, all) => {
        const { pipe, owner, outgoing, numbers } = setUp();
        outgoing.resume(
          at(0),
          Array.from({ length: missed }, (_, n) => heard(n + 1)),
          at(missed),
        );
        let last = missed;
        for (const step of all) {
          if ('news' in step) outgoing.say(heard((last += 1), step.news));
          else if ('takeOut' in step) pipe.takeOut(step.takeOut);
          else outgoing.reply('{"type":"reply"}');
          if (owner.slow === 0) expect(pipe.bufferedAmount).toBeLessThanOrEqual(MAX_BYTES);
        }
        while (pipe.bufferedAmount > 0) pipe.takeOut(1);
        expect(numbers()).toEqual(Array.from({ length: numbers().length }, (_, n) => n + 1));
        if (owner.slow === 0) expect(numbers()).toHaveLength(last);
        expect(owner.slow).toBeLessThanOrEqual(1);
      }),
      { numRuns: 200 },
    );
  });

  it('begins where the launcher left, and says at the end of what was missed where it is now', () => {
    const { pipe, outgoing } = setUp();
    outgoing.resume(at(3), [heard(5)], at(7));
    expect(pipe.said.map(({ event, id }) => [event, positionOf(id)?.number])).toEqual([
      ['ready', 3],
      ['library.updated', 5],
      ['position', 7],
    ]);
  });

  it('keeps what happens before `ready`, and says it behind what was missed', () => {
    const { pipe, outgoing } = setUp();
    outgoing.say(heard(8));
    outgoing.say(at(8));
    expect(pipe.said).toEqual([]);
    outgoing.resume(at(3), [heard(5)], at(7));
    outgoing.say(heard(9));
    expect(pipe.said.map(({ event, id }) => [event, positionOf(id)?.number])).toEqual([
      ['ready', 3],
      ['library.updated', 5],
      ['position', 7],
      ['library.updated', 8],
      ['position', 8],
      ['library.updated', 9],
    ]);
  });

  it('says behind `ready`, too, that everything is to be read anew', () => {
    const { pipe, outgoing } = setUp();
    outgoing.say(heard(8));
    outgoing.reset(at(9));
    outgoing.begin('fresh', at(7));
    expect(pipe.said.map(({ id, data }) => [data.resume, positionOf(id)?.number])).toEqual([
      ['fresh', 7],
      ['reset', 9],
    ]);
  });

  it('gives up a launcher for which too much waits', () => {
    const { owner, outgoing } = setUp();
    outgoing.begin('fresh', at(0));
    for (let n = 1; n < 2000; n += 1) outgoing.say(heard(n, 100));
    expect(owner.slow).toBe(1);
  });

  it('gives up a launcher that does not take out its replies', () => {
    const { owner, pipe, outgoing } = setUp();
    while (owner.slow === 0) outgoing.reply(JSON.stringify({ text: 'x'.repeat(1000) }));
    const { length } = pipe.said;
    outgoing.reply('{}');
    outgoing.say(heard(1));
    expect(pipe.said).toHaveLength(length);
  });

  it('forgets what waits when everything is to be read anew', () => {
    const { pipe, outgoing, numbers } = setUp();
    outgoing.begin('fresh', at(0));
    for (let n = 1; n <= 100; n += 1) outgoing.say(heard(n, 500));
    const before = numbers().length;
    expect(before).toBeLessThan(100);
    outgoing.reset(at(100));
    outgoing.say(heard(101));
    while (pipe.bufferedAmount > 0) pipe.takeOut(1);
    expect(numbers().slice(before)).toEqual([101]);
    expect(pipe.said.at(-2)).toMatchObject({ event: 'ready', data: { resume: 'reset' } });
  });
});
