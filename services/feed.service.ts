/** The news of users whose launchers are connected to this gateway node: for its sockets, which come and go. */
import type { Context, Service, ServiceSchema } from 'moleculer';
import { watchMembers } from './engine-membership.ts';
import type { Pushes } from './news-pushes.ts';
import type { ShardRegion } from '../actors/shard-region.ts';
import { shardOf } from '../actors/placement.ts';
import type { Config } from '../lib/config/config.ts';
import { GatewayNews } from '../lib/news/feed.ts';
import type { Answer, Question } from '../lib/news/reader.ts';
import type { Clock } from '../lib/ports/clock.ts';
import type { NewsFeed } from '../lib/ports/news.ts';
import { FEED_METRICS } from '../lib/telemetry/event-metrics.ts';
import { registerMetrics } from '../lib/telemetry/metric.ts';
import type { ServiceBroker } from 'moleculer';

export interface FeedDeps {
  readonly broker: ServiceBroker;
  readonly config: Pick<Config, 'engine'>;
  readonly engine: Pick<ShardRegion, 'ask' | 'ownerOf'>;
  readonly clock: Clock;
}

export interface GatewayFeed {
  readonly feed: NewsFeed;
  /** What the feed needs on the broker; it works while the service runs. */
  readonly schema: ServiceSchema;
}

/** Told by an engine node to all gateways when it has taken shards over. */
export const ACQUIRED = 'engine.acquired';

/** How long an actor may take to hear of this node; its launchers' sockets wait for the first time. */
const ATTEND_MS = 2_000;
const READ_MS = 5_000;
/** Until the shards of a node that joined or left have settled. */
const SETTLE_MS = 2_000;
const OBSERVE_MS = 5_000;
/** What fails for one user fails for many: one line says it. */
const WARN_EVERY_MS = 10_000;

export function gatewayFeed({ broker, config, engine, clock }: FeedDeps): GatewayFeed {
  const { metrics, logger } = broker;
  let quietUntil = 0;
  const news = new GatewayNews({
    gateway: broker.nodeID,
    clock,
    shardOf: (user) => shardOf(user, config.engine.shards),
    ownerOf: (shard) => engine.ownerOf(shard),
    ask: (user, command) => engine.ask(user, command, clock.now() + ATTEND_MS),
    read: (questions) =>
      broker.call<readonly Answer[], { questions: readonly Question[] }>(
        'news.since',
        { questions },
        { timeout: READ_MS },
      ),
    events: {
      gap: () => void metrics.increment(GAPS),
      found: (count) => void metrics.increment(FOUND, undefined, count),
      reset: () => void metrics.increment(RESETS),
      failed: (what, error) => {
        metrics.increment(FAILURES, { what });
        if (clock.now() < quietUntil) return;
        quietUntil = clock.now() + WARN_EVERY_MS;
        logger.warn({ msg: 'news will be late', what, error: String(error) });
      },
    },
  });
  let unwatch = (): void => undefined;
  let cancelObserving = (): void => undefined;
  let cancelLook = (): void => undefined;

  const schema: ServiceSchema = {
    name: 'feed',
    actions: {
      /** News from an engine node. */
      push: {
        handler(ctx: Context<Pushes>): void {
          for (const [user, told] of ctx.params.pushes) news.hear(user, told);
          metrics.increment(PUSHED, undefined, ctx.params.pushes.length);
        },
      },
    },
    events: {
      [ACQUIRED](ctx: Context<{ readonly shards: readonly number[] }>): void {
        news.moved(ctx.params.shards);
      },
    },
    started(this: Service) {
      registerMetrics(broker, FEED_METRICS);
      const observe = (): void => {
        metrics.set(FOLLOWED, news.users);
        cancelObserving = clock.after(OBSERVE_MS, observe);
      };
      observe();
      news.start();
      unwatch = watchMembers(broker, () => {
        cancelLook();
        cancelLook = clock.after(SETTLE_MS, () => news.lookAgain());
      });
    },
    stopped() {
      unwatch();
      cancelLook();
      cancelObserving();
      news.stop();
    },
  };
  return { feed: news, schema };
}

const PUSHED = 'library.feed.pushes.total';
const GAPS = 'library.feed.gaps.total';
const FOUND = 'library.feed.found.total';
const RESETS = 'library.feed.resets.total';
const FAILURES = 'library.feed.failures.total';
const FOLLOWED = 'library.feed.users';
