import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { setImmediate as turn } from 'node:timers/promises';
import { ServiceBroker, type ServiceSchema } from 'moleculer';
import { DatabaseEventBus } from '../../../lib/bus/database-event-bus.ts';
import { openDatabase } from '../../../lib/db/database.ts';
import { KafkaEventBus } from '../../../lib/kafka/kafka-event-bus.ts';
import {
  DEAD_LETTER_HEADERS,
  deadLetterTopic,
  PoisonMessage,
  type EventBus,
  type IncomingMessage,
} from '../../../lib/ports/event-bus.ts';
import { up as createBusTables } from '../../../migrations/0010_event_bus_log.ts';
import { ChannelsAdapter } from '../../../services/channels-adapter.ts';
import { channelsMiddleware } from '../../../services/channels-library.ts';
import { freshName, outgoing, Recorder } from '../../contract/event-bus.fixtures.ts';
import { describeWithServer } from '../../servers.ts';

interface Bench {
  readonly bus: EventBus;
  makeTopics(topics: readonly string[]): Promise<void>;
  dispose(): Promise<void>;
}

const SLOW = 30_000;
const QUICK = { firstPauseMs: 5, maxPauseMs: 20 };

describe('Moleculer channels on the embedded bus', () => {
  suite(async () => {
    const database = await openDatabase({ memory: true });
    await database.db.connection().execute((connection) => createBusTables(connection as never));
    const bus = new DatabaseEventBus(database);
    return {
      bus,
      makeTopics: async () => undefined,
      dispose: async () => {
        await bus.close();
        await database.close();
      },
    };
  });
});

describeWithServer('Kafka', 'Moleculer channels on Kafka', (address) => {
  suite(async () => {
    const bus = new KafkaEventBus(
      {
        brokers: address.split(','),
        clientId: 'channels',
        tls: null,
        sasl: null,
        newTopics: { partitions: null, replication: null },
      },
      { sessionTimeoutMs: 2000, heartbeatMs: 100, fetchWaitMs: 50 },
    );
    return { bus, makeTopics: (topics) => bus.ensureTopics(topics), dispose: () => bus.close() };
  });
});

function suite(prepare: () => Promise<Bench>): void {
  let bench: Bench;
  let broker: ServiceBroker;
  let topics: [string, string];
  let group: string;

  beforeAll(async () => {
    bench = await prepare();
  }, SLOW);
  afterAll(() => bench.dispose(), SLOW);
  beforeEach(async () => {
    topics = [freshName('games'), freshName('users')];
    group = freshName('group');
    await bench.makeTopics(topics);
    const adapter = new ChannelsAdapter(() => bench.bus, QUICK);
    broker = new ServiceBroker({ logger: false, metrics: true, middlewares: [channelsMiddleware(adapter)] });
  }, SLOW);
  afterEach(() => broker.stop(), SLOW);

  async function start(...services: readonly ServiceSchema[]): Promise<void> {
    for (const service of services) broker.createService(service);
    await broker.start();
  }

  const service = (recorder: Recorder, more: object = {}): ServiceSchema => {
    const { handle } = recorder.subscription(group, topics);
    const channel = { group, handler: (_value: string, message: IncomingMessage) => handle(message), ...more };
    return { name: 'listener', channels: { [topics[0]]: channel, [topics[1]]: channel } };
  };

  it('bring a service the messages of its channels, each in order, as text with key and headers', async () => {
    const recorder = new Recorder();
    const payloads: unknown[] = [];
    const spy = service(recorder);
    const { handle } = recorder.subscription(group, topics);
    await start({
      ...spy,
      channels: {
        ...spy.channels,
        [topics[0]]: {
          group,
          handler: async (payload, message) => {
            payloads.push(payload);
            await handle(message);
          },
        },
      },
    });
    const sender = broker as unknown as {
      sendToChannel(topic: string, payload: unknown, options?: object): Promise<void>;
    };
    await sender.sendToChannel(topics[0], '{"n":0}', { key: 'k', headers: { 'ce-id': '1' } });
    await sender.sendToChannel(topics[0], { n: 1 }, { key: 'k' });
    await sender.sendToChannel(topics[1], 'other');
    await recorder.count(3);
    expect(payloads).toEqual(['{"n":0}', '{"n":1}']);
    expect(recorder.handled.find(({ value }) => value === '{"n":0}')).toMatchObject({
      topic: topics[0],
      key: 'k',
      headers: { 'ce-id': '1' },
    });
    expect(recorder.values).toContain('other');
  });

  it('bury poison with its reason, try everything else again in place, and count both', async () => {
    const recorder = new Recorder();
    let failures = 5;
    recorder.work = async ({ value }) => {
      if (value === 'poison') throw new PoisonMessage('not JSON');
      if (value === 'slow' && failures-- > 0) throw new Error('database away');
    };
    await start(service(recorder));
    await bench.bus.publish(['poison', 'slow', 'last'].map((value) => outgoing(topics[0], 'k', value)));
    await recorder.count(2);
    expect(recorder.values).toEqual(['slow', 'last']);
    const [letter] = await bench.bus.peek(deadLetterTopic(topics[0]), 10);
    expect(letter?.headers[DEAD_LETTER_HEADERS.reason]).toBe('not JSON');
    const count = (name: string) => {
      const metric = broker.metrics.getMetric(name) as { get(labels: object): { value: number } | null } | null;
      return metric?.get({ topic: topics[0] })?.value;
    };
    expect(count('library.events.retries.total')).toBe(5);
    expect(count('library.events.dead.letters.total')).toBe(1);
  });

  it('give up after maxRetries where a channel sets it', async () => {
    const recorder = new Recorder();
    recorder.work = async ({ value }) => {
      if (value === 'bad') throw new Error('no such game');
    };
    await start(service(recorder, { maxRetries: 2 }));
    await bench.bus.publish(['bad', 'good'].map((value) => outgoing(topics[0], 'k', value)));
    await recorder.count(1);
    const [letter] = await bench.bus.peek(deadLetterTopic(topics[0]), 10);
    expect(letter?.headers[DEAD_LETTER_HEADERS.attempts]).toBe('3');
  });

  it('finish and commit what is under way when the broker stops, and go on behind it afterwards', async () => {
    const all = Array.from({ length: 40 }, (_, n) => `${n}`);
    const recorder = new Recorder();
    const begun: string[] = [];
    recorder.work = async ({ value }) => {
      begun.push(value);
      await turn();
    };
    await start(service(recorder));
    await bench.bus.publish(all.map((value) => outgoing(topics[0], 'k', value)));
    await recorder.count(3);
    await broker.stop();
    expect(recorder.values).toEqual(begun);
    const next = new Recorder();
    const member = await next.join(bench.bus, group, topics);
    await next.until(() => next.values.includes('39') || recorder.values.includes('39'));
    expect([...recorder.values, ...next.values]).toEqual(all);
    await member.stop();
  });

  it('refuse what would silently lose messages or their order', async () => {
    for (const wrong of [
      { maxInFlight: 5 },
      { deadLettering: { enabled: false } },
      { deadLettering: { queueName: 'x' } },
    ]) {
      const adapter = new ChannelsAdapter(() => bench.bus);
      const other = new ServiceBroker({ logger: false, middlewares: [channelsMiddleware(adapter)] });
      other.createService(service(new Recorder(), wrong));
      await expect(other.start()).rejects.toThrow(/maxInFlight|dead letters/);
      await other.stop();
    }
  });
}
