import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import type { Kysely } from 'kysely';
import type { Schema } from '../lib/db/schema.ts';
import { outgoingEvent } from '../lib/events/cloud-event.ts';
import { EVENT_SCHEMAS } from '../lib/http/project-files.ts';

const ajv = new Ajv2020({ allErrors: true, strict: true, allowUnionTypes: true });
formats.default(ajv);

const VALIDATORS = new Map<string, ValidateFunction>(
  readdirSync(join(EVENT_SCHEMAS, 'produced')).map((file) => [
    file.replace(/\.json$/, ''),
    ajv.compile(JSON.parse(readFileSync(join(EVENT_SCHEMAS, 'produced', file), 'utf8')) as object),
  ]),
);

export interface ToldEvent {
  readonly type: string;
  readonly id: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** The event in a message of ours. Throws when it is not what the JSON Schema of its type says. */
export function toldEvent(value: string): ToldEvent {
  const event = JSON.parse(value) as ToldEvent;
  const validate = VALIDATORS.get(event.type);
  if (validate === undefined) throw new Error(`api/events/produced has no schema of ${event.type}`);
  const isValid: boolean = validate(event);
  if (!isValid) throw new Error(`${event.type}: ${ajv.errorsText(validate.errors)}: ${value}`);
  return event;
}

/** What waits in the outbox of a user, in order, each checked against its JSON Schema. */
export async function eventsOf(db: Kysely<Schema>, userId: string): Promise<readonly ToldEvent[]> {
  const rows = await db
    .selectFrom('outbox_events')
    .selectAll()
    .where('user_id', '=', userId)
    .orderBy('event_number')
    .execute();
  return rows.map((row) => toldEvent(outgoingEvent(row).value));
}
