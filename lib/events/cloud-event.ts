import { CloudEvent, Kafka } from 'cloudevents';
import { PRODUCED_EVENTS, type ProducedType } from '../contract/events/produced.ts';
import { PoisonMessage, type IncomingMessage, type OutgoingMessage } from '../ports/event-bus.ts';

/** CloudEvents' `source` of everything this service tells. */
export const EVENT_SOURCE = '/library-service';

/** One row of the outbox. */
export interface OutboxRow {
  readonly event_number: number;
  readonly event_id: string;
  readonly user_id: string;
  readonly event_type: string;
  readonly occurred_at: Date;
  readonly data: Readonly<Record<string, unknown>>;
  /** W3C Trace Context of the change that it tells of; null, or absent: its way is not told. */
  readonly traceparent?: string | null;
}

/** An event of somebody else, as far as it can be told without knowing its type. */
export interface ReceivedEvent {
  readonly source: string;
  readonly id: string;
  readonly type: string;
  readonly data: unknown;
  /** By CloudEvents' extension for distributed tracing, or the message's own header; null when it has none. */
  readonly traceparent: string | null;
}

const TOPICS = new Map<string, string>(PRODUCED_EVENTS.map(({ type, topic }) => [type, topic]));

/** The topic on which events of a type leave. */
export function topicOf(type: ProducedType | (string & {})): string {
  const topic = TOPICS.get(type);
  if (topic === undefined) throw new TypeError(`no such event: ${type}`);
  return topic;
}

/**
 * The event as it travels: CloudEvents 1.0, JSON in structured mode, keyed by the user (CloudEvents Kafka binding 3.1
 * and 3.3). The same row makes the same bytes, however often it is sent.
 */
export function outgoingEvent(row: OutboxRow): OutgoingMessage {
  const event = new CloudEvent({
    id: row.event_id,
    source: EVENT_SOURCE,
    type: row.event_type,
    time: row.occurred_at.toISOString(),
    subject: row.user_id,
    partitionkey: row.user_id,
    datacontenttype: 'application/json',
    data: row.data,
    ...tracedAs(row.traceparent),
  });
  const { value, headers } = Kafka.structured(event);
  return {
    topic: topicOf(row.event_type),
    key: row.user_id,
    value: String(value),
    headers: headers as Record<string, string>,
  };
}

/**
 * Reads an event from the bus, in structured or binary mode.
 *
 * @throws PoisonMessage when it is no CloudEvent
 */
export function incomingEvent({ headers, key, value }: IncomingMessage): ReceivedEvent {
  const binary = { headers, key: key ?? '', value, body: value };
  try {
    // The SDK reads structured events only when they carry a time, which CloudEvents leaves optional.
    const event =
      headers['ce_id'] === undefined
        ? new CloudEvent(JSON.parse(value) as object)
        : (Kafka.toEvent(binary) as CloudEvent<unknown>);
    event.validate();
    const { source, id, type, data, traceparent } = event as CloudEvent<unknown> & { readonly traceparent?: unknown };
    return {
      source,
      id,
      type,
      data: dataOf(data),
      traceparent: typeof traceparent === 'string' ? traceparent : (headers['traceparent'] ?? null),
    };
  } catch (error) {
    throw new PoisonMessage(`no CloudEvent: ${error instanceof Error ? error.message : String(error)}`, error);
  }
}

/**
 * The extension by which an event says which change it tells of: the same for whoever carries it, however often.
 * https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/extensions/distributed-tracing.md
 */
export function tracedAs(traceparent: string | null | undefined): { readonly traceparent?: string } {
  return traceparent === null || traceparent === undefined ? {} : { traceparent };
}

/** In binary mode the SDK leaves JSON as it came. */
function dataOf(data: unknown): unknown {
  return typeof data === 'string' ? (JSON.parse(data) as unknown) : data;
}
