import { InvalidArgumentError, program } from 'commander';
import { sql } from 'kysely';
import { openDatabase, type Database } from '../lib/db/database.ts';
import { prepareDatabase } from '../lib/db/prepare.ts';
import { outgoingEvent } from '../lib/events/cloud-event.ts';
import { laneSql, OUTBOX_LANES } from '../lib/events/lane.ts';
import { OutboxRelay, RELAY_DEFAULTS } from '../lib/events/outbox-relay.ts';
import { postgresOutbox } from '../lib/events/outbox.ts';
import { KafkaEventBus } from '../lib/kafka/kafka-event-bus.ts';
import { systemClock } from '../lib/ports/clock.ts';
import type { OutgoingMessage } from '../lib/ports/event-bus.ts';
import { obtainKafka } from '../scripts/servers/kafka.ts';
import { createDatabase, obtainPostgres } from '../scripts/servers/postgres.ts';

const options = program
  .name('npm run bench:outbox --')
  .description(
    'Events a second that the relay carries from the outbox in PostgreSQL to Kafka (acknowledged by all replicas, then ' +
      'deleted), beside publishing the same messages to Kafka from memory. Every event is counted at its arrival.',
  )
  .option('--events <n>', 'events that wait when a round begins', positive, 100_000)
  .option('--users <n>', 'users they are of', positive, 10_000)
  .option('--rounds <n>', 'rounds; the medians are compared', positive, 3)
  .parse()
  .opts<{ events: number; users: number; rounds: number }>();

const TOPIC = 'playtime-events';
const LANES = Array.from({ length: OUTBOX_LANES }, (_, lane) => lane);
const AT_ONCE = 2_000;

const postgres = await obtainPostgres();
const kafka = await obtainKafka();
try {
  if (postgres === null || kafka === null) throw new Error('bench:outbox needs PostgreSQL and Kafka');
  const fresh = await createDatabase(postgres.address, 'outbox');
  const database = await openDatabase({ dsn: fresh.dsn });
  const bus = new KafkaEventBus({
    brokers: kafka.address.split(','),
    clientId: 'bench',
    tls: null,
    sasl: null,
    newTopics: { partitions: 6, replication: null },
  });
  try {
    await prepareDatabase(database, Date.now());
    await bus.ensureTopics([TOPIC]);
    await measure(database, bus);
  } finally {
    await bus.close();
    await database.close();
    await fresh.drop();
  }
} finally {
  await kafka?.stop();
  await postgres?.stop();
}

async function measure(database: Database, bus: KafkaEventBus): Promise<void> {
  const relayed: number[] = [];
  const published: number[] = [];
  // The first round warms up and is thrown away.
  for (let round = 0; round <= options.rounds; round += 1) {
    await fill(database);
    const messages = (await postgresOutbox(database.executor, 'bench').read(0, 0, 1_000)).map(outgoingEvent);
    const relayRate = await relayAll(database, bus);
    const publishRate = await publishAll(bus, messages);
    if (round > 0) {
      relayed.push(relayRate);
      published.push(publishRate);
    }
    process.stderr.write(round === 0 ? 'warmed up\n' : `round ${round} of ${options.rounds}\n`);
  }
  const [relay, publish] = [median(relayed), median(published)];
  process.stdout.write(
    `outbox to Kafka     ${rate(relay)}\n` +
      `memory to Kafka     ${rate(publish)}   ratio ${(relay / publish).toFixed(2)}\n`,
  );
}

/** As many events as asked for, of random users, as the flush writes them. */
async function fill(database: Database): Promise<void> {
  await sql`
    INSERT INTO outbox_events (lane, user_id, event_type, occurred_at, data)
    SELECT ${sql.raw(laneSql('user_id'))}, user_id, 'library.playtime.updated', now(), jsonb_build_object(
      'user_id', user_id, 'game_id', gen_random_uuid(), 'added_ms', 120000, 'total_seconds', 86400)
    FROM (
      SELECT ('00000000-0000-7000-8000-' || lpad(to_hex(n % ${options.users}), 12, '0'))::uuid AS user_id
      FROM generate_series(1, ${options.events}) AS n
    ) AS users`.execute(database.db);
}

async function relayAll(database: Database, bus: KafkaEventBus): Promise<number> {
  const before = await arrived(bus);
  const clock = systemClock();
  const outbox = postgresOutbox(database.executor, 'bench');
  let carried = 0;
  let done = (): void => undefined;
  const all = new Promise<void>((resolve) => (done = resolve));
  const relay = new OutboxRelay(
    outbox,
    bus,
    clock,
    { ...RELAY_DEFAULTS, random: Math.random },
    {
      carried: () => undefined,
      relayed: (events) => {
        carried += events;
        if (carried >= options.events) done();
      },
      failed: (error) => process.stderr.write(`${String(error)}\n`),
    },
  );
  relay.setLanes(LANES);
  const began = performance.now();
  relay.start();
  await all;
  const ms = performance.now() - began;
  await relay.stop();
  const left = await outbox.backlog();
  const came = (await arrived(bus)) - before;
  if (left.events !== 0 || came !== options.events) {
    throw new Error(`${came} of ${options.events} events arrived, ${left.events} are left`);
  }
  return (options.events / ms) * 1_000;
}

async function publishAll(bus: KafkaEventBus, sample: readonly OutgoingMessage[]): Promise<number> {
  const batches = Math.ceil(options.events / sample.length);
  let next = 0;
  const began = performance.now();
  await Promise.all(
    Array.from({ length: AT_ONCE / sample.length }, async () => {
      while (next < batches) {
        next += 1;
        await bus.publish(sample);
      }
    }),
  );
  return ((batches * sample.length) / (performance.now() - began)) * 1_000;
}

/** How many messages the topic has ever had: what a group that read nothing would be behind. */
async function arrived(bus: KafkaEventBus): Promise<number> {
  const partitions = await bus.lag('bench-nobody', [TOPIC]);
  return partitions.reduce((sum, { lag }) => sum + lag, 0);
}

function rate(value: number): string {
  return `${Math.round(value).toLocaleString('en').padStart(8)} events/s`;
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)]!;
}

function positive(text: string): number {
  const number = Number(text);
  if (Number.isSafeInteger(number) && number > 0) return number;
  throw new InvalidArgumentError('must be a positive whole number');
}
