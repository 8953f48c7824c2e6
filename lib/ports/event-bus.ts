/**
 * The platform's event bus as the service needs it: a log of messages per topic, in partitions. Apache Kafka in
 * production; embedded, a log in the service's own database.
 *
 * What every implementation guarantees (`test/contract/event-bus.suite.ts` proves it of each):
 *
 * - B1  `publish` resolves when all messages are durable, and keeps their order per key: also when it is rejected and
 *       called again with the same messages (some may then be there twice).
 * - B2  Each message reaches a group at least once, in order within its partition: the next one of a partition is not
 *       begun before the one before it is done with. Messages of one key share a partition.
 * - B3  A message is done with when its handler resolved, or when it was written to the dead-letter topic. Until then
 *       it comes again: after a failure with growing pauses, after the death of the consumer from the group's last
 *       commit. A dead-letter topic that cannot be written to stops the partition; it never loses the message.
 * - B4  What was done with is committed behind the work, in batches; `stop` finishes what is under way and commits it.
 */
export interface EventBus {
  /** Writes all messages. Rejects when some may not be durable: publish the same ones again. */
  publish(messages: readonly OutgoingMessage[]): Promise<void>;

  /**
   * Joins the group. Resolves when the group has taken this member in; while the bus is away, it is tried for as long
   * as it takes.
   *
   * @param signal gives up joining: rejects with its reason. Afterwards it has no effect.
   */
  subscribe(subscription: Subscription, signal?: AbortSignal): Promise<RunningSubscription>;

  /**
   * How far each partition of the topics is behind the log's end for a group; for operators and metrics. A topic that
   * does not exist has no partitions.
   */
  lag(group: string, topics: readonly string[]): Promise<readonly PartitionLag[]>;

  /**
   * Reads messages of a topic, oldest first, without joining a group and without marking anything. For operators:
   * dead letters. A topic that does not exist has none.
   *
   * @param limit at most so many
   * @param group reads on from what this group has committed; without it, from the topic's beginning
   */
  peek(topic: string, limit: number, group?: string): Promise<readonly IncomingMessage[]>;

  /** Resolves when the bus answers, rejects otherwise; for readiness. */
  ping(): Promise<void>;

  close(): Promise<void>;
}

export interface OutgoingMessage {
  readonly topic: string;
  /** Messages of one key stay in order; null: no order. */
  readonly key: string | null;
  readonly value: string;
  readonly headers: Readonly<Record<string, string>>;
}

export interface IncomingMessage {
  readonly topic: string;
  readonly partition: number;
  /** Its place in the partition; rises. */
  readonly offset: number;
  readonly key: string | null;
  readonly value: string;
  readonly headers: Readonly<Record<string, string>>;
  /** When the bus took it, ms since the Unix epoch. */
  readonly timestamp: number;
}

export interface Subscription {
  readonly group: string;
  readonly topics: readonly string[];
  /** Rejects with {@link PoisonMessage} when no repetition can help, with anything else when one may. */
  readonly handle: (message: IncomingMessage) => Promise<void>;
  readonly retry: RetryPolicy;
  /** Told of what went wrong and was dealt with: a retry, a dead letter, a lost connection. */
  readonly events: SubscriptionEvents;
}

export interface RetryPolicy {
  /**
   * Tries of a message before it goes to the dead letters; null: for ever. For failures that are not poison: it is
   * better to wait for a database than to fill the dead letters while it is away.
   */
  readonly maxAttempts: number | null;
  /** First pause, ms; each further one doubles, up to `maxPauseMs`, half of it random. */
  readonly firstPauseMs: number;
  readonly maxPauseMs: number;
}

export interface SubscriptionEvents {
  retrying(message: IncomingMessage, attempt: number, error: unknown): void;
  deadLettered(message: IncomingMessage, reason: string): void;
  failed(error: unknown): void;
}

export interface RunningSubscription {
  /** Finishes the messages under way, commits, leaves the group. */
  stop(): Promise<void>;
}

export interface PartitionLag {
  readonly topic: string;
  readonly partition: number;
  /** Messages that the group has not committed yet. */
  readonly lag: number;
  /** The offset that the next message will get. */
  readonly end: number;
}

/** The handler's word that a message can never be processed: it goes to the dead letters at once. */
export class PoisonMessage extends Error {
  /** In short, for the dead letter's headers: `not JSON`, `user_id: must be a UUID`. */
  readonly reason: string;

  constructor(reason: string, cause?: unknown) {
    super(reason, cause === undefined ? undefined : { cause });
    this.name = 'PoisonMessage';
    this.reason = reason;
  }
}

/** Where messages of a topic go that this service cannot process. */
export function deadLetterTopic(topic: string): string {
  return `${topic}.library.dlq`;
}

/**
 * Headers that a dead letter carries beside the message's own: why it is here and where it came from, so that
 * it can be understood and sent back.
 */
export const DEAD_LETTER_HEADERS = {
  reason: 'library-dlq-reason',
  /** How often it was tried. */
  attempts: 'library-dlq-attempts',
  topic: 'library-dlq-topic',
  partition: 'library-dlq-partition',
  offset: 'library-dlq-offset',
  /** RFC 3339. */
  failedAt: 'library-dlq-failed-at',
} as const;
