import {
  DEAD_LETTER_HEADERS,
  deadLetterTopic,
  type IncomingMessage,
  type OutgoingMessage,
} from '../ports/event-bus.ts';

const SUFFIX = deadLetterTopic('');

/** The message as it goes to the dead letters: itself, and in its headers why, and where it came from. */
export function deadLetterOf(message: IncomingMessage, reason: string, attempts: number, now: number): OutgoingMessage {
  return {
    topic: deadLetterTopic(message.topic),
    key: message.key,
    value: message.value,
    headers: {
      ...message.headers,
      [DEAD_LETTER_HEADERS.reason]: reason,
      [DEAD_LETTER_HEADERS.attempts]: String(attempts),
      [DEAD_LETTER_HEADERS.topic]: message.topic,
      [DEAD_LETTER_HEADERS.partition]: String(message.partition),
      [DEAD_LETTER_HEADERS.offset]: String(message.offset),
      [DEAD_LETTER_HEADERS.failedAt]: new Date(now).toISOString(),
    },
  };
}

/** A dead letter turned back into the message that it was, for its topic of origin. */
export function originalOf(letter: IncomingMessage): OutgoingMessage {
  const ours = new Set<string>(Object.values(DEAD_LETTER_HEADERS));
  return {
    topic: letter.headers[DEAD_LETTER_HEADERS.topic] ?? originTopic(letter.topic),
    key: letter.key,
    value: letter.value,
    headers: Object.fromEntries(Object.entries(letter.headers).filter(([name]) => !ours.has(name))),
  };
}

/** Whether a topic holds dead letters. */
export function isDeadLetterTopic(topic: string): boolean {
  return topic.endsWith(SUFFIX);
}

function originTopic(topic: string): string {
  return isDeadLetterTopic(topic) ? topic.slice(0, -SUFFIX.length) : topic;
}
