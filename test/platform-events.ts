import { v7 as uuidv7 } from 'uuid';
import { CONSUMED_EVENTS, type ConsumedData, type ConsumedType } from '../lib/contract/events/consumed.ts';
import type { IncomingMessage, OutgoingMessage } from '../lib/ports/event-bus.ts';

const TOPICS = new Map<string, string>(CONSUMED_EVENTS.map(({ type, topic }) => [type, topic]));

/** An event as another service of the platform would send it. */
export function platformEvent<Type extends ConsumedType>(
  type: Type,
  data: ConsumedData<Type>,
  id: string = uuidv7(),
): OutgoingMessage {
  const { user_id, game_id } = data as { user_id?: string; game_id?: string };
  return {
    topic: TOPICS.get(type) ?? '',
    key: user_id ?? game_id ?? null,
    value: JSON.stringify({ specversion: '1.0', id, source: '/test', type, data }),
    headers: { 'content-type': 'application/cloudevents+json' },
  };
}

/** The message as it arrives. */
export function arrived(message: OutgoingMessage, offset = 0): IncomingMessage {
  return { ...message, partition: 0, offset, timestamp: 0 };
}
