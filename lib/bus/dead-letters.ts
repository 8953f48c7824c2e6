import {
  DEAD_LETTER_HEADERS,
  deadLetterTopic,
  type EventBus,
  type IncomingMessage,
  type OutgoingMessage,
  type RetryPolicy,
  type SubscriptionEvents,
} from '../ports/event-bus.ts';
import type { Clock } from '../ports/clock.ts';
import { originalOf } from './dead-letter.ts';

/** Its commits say which dead letters were sent back. */
export const REPLAY_GROUP = 'library-dlq-replay';
const RETRY: RetryPolicy = { maxAttempts: null, firstPauseMs: 100, maxPauseMs: 5000 };
const LOOK_AGAIN_MS = 100;

export interface DeadLetter {
  /** Where it lies: a dead-letter topic, partition and offset. */
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly reason: string;
  /** How often it was tried. */
  readonly attempts: number;
  /** RFC 3339. */
  readonly failedAt: string | null;
  /** Its place when it was tried. */
  readonly origin: { readonly topic: string; readonly partition: number | null; readonly offset: number | null };
  /** What would be sent back. */
  readonly message: OutgoingMessage;
}

/**
 * The dead letters of topics that were not sent back yet, oldest first within each topic.
 *
 * @param topics of origin
 * @param limit at most so many of each
 */
export async function listDeadLetters(bus: EventBus, topics: readonly string[], limit: number): Promise<DeadLetter[]> {
  const perTopic = await Promise.all(topics.map((topic) => bus.peek(deadLetterTopic(topic), limit, REPLAY_GROUP)));
  return perTopic.flat().map((letter) => {
    const header = (name: keyof typeof DEAD_LETTER_HEADERS) => letter.headers[DEAD_LETTER_HEADERS[name]] ?? null;
    const number = (text: string | null) => (text === null ? null : Number(text));
    const message = originalOf(letter);
    return {
      topic: letter.topic,
      partition: letter.partition,
      offset: letter.offset,
      reason: header('reason') ?? 'unknown',
      attempts: number(header('attempts')) ?? 0,
      failedAt: header('failedAt'),
      origin: { topic: message.topic, partition: number(header('partition')), offset: number(header('offset')) },
      message,
    };
  });
}

/**
 * Sends every dead letter of topics back to where it came from, as it was, and remembers that it did: a second run
 * sends only what died since. One that dies again comes back as a new dead letter, behind the end of this run: it would
 * go round and round. Of the letters that were under way when a run was killed, the next one may send some again.
 *
 * @param topics of origin
 * @param events told of what goes wrong meanwhile; it is tried again
 * @returns how many were sent back
 */
export async function replayDeadLetters(
  bus: EventBus,
  topics: readonly string[],
  events: SubscriptionEvents,
  clock: Clock,
): Promise<number> {
  const letters = topics.map(deadLetterTopic);
  const behind = (await bus.lag(REPLAY_GROUP, letters)).filter(({ lag }) => lag > 0);
  if (behind.length === 0) return 0;
  const ends = new Map(behind.map(({ topic, partition, end }) => [placeOf(topic, partition), end]));
  const isOurs = ({ topic, partition, offset }: IncomingMessage) => offset < (ends.get(placeOf(topic, partition)) ?? 0);
  const isThrough = async () =>
    (await bus.lag(REPLAY_GROUP, letters)).every(
      ({ topic, partition, end, lag }) => end - lag >= (ends.get(placeOf(topic, partition)) ?? 0),
    );
  let replayed = 0;
  const running = await bus.subscribe({
    group: REPLAY_GROUP,
    // A topic without any may not even exist, and could not be joined.
    topics: [...new Set(behind.map(({ topic }) => topic))],
    handle: async (letter) => {
      // What is refused stays where it is.
      if (!isOurs(letter)) throw new Error('for the next run');
      await bus.publish([originalOf(letter)]);
      replayed += 1;
    },
    retry: RETRY,
    events: {
      ...events,
      retrying: (letter, attempt, error) => {
        if (isOurs(letter)) events.retrying(letter, attempt, error);
      },
    },
  });
  try {
    while (!(await isThrough())) await new Promise<void>((resolve) => clock.after(LOOK_AGAIN_MS, resolve));
  } finally {
    await running.stop();
  }
  return replayed;
}

function placeOf(topic: string, partition: number): string {
  return `${partition}:${topic}`;
}
