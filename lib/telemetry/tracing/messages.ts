import { SpanKind } from '@opentelemetry/api';
import {
  ATTR_MESSAGING_DESTINATION_NAME,
  ATTR_MESSAGING_DESTINATION_PARTITION_ID,
  ATTR_MESSAGING_KAFKA_OFFSET,
  ATTR_MESSAGING_MESSAGE_ID,
  ATTR_MESSAGING_OPERATION_NAME,
  ATTR_MESSAGING_OPERATION_TYPE,
  ATTR_MESSAGING_SYSTEM,
} from '@opentelemetry/semantic-conventions/incubating';
import { readTraceparent } from '../trace.ts';
import { asWhole, within } from './current.ts';
import type { SpanOptions, TracedSpan } from './traced-span.ts';
import { followed } from './traces.ts';
import type { Tracing } from './tracing.ts';

/** What carries events: Kafka, or the log in the service's own database. */
export type MessagingSystem = 'kafka' | 'postgresql';

/** An event on its way out. */
export interface Sent {
  readonly id: string;
  readonly type: string;
  readonly topic: string;
  /** Of the change that it tells of; nearly always null. */
  readonly traceparent: string | null;
}

/** An event that came in. */
export interface Received {
  readonly id: string;
  readonly type: string;
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly traceparent: string | null;
}

/** Told of a batch that is published; what it returns is told how that ended. */
export type Sending = (events: readonly Sent[]) => (error?: unknown) => void;

const NOTHING = (): void => undefined;

/** Each event whose way is told gets a step of its own in its own trace: a batch belongs to many. */
export function sending(tracing: Tracing | null, system: MessagingSystem): Sending {
  if (tracing === null) return () => NOTHING;
  return (events) => {
    const spans: TracedSpan[] = [];
    for (const { traceparent, topic, id, type } of events) {
      if (traceparent === null) continue;
      const options = step(SpanKind.PRODUCER, 'send', system, { topic, id, type });
      const span = followed(tracing.tracer, traceparent, `send ${topic}`, options);
      if (span !== null) spans.push(span);
    }
    if (spans.length === 0) return NOTHING;
    return (error) => {
      for (const span of spans) {
        if (error !== undefined) span.failWith(error);
        span.end();
      }
    };
  };
}

/** Takes an event in: as a step of the trace that it comes with, where its way is told. */
export function receiving(tracing: Tracing | null, system: MessagingSystem) {
  return <Result>(event: Received, work: () => Promise<Result>): Promise<Result> => {
    const { topic, partition, offset, traceparent } = event;
    const options = step(SpanKind.CONSUMER, 'process', system, event, {
      [ATTR_MESSAGING_DESTINATION_PARTITION_ID]: String(partition),
      [ATTR_MESSAGING_KAFKA_OFFSET]: offset,
    });
    const span = tracing?.consume(traceparent, `process ${topic}`, options) ?? null;
    if (span !== null) return asWhole(span, work);
    const parent = readTraceparent(traceparent);
    if (parent === null || traceparent === null) return work();
    return within({ traceId: parent.id, traceparent, span: null }, work);
  };
}

/** https://opentelemetry.io/docs/specs/semconv/messaging/messaging-spans/, without the key, which is a user's id. */
function step(
  kind: SpanKind,
  operation: 'send' | 'process',
  system: MessagingSystem,
  { topic, id, type }: Pick<Sent, 'topic' | 'id' | 'type'>,
  more: SpanOptions['attributes'] = {},
): SpanOptions {
  return {
    kind,
    attributes: {
      [ATTR_MESSAGING_SYSTEM]: system,
      [ATTR_MESSAGING_DESTINATION_NAME]: topic,
      [ATTR_MESSAGING_OPERATION_NAME]: operation,
      [ATTR_MESSAGING_OPERATION_TYPE]: operation,
      [ATTR_MESSAGING_MESSAGE_ID]: id,
      'cloudevents.event_type': type,
      ...more,
    },
  };
}
