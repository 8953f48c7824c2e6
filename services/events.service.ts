/** Takes in what happens elsewhere on the platform, and deals with what could not be taken in. */
import type { Service, ServiceSchema } from 'moleculer';
import { v7 as uuidv7 } from 'uuid';
import { endpointAction } from './action.ts';
import { userActor } from './user-actor-calls.ts';
import type { Engine } from '../actors/engine.ts';
import { listDeadLetters, replayDeadLetters, type DeadLetter } from '../lib/bus/dead-letters.ts';
import { CONSUMED_TOPICS } from '../lib/contract/events/consumed.ts';
import type * as contract from '../lib/contract/support.ts';
import type { Database } from '../lib/db/database.ts';
import { eraseUser } from '../lib/erasure/erase-user.ts';
import { consume } from '../lib/events/consume.ts';
import { platformEvent } from '../lib/events/platform-event.ts';
import { reactions } from '../lib/events/reactions.ts';
import type { Clock } from '../lib/ports/clock.ts';
import type { EventBus, IncomingMessage } from '../lib/ports/event-bus.ts';

export interface EventsDeps {
  readonly database: Pick<Database, 'db'>;
  readonly bus: EventBus;
  readonly engine: Engine;
  readonly clock: Clock;
  /** The consumer group. */
  readonly group: string;
}

/** Of one question to an actor; nobody waits for these. */
const ACTOR_PATIENCE_MS = 10_000;

const TAKEN = 'library.events.taken.total';

export function eventsService({ database: { db }, bus, engine, clock, group }: EventsDeps): ServiceSchema {
  const actorOf = (userId: string) => userActor(engine, userId, clock.now() + ACTOR_PATIENCE_MS);
  const reacting = reactions({ actorOf, erase: (userId) => eraseUser(db, actorOf(userId), userId) });

  async function take(this: Service, _payload: unknown, message: IncomingMessage): Promise<void> {
    const outcome = await consume(db, message, clock.now(), reacting);
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
      deadLetters: endpointAction<typeof contract.listDeadLetters>(async ({ query }) => {
        const letters = await listDeadLetters(bus, topicsOf(query.topic), query.limit);
        return { items: letters.slice(0, query.limit).map(shown) };
      }),
      replayDeadLetters: endpointAction<typeof contract.replayDeadLetters>(async ({ body }, logger) => {
        const failed = (error: unknown): void => logger.warn({ msg: 'dead letters delayed', error: String(error) });
        const events = {
          retrying: (_message: unknown, _n: number, error: unknown) => failed(error),
          deadLettered() {},
          failed,
        };
        return { replayed: await replayDeadLetters(bus, topicsOf(body.topic), events, clock) };
      }),
    },
    created(this: Service) {
      const { metrics } = this.broker;
      const labelNames = ['topic', 'outcome'];
      metrics.register({
        type: 'counter',
        name: TAKEN,
        description: 'Events of others that were taken in',
        labelNames,
      });
    },
  };
}

function topicsOf(topic: string | undefined): readonly string[] {
  return topic === undefined ? CONSUMED_TOPICS : [topic];
}

function shown({ origin, reason, attempts, failedAt, message }: DeadLetter) {
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
