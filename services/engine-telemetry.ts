/** What an engine node tells of itself: log lines and metrics. */
import type { ServiceBroker } from 'moleculer';
import type { HostEvents } from '../actors/host-options.ts';
import type { ShardHost } from '../actors/shard-host.ts';
import type { Clock } from '../lib/ports/clock.ts';

const BUCKETS_MS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 5_000];
const OBSERVE_MS = 5_000;

const COUNTERS = {
  'library.engine.shards.acquired.total': 'Shards this node took over',
  'library.engine.shards.fenced.total': 'Shards this node lost to another while serving them',
  'library.engine.checkpoint.records.total': 'User states written to the checkpoint store',
  'library.engine.checkpoint.failures.total': 'Commits the checkpoint store did not confirm',
  'library.engine.errands.failures.total': 'Messages about lent copies that no actor answered',
  'library.engine.flush.rows.total': 'Session rows written to PostgreSQL',
  'library.engine.flush.failures.total': 'Batches of session rows that PostgreSQL did not take',
} as const;

const HISTOGRAMS = {
  'library.engine.checkpoint.commit.ms': 'Time of a group commit',
  'library.engine.flush.ms': 'Time of a batch written to PostgreSQL',
} as const;

const GAUGES = {
  'library.engine.shards': 'Shards this node serves',
  'library.engine.shards.loading': 'Shards this node is taking over',
  'library.engine.users': 'Users in memory',
  'library.engine.sessions.live': 'Live sessions',
  'library.engine.flush.backlog.users': 'Users with sessions that wait for PostgreSQL',
  'library.engine.flush.lag.ms': 'How long the oldest of them has waited',
} as const;

function register({ metrics }: ServiceBroker): void {
  for (const [name, description] of Object.entries(COUNTERS)) metrics.register({ type: 'counter', name, description });
  for (const [name, description] of Object.entries(GAUGES)) metrics.register({ type: 'gauge', name, description });
  for (const [name, description] of Object.entries(HISTOGRAMS)) {
    metrics.register({ type: 'histogram', name, description, unit: 'ms', buckets: BUCKETS_MS });
  }
}

/** Reads the host's figures every few seconds. Returns a function that ends it. */
export function observeHost(broker: ServiceBroker, host: ShardHost, clock: Clock): () => void {
  register(broker);
  let cancel = (): void => undefined;
  const observe = (): void => {
    const { shards, loading, users, liveSessions, flush } = host.stats();
    const figures: Record<keyof typeof GAUGES, number> = {
      'library.engine.shards': shards,
      'library.engine.shards.loading': loading,
      'library.engine.users': users,
      'library.engine.sessions.live': liveSessions,
      'library.engine.flush.backlog.users': flush.users,
      'library.engine.flush.lag.ms': flush.lagMs,
    };
    for (const [name, value] of Object.entries(figures)) broker.metrics.set(name, value);
    cancel = clock.after(OBSERVE_MS, observe);
  };
  observe();
  return () => cancel();
}

export function hostEvents({ logger, metrics }: ServiceBroker): HostEvents {
  const log = logger;
  const told = new Map<string, number>();
  /** A broken dependency fails many times a second; once a second is enough to say so. */
  const seldom = (what: string, tell: () => void): void => {
    const now = Date.now();
    if (now - (told.get(what) ?? 0) < 1_000) return;
    told.set(what, now);
    tell();
  };
  const text = (error: unknown): string => (error instanceof Error ? error.message : String(error));
  return {
    acquired: (shard) => {
      metrics.increment('library.engine.shards.acquired.total');
      log.debug({ msg: 'shard acquired', shard: shard.id, epoch: shard.epoch, users: shard.users });
    },
    acquireFailed: (shard, error) => {
      seldom('acquire', () => log.error({ msg: 'shard not acquired', shard, error: text(error) }));
    },
    releaseFailed: (shard, error) => log.warn({ msg: 'shard not released', shard, error: text(error) }),
    fenced: (shard, owner) => {
      metrics.increment('library.engine.shards.fenced.total');
      log.info({ msg: 'shard fenced', shard: shard.id, epoch: shard.epoch, owner });
    },
    committed: (_shards, records, ms) => {
      metrics.increment('library.engine.checkpoint.records.total', {}, records);
      metrics.observe('library.engine.checkpoint.commit.ms', ms);
    },
    commitFailed: (error) => {
      metrics.increment('library.engine.checkpoint.failures.total');
      seldom('commit', () => log.error({ msg: 'checkpoint not confirmed', error: text(error) }));
    },
    errandFailed: (error) => {
      metrics.increment('library.engine.errands.failures.total');
      seldom('errand', () => log.warn({ msg: 'a message about a lent copy was not answered', error: text(error) }));
    },
    flushed: (rows, ms) => {
      metrics.increment('library.engine.flush.rows.total', {}, rows);
      metrics.observe('library.engine.flush.ms', ms);
    },
    flushFailed: (error) => {
      metrics.increment('library.engine.flush.failures.total');
      seldom('flush', () => log.error({ msg: 'playtime not flushed, will be tried again', error: text(error) }));
    },
  };
}
