/**
 * A member of a Kafka consumer group in a process of its own, to be killed: prints each value that it handled, has all
 * commits put off, and waits with the message after the last one for ever.
 *
 * Arguments: brokers, group, topic, how many messages to handle.
 */
import { KafkaEventBus } from '../../lib/kafka/kafka-event-bus.ts';
import { Recorder } from './event-bus.fixtures.ts';

const [brokers = '', group = '', topic = '', messages = ''] = process.argv.slice(2);
const limits = { lowWater: 200, commitEvery: 1_000_000, commitAfterMs: 1_000_000 };
const bus = new KafkaEventBus(
  {
    brokers: brokers.split(','),
    clientId: 'dying',
    tls: null,
    sasl: null,
    newTopics: { partitions: null, replication: null },
  },
  { sessionTimeoutMs: 2000, heartbeatMs: 100, limits },
);
const recorder = new Recorder();
recorder.work = ({ value }) => {
  if (recorder.handled.length >= Number(messages)) return new Promise(() => undefined);
  process.stdout.write(`${value}\n`);
  return Promise.resolve();
};
await recorder.join(bus, group, [topic]);
