import { describe } from '@jest/globals';
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { DatabaseEventBus } from '../../lib/bus/database-event-bus.ts';
import type { DatabaseBusTiming } from '../../lib/bus/database-subscription.ts';
import { openDatabase, type Database, type SqlExecutor } from '../../lib/db/database.ts';
import { KafkaEventBus } from '../../lib/kafka/kafka-event-bus.ts';
import type { KafkaSettings, KafkaTiming } from '../../lib/kafka/kafka-settings.ts';
import { deadLetterTopic } from '../../lib/ports/event-bus.ts';
import { up as createBusTables } from '../../migrations/0010_event_bus_log.ts';
import { createDatabase } from '../../scripts/servers/postgres.ts';
import { describeWithServer } from '../servers.ts';
import { Recorder } from './event-bus.fixtures.ts';
import { eventBusSuite, type EventBusBench } from './event-bus.suite.ts';

const TIMING: Partial<DatabaseBusTiming> = { leaseMs: 1000, pollMs: 20 };
const KAFKA_QUICK: Partial<KafkaTiming> = { sessionTimeoutMs: 2000, heartbeatMs: 100, fetchWaitMs: 50, againMs: 50 };

describe('the event bus in the embedded PostgreSQL', () => {
  eventBusSuite(async () => databaseBench(await openDatabase({ memory: true }), async () => undefined));
});

describeWithServer('PostgreSQL', 'the event bus in PostgreSQL', (address) => {
  eventBusSuite(async () => {
    const fresh = await createDatabase(address, 'event bus');
    return databaseBench(await openDatabase({ dsn: fresh.dsn }), () => fresh.drop());
  });
});

describeWithServer('Kafka', 'the event bus on Kafka', (address) => {
  eventBusSuite(async () => {
    const settings: KafkaSettings = {
      brokers: address.split(','),
      clientId: 'test',
      tls: null,
      sasl: null,
      newTopics: { partitions: null, replication: null },
    };
    const admin = new KafkaEventBus(settings);
    return {
      open: async () => new KafkaEventBus(settings, KAFKA_QUICK),
      makeTopics: (topics) => admin.ensureTopics(topics),
      makeTopicWithoutDeadLetters: async (topic) => {
        await admin.createTopics([topic]);
        return () => admin.ensureTopics([topic]);
      },
      dyingMember: (group, topic, messages) => memberThatDies(address, group, topic, messages),
      dispose: () => admin.close(),
    };
  });
});

/** Resolves with what it handled, when it is dead. */
async function memberThatDies(
  address: string,
  group: string,
  topic: string,
  messages: number,
): Promise<readonly string[]> {
  const program = join(import.meta.dirname, 'event-bus.dying-member.ts');
  const child = spawn(process.execPath, [program, address, group, topic, String(messages)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const dead = new Promise((resolve) => child.once('exit', resolve));
  const values: string[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    values.push(line);
    if (values.length === messages) child.kill('SIGKILL');
  }
  await dead;
  return values;
}

async function databaseBench(database: Database, drop: () => Promise<void>): Promise<EventBusBench> {
  await database.db.connection().execute((connection) => createBusTables(connection as never));
  const unwritable = new Set<string>();
  const bury: (() => Promise<void>)[] = [];
  const refusing: SqlExecutor = {
    query: async (text, params = [], name) => {
      const topics = name === 'bus-append' ? (params[0] as string[]) : [];
      if (topics.some((topic) => unwritable.has(topic))) throw new Error('disk full');
      return database.executor.query(text, params, name);
    },
  };
  return {
    open: async () => new DatabaseEventBus({ executor: refusing, ping: () => database.ping() }, TIMING),
    makeTopics: async () => undefined,
    makeTopicWithoutDeadLetters: async (topic) => {
      unwritable.add(deadLetterTopic(topic));
      return async () => void unwritable.delete(deadLetterTopic(topic));
    },
    dyingMember: async (group, topic, messages) => {
      // To the database, a member whose connection is gone for good and one that was killed are the same.
      let dead = false;
      const cut: SqlExecutor = {
        query: async (...query) => {
          if (dead) throw new Error('killed');
          return database.executor.query(...query);
        },
      };
      const limits = { lowWater: 200, commitEvery: 1_000_000, commitAfterMs: 1_000_000 };
      const bus = new DatabaseEventBus({ executor: cut, ping: () => database.ping() }, { ...TIMING, limits });
      const recorder = new Recorder();
      let release: () => void = () => undefined;
      const end = new Promise<void>((resolve) => (release = resolve));
      recorder.work = () => (recorder.handled.length < messages ? Promise.resolve() : end);
      await recorder.join(bus, group, [topic]);
      await recorder.count(messages);
      dead = true;
      bury.push(() => {
        release();
        return bus.close();
      });
      return recorder.values.slice();
    },
    dispose: async () => {
      for (const remains of bury) await remains();
      await database.close();
      await drop();
    },
  };
}
