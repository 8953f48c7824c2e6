/**
 * How many messages a second the event bus takes and brings, on real Kafka: `node bench/event-bus.ts [messages]`.
 * One process publishes in batches and reads everything back through a consumer group whose handler does nothing.
 */
import { randomUUID } from 'node:crypto';
import { KafkaEventBus } from '../lib/kafka/kafka-event-bus.ts';
import type { OutgoingMessage } from '../lib/ports/event-bus.ts';
import { obtainKafka } from '../scripts/servers/kafka.ts';

const VALUE_BYTES = 500;
const BATCH = 1000;
const USERS = 10_000;
const total = Number(process.argv[2] ?? 200_000);

const server = await obtainKafka();
if (server === null) throw new Error('no Kafka here: run scripts/install-servers');
const bus = new KafkaEventBus({
  brokers: server.address.split(','),
  clientId: 'bench',
  tls: null,
  sasl: null,
  newTopics: { partitions: 6, replication: null },
});
try {
  const topic = `bench-${randomUUID()}`;
  await bus.ensureTopics([topic]);
  const value = 'x'.repeat(VALUE_BYTES);
  const batch = (from: number): OutgoingMessage[] =>
    Array.from({ length: BATCH }, (_, n) => {
      const key = `user-${(from + n) % USERS}`;
      return { topic, key, value, headers: { 'ce-id': `${from + n}`, 'ce-type': 'library.bench' } };
    });
  await bus.publish(batch(0));
  report('published one batch after another', await seconds(() => publishAll(batch, 1)));
  report('published four callers at once', await seconds(() => publishAll(batch, 4)));
  let left = 2 * total + BATCH;
  const reading = await seconds(async () => {
    let finish: () => void = () => undefined;
    const finished = new Promise<void>((resolve) => (finish = resolve));
    const quiet = { retrying() {}, deadLettered() {}, failed: (error: unknown) => console.error(String(error)) };
    const member = await bus.subscribe({
      group: topic,
      topics: [topic],
      events: quiet,
      handle: async () => {
        left -= 1;
        if (left === 0) finish();
      },
      retry: { maxAttempts: null, firstPauseMs: 100, maxPauseMs: 1000 },
    });
    await finished;
    await member.stop();
  });
  report('consumed and committed', reading, 2 * total + BATCH);
  console.log(`memory: ${Math.round(process.memoryUsage().rss / 1024 / 1024)} MB`);
} finally {
  await bus.close();
  await server.stop();
}

async function publishAll(batch: (from: number) => OutgoingMessage[], callers: number): Promise<void> {
  let next = 0;
  await Promise.all(
    Array.from({ length: callers }, async () => {
      while (next < total) {
        const from = next;
        next += BATCH;
        await bus.publish(batch(from));
      }
    }),
  );
}

async function seconds(run: () => Promise<void>): Promise<number> {
  const from = performance.now();
  await run();
  return (performance.now() - from) / 1000;
}

function report(what: string, took: number, messages = total): void {
  console.log(`${what}: ${Math.round(messages / took).toLocaleString('en')} messages/s (${took.toFixed(1)} s)`);
}
