import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { Producer } from '@platformatic/kafka';
import { KafkaEventBus } from '../../../lib/kafka/kafka-event-bus.ts';
import { deadLetterTopic, PoisonMessage } from '../../../lib/ports/event-bus.ts';
import { freshName, outgoing, Recorder } from '../../contract/event-bus.fixtures.ts';
import { describeWithServer } from '../../servers.ts';

const SLOW = 60_000;
/** Brokers take batches up to 1,048,588 bytes unless set otherwise; this leaves no room for headers of ours. */
const AT_THE_LIMIT = 1_048_588 - 100;

describeWithServer('Kafka', 'poison as large as Kafka takes it', (brokers) => {
  let bus: KafkaEventBus;
  let topic: string;
  beforeEach(async () => {
    const settings = { brokers: brokers.split(','), clientId: 'large', tls: null, sasl: null };
    bus = new KafkaEventBus({ ...settings, newTopics: { partitions: 1, replication: null } });
    topic = freshName('topic');
    await bus.ensureTopics([topic]);
  }, SLOW);
  afterEach(() => bus.close(), SLOW);

  it.each([
    ['as it is', 'none', AT_THE_LIMIT],
    ['compressed by its producer', 'gzip', 8 * AT_THE_LIMIT],
  ] as const)(
    'is buried whole, and does not hold up its partition: %s',
    async (_how, compression, bytes) => {
      const producer = new Producer({ clientId: 'large', bootstrapBrokers: brokers.split(','), compression });
      const value = Buffer.alloc(bytes, 'x');
      await producer.send({ messages: [{ topic, value }] });
      await producer.close(true);
      await bus.publish([outgoing(topic, 'k', 'behind it')]);
      const recorder = new Recorder();
      recorder.work = async (message) => {
        if (message.value !== 'behind it') throw new PoisonMessage('no JSON');
      };
      const member = await recorder.join(bus, freshName('group'), [topic]);
      const refused = () => recorder.failures.some((error) => String(error).includes('Producing messages failed'));
      await recorder.until(() => recorder.values.length === 1 || refused());
      expect(refused()).toBe(false);
      const [letter] = await bus.peek(deadLetterTopic(topic), 1);
      expect(letter?.value.length).toBe(bytes);
      await member.stop();
    },
    SLOW,
  );
});
