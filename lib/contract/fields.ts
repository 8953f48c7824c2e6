import Type from 'typebox';
import type { TSchema, TSchemaOptions } from 'typebox';

/** The kinds of values the API is made of. Each is written down once, with an example the documentation shows. */

export function uuid(description: string, example = '0198f2b4-7c1e-7a30-9d52-3f6b1c0a4e21') {
  return Type.String({ format: 'uuid', description, examples: [example] });
}

export const UserId = uuid('The user whose data is concerned', '0198f2b4-0a00-7000-8000-00000000d3a0');
export const GameId = uuid('A game of the catalogue', '0198f2b4-0b00-7000-8000-000000000001');
export const DeviceId = uuid('The device the launcher runs on', '0198f2b4-0c00-7000-8000-0000000000d1');
export const SessionId = uuid('A play session', '0198f2b4-7c1e-7a30-9d52-3f6b1c0a4e21');

/** RFC 3339. The service itself writes UTC with milliseconds. */
export function timestamp(description: string) {
  return Type.String({ format: 'date-time', description, examples: ['2026-03-01T18:30:00.000Z'] });
}

/** A UTC day, `2026-03-01`. */
export function day(description: string) {
  return Type.String({ format: 'date', description, examples: ['2026-03-01'] });
}

/** A duration in whole seconds, as the service reports it. */
export function seconds(description: string) {
  return Type.Integer({ minimum: 0, description, examples: [1260] });
}

/**
 * A character that PostgreSQL can store, also within jsonb: not U+0000, and no half of a surrogate pair. For patterns,
 * which are compiled with the flag `u`: a whole pair is one character.
 */
export const STORABLE = '[^\\u0000\\ud800-\\udfff]';

/**
 * Text written by people. What PostgreSQL cannot store is refused by the contract rather than by the database.
 *
 * @param maxLength in characters (Unicode code points)
 */
export function text(description: string, maxLength: number, options: { minLength?: number; example?: string } = {}) {
  return Type.String({
    minLength: options.minLength ?? 0,
    maxLength,
    pattern: `^${STORABLE}*$`,
    description,
    ...(options.example === undefined ? {} : { examples: [options.example] }),
  });
}

export function choice<Values extends string[]>(values: readonly [...Values], description: string) {
  return Type.Enum<Values>(values, { type: 'string', description, examples: [values[0]] });
}

export function nullable<Schema extends TSchema>(schema: Schema) {
  return Type.Union([schema, Type.Null()]);
}

/** An object that takes no other members than these. A `title` makes it a named schema of the documentation. */
export function closed<Properties extends Record<string, TSchema>>(
  properties: Properties,
  options: TSchemaOptions = {},
) {
  return Type.Object(properties, { additionalProperties: false, ...options });
}

/** Every list: a page of items and where the next one begins. */
export function page<Item extends TSchema>(item: Item, title: string) {
  return closed(
    {
      items: Type.Array(item),
      next_cursor: nullable(Type.String({ description: 'Pass as `cursor` for the next page; null on the last page' })),
    },
    { title },
  );
}

/**
 * The query of every list. A member with a `default` is always present for the action and optional for the caller.
 * Booleans and integers arrive as text and are converted (`query.ts`).
 */
export const pagination = {
  cursor: Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: 512,
      pattern: '^[A-Za-z0-9_-]+$',
      description: 'Where the page begins: `next_cursor` of the page before. Opaque',
    }),
  ),
  limit: Type.Integer({ minimum: 1, maximum: 200, default: 50, description: 'Items a page, at most', examples: [50] }),
};
