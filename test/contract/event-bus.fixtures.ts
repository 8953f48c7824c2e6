import { randomUUID } from 'node:crypto';
import type {
  EventBus,
  IncomingMessage,
  OutgoingMessage,
  RetryPolicy,
  RunningSubscription,
  Subscription,
} from '../../lib/ports/event-bus.ts';

export const QUICK: RetryPolicy = { maxAttempts: null, firstPauseMs: 5, maxPauseMs: 40 };

export function outgoing(topic: string, key: string | null, value: string): OutgoingMessage {
  return { topic, key, value, headers: { 'ce-id': value } };
}

/** What a member of a group got, and was told. */
export class Recorder {
  readonly handled: IncomingMessage[] = [];
  readonly retried: string[] = [];
  readonly buried: string[] = [];
  readonly failures: unknown[] = [];
  /** What the handler does before a message counts as handled. */
  work: (message: IncomingMessage) => Promise<void> = async () => undefined;
  readonly #waiting: { readonly met: () => boolean; readonly resolve: () => void }[] = [];

  get values(): string[] {
    return this.handled.map(({ value }) => value);
  }

  subscription(group: string, topics: readonly string[], retry: RetryPolicy = QUICK): Subscription {
    return {
      group,
      topics,
      retry,
      handle: async (message) => {
        await this.work(message);
        this.handled.push(message);
        this.#look();
      },
      events: {
        retrying: ({ value }) => this.#note(this.retried, value),
        deadLettered: ({ value }, reason) => this.#note(this.buried, `${value}: ${reason}`),
        failed: (error) => this.#note(this.failures, error),
      },
    };
  }

  async join(
    bus: EventBus,
    group: string,
    topics: readonly string[],
    retry?: RetryPolicy,
  ): Promise<RunningSubscription> {
    return bus.subscribe(this.subscription(group, topics, retry));
  }

  /** Resolves as soon as what happens makes this true. */
  until(met: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.push({ met, resolve });
      this.#look();
    });
  }

  /** Resolves when so many messages were handled. */
  count(messages: number): Promise<void> {
    return this.until(() => this.handled.length >= messages);
  }

  #note<Noted>(list: Noted[], noted: Noted): void {
    list.push(noted);
    this.#look();
  }

  #look(): void {
    for (const { met, resolve } of this.#waiting) if (met()) resolve();
  }
}

/** The handled values of each key, in the order of their handling. */
export function byKey(messages: readonly IncomingMessage[]): Map<string | null, string[]> {
  const keys = new Map<string | null, string[]>();
  for (const { key, value } of messages) keys.set(key, [...(keys.get(key) ?? []), value]);
  return keys;
}

export function freshName(kind: string): string {
  return `${kind}-${randomUUID()}`;
}

/** Some keys, of which no two share a partition, whatever the bus. */
export async function keysApart(bus: EventBus, topic: string, count: number): Promise<string[]> {
  const keys = Array.from({ length: 40 }, (_, n) => `key-${n}`);
  await bus.publish(keys.map((key) => outgoing(topic, key, key)));
  const partitions = new Map<number, string>();
  for (const { partition, key } of await bus.peek(topic, keys.length)) partitions.set(partition, key ?? '');
  return [...partitions.values()].slice(0, count);
}
