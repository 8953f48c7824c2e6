import { compatibilityPartitioner, NetworkError, Producer, type MessageToProduce } from '@platformatic/kafka';
import type { OutgoingMessage } from '../ports/event-bus.ts';
import { clientOptions, type KafkaSettings } from './kafka-settings.ts';

/** Brokers refuse a batch above 1 MiB (`max.message.bytes`), and a request of ours may be one batch. */
const REQUEST_BYTES = 900_000;
/** Of key, value and headers, per message. */
const OVERHEAD_BYTES = 100;
/** Above it, callers are refused instead of filling the memory while Kafka is away. */
const WAITING_BYTES = 64 * 1024 * 1024;

interface Request {
  readonly messages: MessageToProduce<string, string, string, string>[];
  readonly bytes: number;
  readonly caller: Caller;
}

interface Caller {
  left: number;
  failed: boolean;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

const serialize = (text?: string) => (text === undefined ? undefined : Buffer.from(text));

/**
 * Writes messages to Kafka: acknowledged by all in-sync replicas, by an idempotent producer, with Java's partitioner.
 *
 * One request is under way at a time, and whatever callers bring meanwhile goes with the next one: so batches grow with
 * the load, and a request that is tried again never passes or is passed by another.
 */
export class KafkaPublisher {
  readonly #producer: Producer<string, string, string, string>;
  readonly #waiting: Request[] = [];
  #waitingBytes = 0;
  #sending = false;

  constructor(settings: KafkaSettings) {
    this.#producer = new Producer({
      ...clientOptions(settings),
      idempotent: true,
      // A lost connection or a new leader are passed over; a cluster that is away for longer is the caller's to know.
      retries: 6,
      retryDelay: 250,
      partitioner: (_message, key) => compatibilityPartitioner(_message, key),
      serializers: { key: serialize, value: serialize, headerKey: serialize, headerValue: serialize },
    });
  }

  /** @throws when some may not be durable, or when too much is waiting already. */
  publish(messages: readonly OutgoingMessage[]): Promise<void> {
    if (messages.length === 0) return Promise.resolve();
    if (this.#waitingBytes > WAITING_BYTES) {
      return Promise.reject(new Error(`${this.#waitingBytes} bytes wait for Kafka already`));
    }
    return new Promise((resolve, reject) => {
      const caller: Caller = { left: 0, failed: false, resolve, reject };
      for (const request of requestsOf(messages, caller)) {
        caller.left += 1;
        this.#waitingBytes += request.bytes;
        this.#waiting.push(request);
      }
      void this.#sendAll();
    });
  }

  close(): Promise<void> {
    return this.#producer.close(true);
  }

  async #sendAll(): Promise<void> {
    if (this.#sending) return;
    this.#sending = true;
    for (let batch = this.#nextBatch(); batch.length > 0; batch = this.#nextBatch()) await this.#send(batch);
    this.#sending = false;
  }

  async #send(batch: readonly Request[]): Promise<void> {
    try {
      await this.#producer.send({ messages: batch.flatMap(({ messages }) => messages) });
    } catch (error) {
      if (batch.length > 1 && !isOutage(error)) {
        // One caller's message may be too large, or for a topic that is not there: the others shall not suffer for it.
        for (const request of batch) await this.#send([request]);
        return;
      }
      for (const { caller } of batch) {
        caller.failed = true;
        caller.reject(error);
      }
      return;
    }
    for (const { caller } of batch) {
      caller.left -= 1;
      if (caller.left === 0 && !caller.failed) caller.resolve();
    }
  }

  #nextBatch(): Request[] {
    const batch: Request[] = [];
    let bytes = 0;
    for (let next = this.#waiting[0]; next !== undefined; next = this.#waiting[0]) {
      if (batch.length > 0 && bytes + next.bytes > REQUEST_BYTES) break;
      this.#waiting.shift();
      this.#waitingBytes -= next.bytes;
      // The rest of what failed: its caller publishes all of it again, and in order.
      if (next.caller.failed) continue;
      bytes += next.bytes;
      batch.push(next);
    }
    return batch;
  }
}

function requestsOf(messages: readonly OutgoingMessage[], caller: Caller): Request[] {
  const requests: { messages: Request['messages']; bytes: number; caller: Caller }[] = [];
  for (const { topic, key, value, headers } of messages) {
    const bytes = OVERHEAD_BYTES + sizeOf(key ?? '') + sizeOf(value) + sizeOf(JSON.stringify(headers));
    let request = requests.at(-1);
    if (request === undefined || request.bytes + bytes > REQUEST_BYTES) {
      requests.push((request = { messages: [], bytes: 0, caller }));
    }
    request.messages.push({ topic, value, headers: { ...headers }, ...(key === null ? {} : { key }) });
    request.bytes += bytes;
  }
  return requests;
}

function isOutage(error: unknown): boolean {
  return error instanceof Error && NetworkError.isRetryable(error);
}

function sizeOf(text: string): number {
  return Buffer.byteLength(text);
}
