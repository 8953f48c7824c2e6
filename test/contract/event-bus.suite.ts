import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { listDeadLetters, replayDeadLetters } from '../../lib/bus/dead-letters.ts';
import { systemClock } from '../../lib/ports/clock.ts';
import {
  DEAD_LETTER_HEADERS,
  deadLetterTopic,
  PoisonMessage,
  type EventBus,
  type RunningSubscription,
} from '../../lib/ports/event-bus.ts';
import { byKey, freshName, keysApart, outgoing, QUICK, Recorder } from './event-bus.fixtures.ts';

/** One implementation, ready to be tested. */
export interface EventBusBench {
  /** A client of the bus, as another process would have one; closed by the suite. */
  open(): Promise<EventBus>;
  /** Makes topics that are empty, each with its dead-letter topic. */
  makeTopics(topics: readonly string[]): Promise<void>;
  /** Makes a topic whose dead letters cannot be written, until the function that it resolves to is called. */
  makeTopicWithoutDeadLetters(topic: string): Promise<() => Promise<void>>;
  /**
   * A member in another process: gets messages of one key, has committed nothing since its first when it has handled
   * `messages`, and dies then. Resolves with the values that it handled.
   */
  dyingMember(group: string, topic: string, messages: number): Promise<readonly string[]>;
  dispose(): Promise<void>;
}

const SECONDS = 1000;
const SLOW = 60 * SECONDS;

/** What `lib/ports/event-bus.ts` promises (B1-B4), checked of one implementation. */
export function eventBusSuite(prepare: () => Promise<EventBusBench>): void {
  let bench: EventBusBench;
  let bus: EventBus;
  let other: EventBus;
  let topic: string;
  let group: string;
  let running: RunningSubscription[];

  beforeAll(async () => {
    bench = await prepare();
  }, SLOW);
  afterAll(() => bench.dispose(), SLOW);
  beforeEach(async () => {
    [bus, other] = [await bench.open(), await bench.open()];
    [topic, group, running] = [freshName('topic'), freshName('group'), []];
    await bench.makeTopics([topic]);
  }, SLOW);
  afterEach(async () => {
    await Promise.all(running.map((member) => member.stop()));
    await bus.close();
    await other.close();
  }, SLOW);

  async function join(recorder: Recorder, on = bus, topics = [topic], retry = QUICK): Promise<RunningSubscription> {
    const member = await recorder.join(on, group, topics, retry);
    running.push(member);
    return member;
  }

  const lagOf = async (of = group, topics = [topic]) =>
    (await other.lag(of, topics)).reduce((sum, { lag }) => sum + lag, 0);

  describe('B1: publish', () => {
    it('brings messages through as they were: key, value, headers, in any script', async () => {
      const messages = [
        { topic, key: 'k', value: '{"name":"Ökonomie 🎲"}', headers: { 'ce-type': 'a', traceparent: '00-ü' } },
        { topic, key: 'k', value: '', headers: {} },
        { topic, key: null, value: 'no key', headers: {} },
      ];
      const before = Date.now();
      await bus.publish(messages);
      const found = await other.peek(topic, 10);
      const plain = found.map(({ key, value, headers }) => ({ topic, key, value, headers }));
      expect(plain).toEqual(expect.arrayContaining(messages));
      expect(found).toHaveLength(3);
      for (const { timestamp } of found) expect(Math.abs(timestamp - before)).toBeLessThan(60 * SECONDS);
    });

    it('keeps the order per key in a large batch, and each key in one partition', async () => {
      const messages = Array.from({ length: 6000 }, (_, n) => outgoing(topic, `user-${n % 60}`, `${n}`));
      await bus.publish(messages);
      const found = await other.peek(topic, 10_000);
      expect(found).toHaveLength(6000);
      const partitions = new Map<string | null, Set<number>>();
      for (const { key, partition } of found) partitions.set(key, (partitions.get(key) ?? new Set()).add(partition));
      expect(new Set([...partitions.values()].map(({ size }) => size))).toEqual(new Set([1]));
      expect(new Set(found.map(({ partition }) => partition)).size).toBeGreaterThan(1);
      for (const values of byKey([...found].sort((a, b) => a.offset - b.offset)).values()) {
        expect(values).toEqual([...values].sort((a, b) => Number(a) - Number(b)));
      }
    });

    it('takes messages from many callers at once, each caller’s in order', async () => {
      await Promise.all(
        Array.from({ length: 20 }, async (_, caller) => {
          for (let n = 0; n < 5; n += 1) await bus.publish([outgoing(topic, `caller-${caller}`, `${n}`)]);
        }),
      );
      const found = await other.peek(topic, 1000);
      for (const values of byKey([...found].sort((a, b) => a.offset - b.offset)).values()) {
        expect(values).toEqual(['0', '1', '2', '3', '4']);
      }
      expect(found).toHaveLength(100);
    });

    it('of nothing does nothing', async () => {
      await bus.publish([]);
      expect(await bus.peek(topic, 1)).toEqual([]);
    });
  });

  describe('B2: a group', () => {
    it(
      'gets every message, in order per key, also what was written before it was known',
      async () => {
        const recorder = new Recorder();
        const messages = Array.from({ length: 3000 }, (_, n) => outgoing(topic, `user-${n % 30}`, `${n}`));
        await bus.publish(messages.slice(0, 1000));
        await join(recorder);
        await other.publish(messages.slice(1000));
        await recorder.count(3000);
        expect(new Set(recorder.values).size).toBe(3000);
        for (const values of byKey(recorder.handled).values()) {
          expect(values).toEqual([...values].sort((a, b) => Number(a) - Number(b)));
        }
      },
      SLOW,
    );

    it('hears of several topics, and beside it every other group', async () => {
      const second = freshName('topic');
      await bench.makeTopics([second]);
      const [mine, theirs] = [new Recorder(), new Recorder()];
      await join(mine, bus, [topic, second]);
      running.push(await theirs.join(other, freshName('group'), [topic]));
      await bus.publish([outgoing(topic, 'a', '1'), outgoing(second, 'a', '2')]);
      await Promise.all([mine.count(2), theirs.count(1)]);
      expect([...mine.values].sort()).toEqual(['1', '2']);
      expect(theirs.values).toEqual(['1']);
    });

    it('lets no partition wait for another', async () => {
      const [slow = '', quick = ''] = await keysApart(bus, topic, 2);
      const recorder = new Recorder();
      let release: () => void = () => undefined;
      const held = new Promise<void>((resolve) => (release = resolve));
      recorder.work = ({ key, value }) => (key === slow && value === 'held' ? held : Promise.resolve());
      await join(recorder);
      await bus.publish([outgoing(topic, slow, 'held'), outgoing(topic, slow, 'behind')]);
      await bus.publish(Array.from({ length: 2000 }, (_, n) => outgoing(topic, quick, `${n}`)));
      await recorder.until(() => recorder.values.includes('1999'));
      expect(recorder.values).not.toContain('behind');
      release();
      await recorder.until(() => recorder.values.includes('behind'));
      expect(recorder.values.indexOf('held')).toBeLessThan(recorder.values.indexOf('behind'));
    });

    it(
      'loses and reorders nothing while members come and go',
      async () => {
        const [first, second, third] = [new Recorder(), new Recorder(), new Recorder()];
        const began: string[] = [];
        const last = new Map<string, number>();
        const wrong: string[] = [];
        for (const recorder of [first, second, third]) {
          recorder.work = async ({ key, value }) => {
            began.push(value);
            // Never further than one past what this key has seen: repeated, yes, but nothing left out.
            const seen = last.get(key ?? '') ?? -1;
            if (Number(value) > seen + 1) wrong.push(`${key}: ${value} after ${seen}`);
            last.set(key ?? '', Math.max(seen, Number(value)));
          };
        }
        const publish = async (from: number, to: number) => {
          for (let n = from; n < to; n += 1) {
            await bus.publish(Array.from({ length: 24 }, (_, key) => outgoing(topic, `user-${key}`, `${n}`)));
          }
        };
        const leaving = await join(first);
        const publishing = publish(0, 60);
        await first.count(24 * 5);
        await join(second, other);
        await leaving.stop();
        await join(third);
        await publishing;
        const handled = () => first.handled.length + second.handled.length + third.handled.length;
        const all = () => [...last.values()].filter((n) => n === 59).length === 24;
        await Promise.race([second.until(all), third.until(all), first.until(all)]);
        expect(wrong).toEqual([]);
        expect(handled()).toBeGreaterThanOrEqual(24 * 60);
      },
      SLOW,
    );
  });

  describe('B3: a message that fails', () => {
    it('comes again until it is handled, the ones behind it only then', async () => {
      const recorder = new Recorder();
      let failures = 4;
      recorder.work = async ({ value }) => {
        if (value === '1' && failures-- > 0) throw new Error('database away');
      };
      await join(recorder);
      await bus.publish(['0', '1', '2', '3'].map((value) => outgoing(topic, 'k', value)));
      await recorder.count(4);
      expect(recorder.values).toEqual(['0', '1', '2', '3']);
      expect(recorder.retried).toEqual(['1', '1', '1', '1']);
      expect(await other.peek(deadLetterTopic(topic), 10)).toEqual([]);
    });

    it('of poison is in the dead letters with its reason before the next one begins', async () => {
      const recorder = new Recorder();
      recorder.work = async ({ value }) => {
        if (value === '1') throw new PoisonMessage('user_id: must be a UUID');
        if (value === '2') expect(await other.peek(deadLetterTopic(topic), 10)).toHaveLength(1);
      };
      await join(recorder);
      await bus.publish(['0', '1', '2'].map((value) => outgoing(topic, 'k', value)));
      await recorder.count(2);
      expect(recorder.values).toEqual(['0', '2']);
      expect(recorder.buried).toEqual(['1: user_id: must be a UUID']);
      const [letter] = await other.peek(deadLetterTopic(topic), 10);
      expect(letter).toMatchObject({ key: 'k', value: '1' });
      expect(letter?.headers).toEqual({
        'ce-id': '1',
        [DEAD_LETTER_HEADERS.reason]: 'user_id: must be a UUID',
        [DEAD_LETTER_HEADERS.attempts]: '1',
        [DEAD_LETTER_HEADERS.topic]: topic,
        [DEAD_LETTER_HEADERS.partition]: String(recorder.handled[0]?.partition),
        [DEAD_LETTER_HEADERS.offset]: '1',
        [DEAD_LETTER_HEADERS.failedAt]: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
      });
    });

    it('goes to the dead letters after as many tries as the policy allows', async () => {
      const recorder = new Recorder();
      recorder.work = async ({ value }) => {
        if (value === '0') throw new Error('no such game');
      };
      await join(recorder, bus, [topic], { ...QUICK, maxAttempts: 3 });
      await bus.publish(['0', '1'].map((value) => outgoing(topic, 'k', value)));
      await recorder.count(1);
      expect(recorder.retried).toEqual(['0', '0']);
      expect(recorder.buried).toEqual(['0: failed 3 times: no such game']);
    });

    it(
      'stops its partition while the dead letters cannot be written, and is not lost',
      async () => {
        const cut = freshName('topic');
        const repair = await bench.makeTopicWithoutDeadLetters(cut);
        const [bad = '', good = ''] = await keysApart(bus, cut, 2);
        const recorder = new Recorder();
        recorder.work = async ({ value }) => {
          if (value === 'poison') throw new PoisonMessage('bad');
        };
        const member = await join(recorder, bus, [cut]);
        await bus.publish([outgoing(cut, bad, 'poison'), outgoing(cut, bad, 'behind'), outgoing(cut, good, 'apart')]);
        await recorder.until(() => recorder.failures.length >= 2 && recorder.values.includes('apart'));
        expect(recorder.values).not.toContain('behind');
        // Not even by stopping: the next member meets it again.
        await member.stop();
        expect(await lagOf(group, [cut])).toBe(2);
        const next = new Recorder();
        next.work = recorder.work;
        await join(next, other, [cut]);
        await next.until(() => next.failures.length >= 1);
        await repair();
        await next.until(() => next.values.includes('behind'));
        expect(next.buried).toEqual(['poison: bad']);
        expect((await bus.peek(deadLetterTopic(cut), 10)).map(({ value }) => value)).toEqual(['poison']);
      },
      SLOW,
    );

    it(
      'comes again when its consumer died: everything since the last commit, in order',
      async () => {
        const values = Array.from({ length: 10 }, (_, n) => `${n}`);
        await bus.publish(values.map((value) => outgoing(topic, 'k', value)));
        const before = await bench.dyingMember(group, topic, 4);
        expect(before).toEqual(['0', '1', '2', '3']);
        const recorder = new Recorder();
        await join(recorder);
        await recorder.until(() => recorder.values.includes('9'));
        expect(recorder.values).toEqual(values.slice(-recorder.values.length));
        expect(Number(recorder.values[0])).toBeLessThanOrEqual(4);
      },
      SLOW,
    );
  });

  describe('B4: stop', () => {
    it('finishes the message under way, commits it and begins no other', async () => {
      const recorder = new Recorder();
      let release: () => void = () => undefined;
      let begun: () => void = () => undefined;
      const under = new Promise<void>((resolve) => (begun = resolve));
      recorder.work = ({ value }) => {
        if (value !== '1') return Promise.resolve();
        begun();
        return new Promise((resolve) => (release = resolve));
      };
      const member = await join(recorder);
      await bus.publish(['0', '1', '2'].map((value) => outgoing(topic, 'k', value)));
      await under;
      const stopped = member.stop();
      release();
      await stopped;
      expect(recorder.values).toEqual(['0', '1']);
      expect(await lagOf()).toBe(1);
      const next = new Recorder();
      await join(next, other);
      await next.count(1);
      expect(next.values).toEqual(['2']);
    });

    it('does not wait for a message that pauses between two tries', async () => {
      const recorder = new Recorder();
      recorder.work = () => Promise.reject(new Error('away'));
      const member = await join(recorder, bus, [topic], { ...QUICK, firstPauseMs: 600_000, maxPauseMs: 600_000 });
      await bus.publish([outgoing(topic, 'k', '0')]);
      await recorder.until(() => recorder.retried.length === 1);
      await member.stop();
      expect(await lagOf()).toBe(1);
    });

    it('twice, or after the bus was closed, does no harm', async () => {
      const third = await bench.open();
      const member = await new Recorder().join(third, group, [topic]);
      await third.close();
      await member.stop();
      await member.stop();
      await third.close();
    });
  });

  describe('for operators', () => {
    it('tells how far a group is behind: all of it before it came, nothing when it is done', async () => {
      await bus.publish(Array.from({ length: 50 }, (_, n) => outgoing(topic, `k${n}`, `${n}`)));
      expect(await lagOf()).toBe(50);
      const recorder = new Recorder();
      const member = await join(recorder);
      await recorder.count(50);
      await member.stop();
      expect(await lagOf()).toBe(0);
      await bus.publish([outgoing(topic, 'k', 'x'), outgoing(topic, 'k', 'y')]);
      const behind = (await bus.lag(group, [topic])).filter(({ lag }) => lag > 0);
      const end = (await other.peek(topic, 100)).filter(({ partition }) => partition === behind[0]?.partition).length;
      expect(behind).toEqual([{ topic, partition: expect.any(Number) as unknown as number, lag: 2, end }]);
    });

    it('peeks from the beginning, marks nothing, and knows no topic that is not there', async () => {
      await bus.publish(['0', '1', '2'].map((value) => outgoing(topic, 'k', value)));
      expect((await other.peek(topic, 2)).map(({ value }) => value)).toEqual(['0', '1']);
      expect((await other.peek(topic, 2)).map(({ value }) => value)).toEqual(['0', '1']);
      expect(await other.peek(freshName('topic'), 2)).toEqual([]);
      expect(await other.lag(group, [freshName('topic')])).toEqual([]);
    });

    it('answers a ping', async () => {
      await bus.ping();
    });

    it(
      'lists dead letters and sends each back once, as it was',
      async () => {
        const recorder = new Recorder();
        let broken = true;
        recorder.work = async ({ value }) => {
          if (broken && value !== 'fine') throw new PoisonMessage(`cannot read ${value}`);
        };
        await join(recorder);
        await bus.publish(['a', 'fine', 'b'].map((value) => outgoing(topic, 'k', value)));
        await recorder.until(() => recorder.buried.length === 2 && recorder.values.includes('fine'));
        const letters = await listDeadLetters(other, [topic, freshName('topic')], 10);
        expect(letters.map(({ reason, attempts, origin }) => ({ reason, attempts, origin }))).toEqual([
          { reason: 'cannot read a', attempts: 1, origin: { topic, partition: expect.any(Number), offset: 0 } },
          { reason: 'cannot read b', attempts: 1, origin: { topic, partition: expect.any(Number), offset: 2 } },
        ]);
        broken = false;
        const events = new Recorder().subscription('', []).events;
        expect(await replayDeadLetters(other, [topic], events, systemClock())).toBe(2);
        await recorder.count(3);
        expect(recorder.values).toEqual(['fine', 'a', 'b']);
        expect(recorder.handled[1]).toMatchObject({ key: 'k', headers: { 'ce-id': 'a' } });
        expect(Object.keys(recorder.handled[1]?.headers ?? {})).toEqual(['ce-id']);
        expect(await listDeadLetters(other, [topic], 10)).toEqual([]);
        expect(await replayDeadLetters(other, [topic], events, systemClock())).toBe(0);
        expect(recorder.values).toHaveLength(3);
      },
      SLOW,
    );

    it(
      'sends back what lay there when it was asked, and not over and over what dies again meanwhile',
      async () => {
        const recorder = new Recorder();
        recorder.work = async () => {
          throw new PoisonMessage('still cannot be read');
        };
        await join(recorder);
        await bus.publish(['a', 'b'].map((value) => outgoing(topic, 'k', value)));
        await recorder.until(() => recorder.buried.length === 2);
        const operator = new Recorder();
        const { events } = operator.subscription('', []);
        expect(await replayDeadLetters(other, [topic], events, systemClock())).toBe(2);
        await recorder.until(() => recorder.buried.length === 4);
        expect(operator.retried).toEqual([]);
        expect((await listDeadLetters(other, [topic], 10)).map(({ message }) => message.value)).toEqual(['a', 'b']);
        expect(await replayDeadLetters(other, [topic], events, systemClock())).toBe(2);
        await recorder.until(() => recorder.buried.length === 6);
      },
      SLOW,
    );
  });
}
