import { CloudEvent, Kafka, ValidationError } from 'cloudevents';
import { tracedAs } from './cloud-event.ts';
import { CONSUMED_EVENTS } from '../contract/events/consumed.ts';
import type { EventBody } from '../contract/support.ts';
import { compileCheck, invalid } from '../contract/validation.ts';
import type { OutgoingMessage } from '../ports/event-bus.ts';
import { currentSpan } from '../telemetry/tracing/current.ts';

const TYPES = new Map(
  CONSUMED_EVENTS.map(({ type, topic, data }) => [type as string, { topic, check: compileCheck(data) }]),
);

/**
 * An event as another service of the platform would publish it, for those who speak for one by hand.
 *
 * @param now ms since the Unix epoch
 * @throws LibraryError VALIDATION_ERROR when the data is not what the type's schema says
 */
export function platformEvent({ id, source, type, data }: EventBody & { id: string }, now: number): OutgoingMessage {
  const known = TYPES.get(type);
  if (known === undefined) throw new TypeError(`no such event: ${type}`);
  const errors = known.check(data);
  if (errors !== null) throw invalid(errors.map(({ field, message }) => ({ field: `data.${field}`, message })));
  const { user_id, game_id } = data as { readonly user_id?: string; readonly game_id?: string };
  const key = (user_id ?? game_id ?? id).toLowerCase();
  const event = cloudEvent({
    id,
    source,
    type,
    time: new Date(now).toISOString(),
    partitionkey: key,
    data,
    ...tracedAs(currentSpan()?.traceparent),
  });
  const { value, headers } = Kafka.structured(event);
  return { topic: known.topic, key, value: String(value), headers: headers as Record<string, string> };
}

/** Of what comes from the caller, only the source has a form that the contract does not check: a URI reference. */
function cloudEvent(members: ConstructorParameters<typeof CloudEvent>[0]): CloudEvent<unknown> {
  try {
    return new CloudEvent(members);
  } catch (error) {
    if (!(error instanceof ValidationError)) throw error;
    throw invalid([{ field: 'source', message: 'must be a URI reference' }]);
  }
}
