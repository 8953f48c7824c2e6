import type { Kysely } from 'kysely';
import { sql } from 'kysely';
import type { Database } from '../db/database.ts';
import type { Schema } from '../db/schema.ts';
import { systemClock, type Clock } from '../ports/clock.ts';
import {
  deadLetterTopic,
  type EventBus,
  type IncomingMessage,
  type OutgoingMessage,
  type PartitionLag,
  type RunningSubscription,
  type Subscription,
} from '../ports/event-bus.ts';
import { DatabaseLog } from './database-log.ts';
import { DATABASE_BUS_TIMING, DatabaseSubscription, type DatabaseBusTiming } from './database-subscription.ts';
import { GatheredAppends } from './gathered-appends.ts';
import { startUnlessAborted } from './start-unless-aborted.ts';
import { outside } from '../telemetry/tracing/current.ts';

/** Messages per statement: keeps the one session of the embedded database free for others in between. */
const APPEND_AT_MOST = 1000;

/**
 * The embedded event bus: a log in the service's own database, for installations without Kafka. What is published is
 * as durable as any other data there. Subscribers of the same bus object hear of new messages at once, those of other
 * processes within `pollMs`.
 */
export class DatabaseEventBus implements EventBus {
  readonly #database: Pick<Database, 'executor' | 'ping'>;
  readonly #log: DatabaseLog;
  readonly #appends: GatheredAppends;
  readonly #timing: DatabaseBusTiming;
  readonly #clock: Clock;
  readonly #subscriptions = new Set<DatabaseSubscription>();

  constructor(
    database: Pick<Database, 'executor' | 'ping'>,
    timing: Partial<DatabaseBusTiming> = {},
    clock: Clock = systemClock(),
  ) {
    this.#database = database;
    this.#log = new DatabaseLog(database.executor);
    this.#appends = new GatheredAppends((messages) => this.#log.append(messages), APPEND_AT_MOST);
    this.#timing = { ...DATABASE_BUS_TIMING, ...timing };
    this.#clock = clock;
  }

  async publish(messages: readonly OutgoingMessage[]): Promise<void> {
    for (let from = 0; from < messages.length; from += APPEND_AT_MOST) {
      const part = messages.slice(from, from + APPEND_AT_MOST);
      await this.#appends.append(part);
      const topics = new Set(part.map(({ topic }) => topic));
      // They go on for themselves, not for whoever published.
      outside(() => {
        for (const subscription of this.#subscriptions) subscription.wake(topics);
      });
    }
  }

  async subscribe(subscription: Subscription, signal?: AbortSignal): Promise<RunningSubscription> {
    const bury = (letter: OutgoingMessage) => this.publish([letter]);
    const running = new DatabaseSubscription(this.#log, subscription, bury, this.#timing, this.#clock);
    const stop = async () => {
      await running.stop();
      this.#subscriptions.delete(running);
    };
    this.#subscriptions.add(running);
    await startUnlessAborted(running, stop, signal);
    return { stop };
  }

  lag(group: string, topics: readonly string[]): Promise<readonly PartitionLag[]> {
    return this.#log.lag(group, topics);
  }

  peek(topic: string, limit: number, group?: string): Promise<readonly IncomingMessage[]> {
    return this.#log.peek(topic, limit, group ?? null);
  }

  ping(): Promise<void> {
    return this.#database.ping();
  }

  /** Stops what still runs; the database stays open. */
  async close(): Promise<void> {
    await Promise.all([...this.#subscriptions].map((running) => running.stop()));
    this.#subscriptions.clear();
  }
}

/**
 * A chore of the embedded bus: removes messages that every group has passed and that are older than `keepMs`. Dead
 * letters are kept, whatever their age: a person decides on them.
 *
 * @param now ms since the Unix epoch
 * @returns how many were removed
 */
export async function trimEventBus(db: Kysely<Schema>, now: number, keepMs: number): Promise<number> {
  const result = await sql`
    DELETE FROM bus_messages log
    WHERE written_at < ${new Date(now - keepMs)}
      AND NOT starts_with(reverse(topic), reverse(${deadLetterTopic('')}))
      AND NOT EXISTS (
        SELECT FROM bus_group_offsets g
        WHERE g.topic = log.topic AND g.partition = log.partition AND g.committed <= log.message_offset
      )`.execute(db);
  return Number(result.numAffectedRows ?? 0n);
}
