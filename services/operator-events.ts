/** What operators type about events: `dlq`, `replay`, `outbox`. */
import type { ServiceBroker } from 'moleculer';
import type { OperatorCommand, Table } from './operator-command.ts';
import { CONSUMED_TOPICS } from '../lib/contract/events/consumed.ts';
import type { DeadLetter } from '../lib/contract/support.ts';
import { LibraryError } from '../lib/errors.ts';
import type { OutboxBacklog } from '../lib/events/outbox.ts';

type Arguments = Readonly<Record<string, string | undefined>>;

const SHOWN_LETTERS = 50;
const SHOWN_CHARACTERS = 60;
const REPLAY_MS = 600_000;

/** A replay may take as long as there are letters; reads are soon done. */
async function dlq(broker: ServiceBroker, { topic }: Arguments): Promise<Table> {
  const params = { limit: SHOWN_LETTERS, ...(topic === undefined ? {} : { topic: mustBeTopic(topic) }) };
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

async function replay(broker: ServiceBroker, { topic }: Arguments): Promise<string> {
  const params = topic === 'all' ? {} : { topic: mustBeTopic(topic) };
  const replayed = await broker.call<number, object>('events.replay', params, { timeout: REPLAY_MS });
  return `${replayed} dead letters sent back.`;
}

async function outbox(broker: ServiceBroker): Promise<string> {
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

export const EVENT_COMMANDS: readonly OperatorCommand[] = [
  { command: 'dlq [topic]', description: 'Events that could not be processed, with their reasons', run: dlq },
  { command: 'replay <topic>', description: 'Sends the dead letters of a topic, or of all, back to it', run: replay },
  { command: 'outbox', description: 'How many events wait for the event bus, and how long', run: outbox },
];
