import { Admin, findErrorBy } from '@platformatic/kafka';
import { isDeadLetterTopic } from '../bus/dead-letter.ts';
import { startUnlessAborted } from '../bus/start-unless-aborted.ts';
import { systemClock, type Clock } from '../ports/clock.ts';
import {
  deadLetterTopic,
  type EventBus,
  type IncomingMessage,
  type OutgoingMessage,
  type PartitionLag,
  type RunningSubscription,
  type Subscription,
} from '../ports/event-bus.ts';
import { KafkaPublisher } from './kafka-publisher.ts';
import { KafkaReader } from './kafka-reader.ts';
import { clientOptions, KAFKA_TIMING, type KafkaSettings, type KafkaTiming } from './kafka-settings.ts';
import { KafkaSubscription } from './kafka-subscription.ts';

const TOPIC_APPEARS_WITHIN_MS = 10_000;
const LOOK_AGAIN_MS = 50;
/**
 * Kept for ever. And larger than any message: a dead letter is one that Kafka took, with headers of ours, and without
 * the compression that may have made it small; refused, it would hold up its partition for ever.
 */
const DEAD_LETTERS = [
  { name: 'retention.ms', value: '-1' },
  { name: 'max.message.bytes', value: String(64 * 1024 * 1024) },
];

/** The event bus on Apache Kafka. Connects when it is first used, and again by itself whenever Kafka was away. */
export class KafkaEventBus implements EventBus {
  readonly #settings: KafkaSettings;
  readonly #timing: KafkaTiming;
  readonly #clock: Clock;
  readonly #publisher: KafkaPublisher;
  /** On its own: a dead-letter topic that cannot be written to holds up its partition, and nobody else's messages. */
  readonly #undertaker: KafkaPublisher;
  readonly #reader: KafkaReader;
  readonly #subscriptions = new Set<KafkaSubscription>();

  constructor(settings: KafkaSettings, timing: Partial<KafkaTiming> = {}, clock: Clock = systemClock()) {
    this.#settings = settings;
    this.#timing = { ...KAFKA_TIMING, ...timing };
    this.#clock = clock;
    this.#publisher = new KafkaPublisher(settings);
    this.#undertaker = new KafkaPublisher(settings);
    this.#reader = new KafkaReader(settings);
  }

  /**
   * Creates those of the topics that are missing, and for each the topic of its dead letters, which keeps them for
   * ever. Safe to call in many processes at once.
   *
   * @throws when Kafka is away, or refuses
   */
  async ensureTopics(topics: readonly string[]): Promise<void> {
    const wanted = [...new Set(topics.flatMap((topic) => [topic, deadLetterTopic(topic)]))];
    await this.createTopics(wanted);
  }

  /** As {@link ensureTopics}, of these topics only. */
  async createTopics(topics: readonly string[]): Promise<void> {
    const existing = await this.#reader.existing(topics);
    const missing = topics.filter((topic) => !existing.includes(topic));
    if (missing.length === 0) return;
    const { partitions, replication } = this.#settings.newTopics;
    const admin = new Admin(clientOptions(this.#settings));
    try {
      await Promise.all(
        missing.map(async (topic) => {
          const configs = isDeadLetterTopic(topic) ? DEAD_LETTERS : [];
          const options = { topics: [topic], partitions: partitions ?? -1, replicas: replication ?? -1, configs };
          await admin.createTopics(options).catch((error: unknown) => {
            if (!(error instanceof Error) || findErrorBy(error, 'apiId', 'TOPIC_ALREADY_EXISTS') === null) throw error;
          });
        }),
      );
    } finally {
      await admin.close();
    }
    await this.#appeared(missing);
  }

  publish(messages: readonly OutgoingMessage[]): Promise<void> {
    return this.#publisher.publish(messages);
  }

  async subscribe(subscription: Subscription, signal?: AbortSignal): Promise<RunningSubscription> {
    const bury = (letter: OutgoingMessage) => this.#undertaker.publish([letter]);
    const running = new KafkaSubscription(this.#settings, subscription, bury, this.#timing, this.#clock);
    const stop = async () => {
      await running.stop();
      this.#subscriptions.delete(running);
    };
    this.#subscriptions.add(running);
    await startUnlessAborted(running, stop, signal);
    return { stop };
  }

  lag(group: string, topics: readonly string[]): Promise<readonly PartitionLag[]> {
    return this.#reader.lag(group, topics);
  }

  peek(topic: string, limit: number, group?: string): Promise<readonly IncomingMessage[]> {
    return this.#reader.peek(topic, limit, group ?? null);
  }

  async ping(): Promise<void> {
    await this.#reader.ping();
  }

  async close(): Promise<void> {
    await Promise.all([...this.#subscriptions].map((running) => running.stop()));
    this.#subscriptions.clear();
    await this.#publisher.close();
    await this.#undertaker.close();
  }

  /** A topic that was created is known to the brokers only a moment later. */
  async #appeared(topics: readonly string[]): Promise<void> {
    const giveUpAt = this.#clock.now() + TOPIC_APPEARS_WITHIN_MS;
    while ((await this.#reader.existing(topics)).length < topics.length) {
      if (this.#clock.now() > giveUpAt) throw new Error(`Kafka does not know ${topics.join(', ')} after creating them`);
      await new Promise<void>((resolve) => void this.#clock.after(LOOK_AGAIN_MS, resolve));
    }
  }
}
