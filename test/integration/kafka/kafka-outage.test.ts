import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';
import { setTimeout as pause } from 'node:timers/promises';
import { KafkaEventBus } from '../../../lib/kafka/kafka-event-bus.ts';
import type { EventBus, OutgoingMessage } from '../../../lib/ports/event-bus.ts';
import { startKafka } from '../../../scripts/servers/kafka.ts';
import type { PrivateServer } from '../../../scripts/servers/server.ts';
import { byKey, freshName, outgoing, Recorder } from '../../contract/event-bus.fixtures.ts';
import { describeWithPrivateServer, started } from '../../servers.ts';

const SLOW = 90_000;
const KEYS = 12;

describeWithPrivateServer('Kafka', 'while Kafka is away, the event bus', () => {
  let server: PrivateServer;
  let bus: KafkaEventBus;
  let topic: string;

  const open = () =>
    new KafkaEventBus(
      {
        brokers: [server.address],
        clientId: 'outage',
        tls: null,
        sasl: null,
        newTopics: { partitions: null, replication: null },
      },
      { sessionTimeoutMs: 2000, heartbeatMs: 200, againMs: 100 },
    );

  beforeAll(async () => {
    server = started(await startKafka());
  }, SLOW);
  afterAll(() => server.stop());
  afterEach(() => bus.close(), SLOW);

  async function prepare(): Promise<void> {
    bus = open();
    topic = freshName('topic');
    await bus.ensureTopics([topic]);
  }

  /** Publishes as the outbox does: the same messages again until they are durable. */
  async function publishUntilDurable(to: EventBus, messages: readonly OutgoingMessage[]): Promise<number> {
    for (let rejections = 0; ; rejections += 1) {
      try {
        await to.publish(messages);
        return rejections;
      } catch {
        await pause(50);
      }
    }
  }

  const round = (n: number) => Array.from({ length: KEYS }, (_, key) => outgoing(topic, `user-${key}`, `${n}`));

  function expectEverythingInOrder(recorder: Recorder, rounds: number): void {
    const whole = Array.from({ length: rounds }, (_, n) => `${n}`);
    for (const values of byKey(recorder.handled).values()) {
      // Repeated, yes; but the first of each in order.
      expect([...new Set(values)]).toEqual(whole);
    }
    expect(byKey(recorder.handled).size).toBe(KEYS);
  }

  it(
    'loses and reorders nothing over a kill -9 of the broker',
    async () => {
      await prepare();
      const recorder = new Recorder();
      const member = await recorder.join(bus, freshName('group'), [topic]);
      for (let n = 0; n < 30; n += 1) {
        if (n === 10) {
          await recorder.count(5 * KEYS);
          await server.process.kill('SIGKILL');
          setTimeout(() => void server.process.start(), 3000);
        }
        await publishUntilDurable(bus, round(n));
      }
      await recorder.until(() => recorder.values.filter((value) => value === '29').length >= KEYS);
      expectEverythingInOrder(recorder, 30);
      expect(recorder.failures.length).toBeGreaterThan(0);
      await member.stop();
      expect((await bus.lag('none', [topic])).length).toBe(6);
    },
    SLOW,
  );

  it(
    'goes on after the broker was frozen for longer than a session',
    async () => {
      await prepare();
      const recorder = new Recorder();
      const member = await recorder.join(bus, freshName('group'), [topic]);
      await publishUntilDurable(bus, round(0));
      await recorder.count(KEYS);
      await server.process.kill('SIGSTOP');
      await pause(4000);
      await server.process.kill('SIGCONT');
      await publishUntilDurable(bus, round(1));
      await recorder.until(() => recorder.values.filter((value) => value === '1').length >= KEYS);
      expectEverythingInOrder(recorder, 2);
      await member.stop();
    },
    SLOW,
  );

  it(
    'rejects what it cannot make durable, and joins when Kafka comes',
    async () => {
      await prepare();
      const recorder = new Recorder();
      await server.process.end();
      await expect(bus.publish(round(0))).rejects.toThrow();
      await expect(bus.ping()).rejects.toThrow();
      const joining = recorder.join(bus, freshName('group'), [topic]);
      await recorder.until(() => recorder.failures.length >= 2);
      await server.process.start();
      const member = await joining;
      await publishUntilDurable(bus, round(0));
      await recorder.count(KEYS);
      await bus.ping();
      await member.stop();
    },
    SLOW,
  );
});
