/** Takes in what happens elsewhere on the platform, and deals with what could not be taken in. */
import type { Service, ServiceSchema } from 'moleculer';
import { v7 as uuidv7 } from 'uuid';
import { action, endpointAction } from './action.ts';
import { chore, type Chore } from './chore.ts';
import { userActor } from './user-actor-calls.ts';
import type { Engine } from '../actors/engine.ts';
import { listDeadLetters, REPLAY_GROUP, replayDeadLetters, type DeadLetter } from '../lib/bus/dead-letters.ts';
import { CONSUMED_TOPICS } from '../lib/contract/events/consumed.ts';
import type { DeadLetter as ShownLetter } from '../lib/contract/support.ts';
import type * as contract from '../lib/contract/support.ts';
import type { Database } from '../lib/db/database.ts';
import { eraseUser, type Erasing } from '../lib/erasure/erase-user.ts';
import { consume } from '../lib/events/consume.ts';
import { platformEvent } from '../lib/events/platform-event.ts';
import { reactions } from '../lib/events/reactions.ts';
import type { Clock } from '../lib/ports/clock.ts';
import { deadLetterTopic, type EventBus, type IncomingMessage } from '../lib/ports/event-bus.ts';
import { EVENT_METRICS } from '../lib/telemetry/event-metrics.ts';
import { registerMetrics } from '../lib/telemetry/metric.ts';
import { receiving, type MessagingSystem } from '../lib/telemetry/tracing/messages.ts';
import type { Tracing } from '../lib/telemetry/tracing/tracing.ts';

export interface EventsDeps {
  readonly database: Pick<Database, 'db'>;
  readonly bus: EventBus;
  /** Creates the topics that are missing; rejects while the bus is away. */
  readonly ensureTopics: () => Promise<void>;
  readonly engine: Engine;
  readonly clock: Clock;
  readonly saves: Erasing['saves'];
  /** The consumer group. */
  readonly group: string;
  readonly system: MessagingSystem;
  /** Null: nobody tells of ways. */
  readonly tracing: Tracing | null;
}

/** Of one question to an actor; nobody waits for these. */
const ACTOR_PATIENCE_MS = 10_000;

/** Topics may be deleted by hand. */
const ENSURE_EVERY_MS = 3_600_000;
const ENSURE_AGAIN_MS = 2_000;

const TAKEN = 'library.events.taken.total';
const LAG = 'library.events.lag.messages';
const WAITING = 'library.events.dead.letters.waiting';
const OBSERVE_MS = 15_000;

export function eventsService({
  database: { db },
  bus,
  ensureTopics,
  engine,
  clock,
  saves,
  group,
  system,
  tracing,
}: EventsDeps): ServiceSchema {
  const actorOf = (userId: string) => userActor(engine, userId, clock.now() + ACTOR_PATIENCE_MS);
  const reacting = reactions({
    db,
    actorOf,
    erase: (userId) => eraseUser({ db, saves, now: clock.now() }, actorOf, userId),
  });

  const received = receiving(tracing, system);

  let ensuring: Chore | null = null;
  let observing: Chore | null = null;

  async function lettersOf(topic: string | undefined, limit: number): Promise<ShownLetter[]> {
    const letters = await listDeadLetters(bus, topicsOf(topic), limit);
    return letters.slice(0, limit).map(shown);
  }

  async function replay(topic: string | undefined, logger: Service['logger']): Promise<number> {
    const failed = (error: unknown): void => logger.warn({ msg: 'the replay is delayed', error: String(error) });
    const events = {
      retrying: (_message: IncomingMessage, _attempt: number, error: unknown) => failed(error),
      deadLettered: () => undefined,
      failed,
    };
    return replayDeadLetters(bus, topicsOf(topic), events, clock);
  }

  async function take(this: Service, _payload: unknown, message: IncomingMessage): Promise<void> {
    const outcome = await consume(db, message, clock.now(), reacting, (event, work) =>
      received({ ...placeOf(message), ...event }, work),
    );
    this.broker.metrics.increment(TAKEN, { topic: message.topic, outcome });
  }

  return {
    name: 'events',
    channels: Object.fromEntries(CONSUMED_TOPICS.map((topic) => [topic, { group, handler: take }])),
    actions: {
      publish: endpointAction<typeof contract.publishEvent>(async ({ body }) => {
        const id = body.id ?? uuidv7();
        const message = platformEvent({ ...body, id }, clock.now());
        await bus.publish([message]);
        return { id, topic: message.topic };
      }),
      deadLetters: endpointAction<typeof contract.listDeadLetters>(async ({ query }) => ({
        items: await lettersOf(query.topic, query.limit),
      })),
      replayDeadLetters: endpointAction<typeof contract.replayDeadLetters>(async ({ body }, logger) => ({
        replayed: await replay(body.topic, logger),
      })),
      /** The same for the operators' prompt. */
      letters: action(({ topic, limit }: { topic?: string; limit: number }) => lettersOf(topic, limit)),
      replay: action(({ topic }: { topic?: string }, logger) => replay(topic, logger)),
    },
    created(this: Service) {
      registerMetrics(this.broker, EVENT_METRICS);
    },
    started(this: Service) {
      const { logger } = this;
      const { metrics } = this.broker;
      ensuring = chore(
        clock,
        async () => {
          await ensureTopics();
          return ENSURE_EVERY_MS;
        },
        (error) => logger.warn({ msg: 'topics could not be looked after', error: String(error) }),
        ENSURE_AGAIN_MS,
      );
      ensuring.start();
      observing = chore(
        clock,
        async () => {
          const letters = CONSUMED_TOPICS.map(deadLetterTopic);
          const lags = [...(await bus.lag(group, CONSUMED_TOPICS)), ...(await bus.lag(REPLAY_GROUP, letters))];
          const lagOf = (wanted: string): number =>
            lags.reduce((sum, { topic, lag }) => (topic === wanted ? sum + lag : sum), 0);
          for (const topic of CONSUMED_TOPICS) {
            metrics.set(LAG, lagOf(topic), { topic });
            metrics.set(WAITING, lagOf(deadLetterTopic(topic)), { topic });
          }
          return OBSERVE_MS;
        },
        (error) => logger.warn({ msg: 'the lag could not be looked at', error: String(error) }),
        OBSERVE_MS,
      );
      observing.start();
    },
    async stopped() {
      await Promise.all([ensuring?.stop(), observing?.stop()]);
    },
  };
}

function placeOf({ topic, partition, offset }: IncomingMessage) {
  return { topic, partition, offset };
}

function topicsOf(topic: string | undefined): readonly string[] {
  return topic === undefined ? CONSUMED_TOPICS : [topic];
}

function shown({ origin, reason, attempts, failedAt, message }: DeadLetter): ShownLetter {
  return {
    topic: origin.topic,
    partition: origin.partition,
    offset: origin.offset,
    reason,
    attempts,
    failed_at: failedAt,
    key: message.key,
    value: message.value,
  };
}
