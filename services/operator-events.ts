/** What operators type about events: `dlq`, `replay`, `outbox`. */
import {
  ALWAYS,
  NEVER,
  type OperatorCommand,
  type OperatorContext,
  type OperatorInput,
  type Table,
} from './operator-command.ts';
import { CONSUMED_TOPICS } from '../lib/contract/events/consumed.ts';
import type { DeadLetter } from '../lib/contract/support.ts';
import { LibraryError } from '../lib/errors.ts';
import type { OutboxBacklog } from '../lib/events/outbox.ts';

const SHOWN_CHARACTERS = 60;
/** A replay may take as long as there are letters. */
const REPLAY_MS = 600_000;

async function dlq({ broker }: OperatorContext, { words: { topic }, wholes }: OperatorInput): Promise<Table> {
  const params = { limit: wholes['limit'], ...(topic === undefined ? {} : { topic: mustBeTopic(topic) }) };
  const letters = await broker.call<readonly DeadLetter[], object>('events.letters', params);
  return {
    head: ['topic', 'partition', 'offset', 'failed at', 'tries', 'reason', 'message'],
    rows: letters.map((letter) => [
      letter.topic,
      letter.partition ?? '',
      letter.offset ?? '',
      letter.failed_at ?? '',
      letter.attempts,
      shortened(letter.reason),
      shortened(letter.value),
    ]),
    foot: letters.length === 0 ? 'no dead letters' : 'send them back with: replay <topic> or: replay all',
  };
}

async function replay({ broker }: OperatorContext, { words: { topic } }: OperatorInput): Promise<string> {
  const params = topic === 'all' ? {} : { topic: mustBeTopic(topic) };
  const replayed = await broker.call<number, object>('events.replay', params, { timeout: REPLAY_MS });
  return `${replayed} dead letters sent back.`;
}

async function outbox({ broker }: OperatorContext): Promise<string> {
  const { events, lagMs } = await broker.call<OutboxBacklog, object>('outbox.backlog', {});
  return `${events} events wait for the event bus; the oldest for ${(lagMs / 1_000).toFixed(1)} s.`;
}

function mustBeTopic(topic: string | undefined): string {
  if (topic !== undefined && CONSUMED_TOPICS.includes(topic)) return topic;
  throw new LibraryError('NOT_FOUND', `expected a topic: ${CONSUMED_TOPICS.join(', ')}`);
}

function shortened(text: string): string {
  return text.length > SHOWN_CHARACTERS ? `${text.slice(0, SHOWN_CHARACTERS)}…` : text;
}

const TOPICS = `one of ${CONSUMED_TOPICS.join(', ')}`;

export const EVENT_COMMANDS: readonly OperatorCommand[] = [
  {
    name: 'dlq',
    summary: 'Events that could not be processed, with their reasons',
    manual:
      'Dead letters, oldest first within each topic; those that were sent back are left out. Mend the reason first, then `replay`. ' +
      '`npm run dlq -- list` prints them whole.',
    arguments: [{ name: 'topic', required: false, means: TOPICS }],
    options: { limit: { kind: 'whole', means: 'how many', min: 1, max: 1_000, default: 50 } },
    examples: ['dlq', `dlq ${CONSUMED_TOPICS[0]}`],
    changes: NEVER,
    run: dlq,
  },
  {
    name: 'replay',
    summary: 'Sends the dead letters of a topic, or of all, back to it',
    manual:
      'As they were. One that cannot be processed again comes back as a new dead letter; one that was processed does nothing twice.',
    arguments: [{ name: 'topic', required: true, means: `${TOPICS}; or all` }],
    options: {},
    examples: [`replay ${CONSUMED_TOPICS[0]}`, 'replay all'],
    changes: ALWAYS,
    run: replay,
  },
  {
    name: 'outbox',
    summary: 'How many events wait for the event bus, and how long',
    manual: 'They wait in PostgreSQL while the event bus is away, and leave in order when it is back.',
    arguments: [],
    options: {},
    examples: ['outbox', 'outbox --watch'],
    changes: NEVER,
    run: outbox,
  },
];
