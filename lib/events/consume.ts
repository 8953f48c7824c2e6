import type { Kysely } from 'kysely';
import { incomingEvent, type ReceivedEvent } from './cloud-event.ts';
import { takeIn, type Reaction, type Taken } from './inbox.ts';
import { CONSUMED_EVENTS, type ConsumedData, type ConsumedType } from '../contract/events/consumed.ts';
import { compileCheck } from '../contract/validation.ts';
import type { Schema } from '../db/schema.ts';
import { ERRORS, type ErrorCode } from '../errors.ts';
import { PoisonMessage, type IncomingMessage } from '../ports/event-bus.ts';

/** What each type of event asks for, given its validated data. `now` in ms since the Unix epoch. */
export type Reactions = {
  readonly [Type in ConsumedType]: (data: ConsumedData<Type>, event: ReceivedEvent, now: number) => Reaction;
};

/** Runs the work that an event asks for as a step of the trace that it comes with. */
export type Telling = (event: ReceivedEvent, work: () => Promise<Taken>) => Promise<Taken>;

/** `ignored`: a type of event that this service has no use for; other types share its topics. */
export type Consumed = Taken | 'ignored';

/**
 * SQLSTATEs of a value that PostgreSQL refuses whenever it comes: class 22, data exceptions (U+0000 in an event's id, half
 * a surrogate pair in JSON, a day in the year 0), and 54000, an id too long for an index. Tried again for ever, one such
 * message would hold up its partition for ever.
 */
const UNSTORABLE = /^(22[0-9A-Z]{3}|54000)$/;

const CHECKS = new Map(CONSUMED_EVENTS.map(({ type, data }) => [type as string, compileCheck(data)]));

/**
 * Takes one message from the bus in.
 *
 * @param told what the work runs in
 * @throws PoisonMessage when no repetition can help: no CloudEvent, data that is not what its type says, or a rule that
 *   refuses it; anything else when one may
 */
export async function consume(
  db: Kysely<Schema>,
  message: IncomingMessage,
  now: number,
  reactions: Reactions,
  told: Telling = (_event, work) => work(),
): Promise<Consumed> {
  const event = incomingEvent(message);
  const check = CHECKS.get(event.type);
  if (check === undefined) return 'ignored';
  const errors = check(event.data);
  if (errors !== null) {
    throw new PoisonMessage(errors.map(({ field, message: wrong }) => `${field || 'data'}: ${wrong}`).join('; '));
  }
  const reactionTo = reactions[event.type as ConsumedType] as (
    data: unknown,
    event: ReceivedEvent,
    now: number,
  ) => Reaction;
  try {
    return await told(event, () => takeIn(db, event, now, reactionTo(event.data, event, now)));
  } catch (error) {
    throw refusal(error) ?? error;
  }
}

/** What the rules refuse today they refuse tomorrow; what is unavailable may be there tomorrow. */
function refusal(error: unknown): PoisonMessage | null {
  const { type, code, message } = (error ?? {}) as { type?: unknown; code?: unknown; message?: unknown };
  if (typeof code === 'string' && UNSTORABLE.test(code)) {
    return new PoisonMessage(`the database cannot hold it: ${String(message)}`, error);
  }
  if (typeof type !== 'string' || !Object.hasOwn(ERRORS, type)) return null;
  const { status } = ERRORS[type as ErrorCode];
  return status < 500 && status !== 429 ? new PoisonMessage(`${type}: ${String(message)}`, error) : null;
}
