import Type from 'typebox';
import type { TSchema } from 'typebox';
import { CONSUMED_EVENTS } from './consumed.ts';
import type { EventType } from './event-type.ts';
import { PRODUCED_EVENTS } from './produced.ts';

/** A file of `api/events/` and the JSON Schema that belongs into it. */
export interface EventSchemaFile {
  /** Below `api/events/`: `produced/library.game.added.json`. */
  readonly path: string;
  readonly schema: object;
}

const text = (description: string, example: string) => Type.String({ minLength: 1, description, examples: [example] });

/** One event on the bus: the CloudEvents 1.0 envelope in JSON (structured mode), and the type's own `data`. */
function envelope({ type, data }: EventType, source: TSchema) {
  return Type.Object({
    specversion: Type.Literal('1.0'),
    id: text('Unique together with `source`; the same event delivered twice has the same', 'a1b2c3'),
    source,
    type: Type.Literal(type),
    time: Type.Optional(Type.String({ format: 'date-time', description: 'When it happened' })),
    subject: Type.Optional(Type.String({ minLength: 1, description: 'The user or game it is about' })),
    partitionkey: Type.Optional(
      Type.String({ description: "The Kafka message's key: events of one key stay in order" }),
    ),
    datacontenttype: Type.Optional(Type.Literal('application/json')),
    traceparent: Type.Optional(
      Type.String({ description: 'W3C Trace Context of the request that caused it; only where its way is told' }),
    ),
    data,
  });
}

function fileOf(direction: 'produced' | 'consumed', event: EventType, source: TSchema): EventSchemaFile {
  return {
    path: `${direction}/${event.type}.json`,
    schema: {
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      title: event.type,
      description: `${event.description} Topic: ${event.topic}.`,
      ...envelope(event, source),
    },
  };
}

/** Every schema file of `api/events/`. */
export function eventSchemaFiles(): readonly EventSchemaFile[] {
  const anybody = Type.String({ minLength: 1, format: 'uri-reference', description: 'Who tells it' });
  const we = Type.Literal('/library-service', { description: 'Who tells it' });
  return [
    ...PRODUCED_EVENTS.map((event) => fileOf('produced', event, we)),
    ...CONSUMED_EVENTS.map((event) => fileOf('consumed', event, anybody)),
  ];
}
