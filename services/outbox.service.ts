/**
 * Carries the outbox to the event bus, and has launchers told of what is news to their users. Several nodes may run it: they
 * share the lanes.
 */
import type { Service, ServiceSchema } from 'moleculer';
import { action } from './action.ts';
import { chore, type Chore } from './chore.ts';
import { watchService } from './service-nodes.ts';
import type { Engine } from '../actors/engine.ts';
import { ownerOf } from '../actors/placement.ts';
import type { Database } from '../lib/db/database.ts';
import { OUTBOX_LANES } from '../lib/events/lane.ts';
import { OutboxRelay, RELAY_DEFAULTS, type RelayEvents } from '../lib/events/outbox-relay.ts';
import { postgresOutbox } from '../lib/events/outbox.ts';
import { forgetNews } from '../lib/news/recent.ts';
import { NewsTeller } from '../lib/news/teller.ts';
import type { Clock } from '../lib/ports/clock.ts';
import type { EventBus } from '../lib/ports/event-bus.ts';
import { sending, type MessagingSystem } from '../lib/telemetry/tracing/messages.ts';
import type { Tracing } from '../lib/telemetry/tracing/tracing.ts';
import { OUTBOX_METRICS } from '../lib/telemetry/event-metrics.ts';
import { registerMetrics } from '../lib/telemetry/metric.ts';

export interface OutboxDeps {
  readonly database: Pick<Database, 'executor'>;
  readonly bus: Pick<EventBus, 'publish'>;
  readonly engine: Engine;
  readonly clock: Clock;
  readonly system: MessagingSystem;
  /** Null: nobody tells of ways. */
  readonly tracing: Tracing | null;
  /** Who else hears of what has left; may not throw, or wait. */
  readonly carried?: RelayEvents['carried'];
}

const NAME = 'outbox';
const OBSERVE_MS = 5_000;
const FORGET_MS = 30_000;
/** Every lane fails while the bus is away: one line says it. */
const WARN_EVERY_MS = 10_000;
const LANES = Array.from({ length: OUTBOX_LANES }, (_, lane) => lane);

export function outboxService({ database, bus, engine, clock, system, tracing, carried }: OutboxDeps): ServiceSchema {
  let relay: OutboxRelay | null = null;
  let unwatch = (): void => undefined;
  let chores: readonly Chore[] = [];
  let quietUntil = 0;
  const outboxOf = (nodeId: string) => postgresOutbox(database.executor, nodeId);

  return {
    name: NAME,
    actions: {
      /** How many events wait, and how long the oldest has. */
      backlog: action(() => outboxOf('').backlog()),
    },
    async started(this: Service) {
      const { broker, logger } = this;
      const { metrics } = broker;
      registerMetrics(broker, OUTBOX_METRICS);
      const outbox = outboxOf(broker.nodeID);
      const teller = new NewsTeller({
        ask: (user, command, deadline) => engine.ask(user, command, deadline),
        clock,
        events: {
          untold: (news, error) => {
            metrics.increment(UNTOLD, undefined, news);
            logger.debug({ msg: 'news will be late', news, error: String(error) });
          },
        },
      });
      relay = new OutboxRelay(
        outbox,
        bus,
        clock,
        { ...RELAY_DEFAULTS, random: Math.random },
        {
          ...(tracing === null ? {} : { sending: sending(tracing, system) }),
          carried: (events) => {
            teller.tell(events);
            carried?.(events);
          },
          relayed: (events) => void metrics.increment(RELAYED, undefined, events),
          failed: (error) => {
            metrics.increment(FAILURES);
            if (clock.now() < quietUntil) return;
            quietUntil = clock.now() + WARN_EVERY_MS;
            logger.warn({ msg: 'the outbox could not be carried on', error: String(error) });
          },
        },
      );
      const carrier = relay;
      unwatch = watchService(broker, NAME, (nodes) => {
        const all = nodes.includes(broker.nodeID) ? nodes : [...nodes, broker.nodeID];
        carrier.setLanes(LANES.filter((lane) => ownerOf(lane, all) === broker.nodeID));
      });
      relay.start();
      const observe = async (): Promise<number> => {
        const { events, lagMs } = await outbox.backlog();
        metrics.set(BACKLOG, events);
        metrics.set(LAG, lagMs);
        return OBSERVE_MS;
      };
      const forget = async (): Promise<number> => {
        await forgetNews(database.executor);
        return FORGET_MS;
      };
      const failed = (what: string) => (error: unknown) => {
        logger.warn({ msg: `${what} failed`, error: String(error) });
      };
      chores = [
        chore(clock, observe, failed('looking at the outbox'), OBSERVE_MS),
        chore(clock, forget, failed('forgetting old news'), FORGET_MS),
      ];
      for (const each of chores) each.start();
    },
    async stopped() {
      unwatch();
      await Promise.all(chores.map((each) => each.stop()));
      await relay?.stop();
    },
  };
}

const RELAYED = 'library.outbox.relayed.total';
const FAILURES = 'library.outbox.failures.total';
const UNTOLD = 'library.outbox.untold.total';
const BACKLOG = 'library.outbox.backlog.events';
const LAG = 'library.outbox.lag.milliseconds';
