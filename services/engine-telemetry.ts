/** What an engine node tells of itself: log lines and metrics. */
import type { ServiceBroker } from 'moleculer';
import type { CommandCounts } from './command-counts.ts';
import type { HostEvents } from '../actors/host-options.ts';
import type { ShardHost } from '../actors/shard-host.ts';
import type { Clock } from '../lib/ports/clock.ts';
import { ENGINE_METRICS } from '../lib/telemetry/engine-metrics.ts';
import { registerMetrics } from '../lib/telemetry/metric.ts';

const OBSERVE_MS = 5_000;

/** Reads the host's figures every few seconds. Returns a function that ends it. */
export function observeHost(
  broker: ServiceBroker,
  host: ShardHost,
  commands: CommandCounts,
  configuredShards: number,
  clock: Clock,
): () => void {
  registerMetrics(broker, ENGINE_METRICS);
  broker.metrics.set('library.engine.shards.configured', configuredShards);
  let cancel = (): void => undefined;
  const observe = (): void => {
    const { shards, loading, unreadable, snapshotVersion, users, liveSessions, flush } = host.stats();
    const figures: Partial<Record<keyof typeof ENGINE_METRICS, number>> = {
      'library.engine.shards': shards,
      'library.engine.shards.loading': loading,
      'library.engine.shards.unreadable': unreadable,
      'library.engine.snapshot.version': snapshotVersion,
      'library.engine.users': users,
      'library.engine.sessions.live': liveSessions,
      'library.engine.flush.backlog.users': flush.users,
      'library.engine.flush.lag.milliseconds': flush.lagMs,
    };
    for (const [name, value] of Object.entries(figures)) broker.metrics.set(name, value);
    commands.publish((kind, times) => broker.metrics.increment('library.engine.commands.total', { kind }, times));
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
      metrics.increment('library.engine.shards.failures.total', { step: 'acquire' });
      seldom('acquire', () => log.error({ msg: 'shard not acquired', shard, error: text(error) }));
    },
    releaseFailed: (shard, error) => {
      metrics.increment('library.engine.shards.failures.total', { step: 'release' });
      log.warn({ msg: 'shard not released', shard, error: text(error) });
    },
    unreadable: (shard, error, standIn) => {
      seldom('unreadable', () => log.error({ msg: 'shard not loaded', shard, error: error.message, standIn }));
    },
    fenced: (shard, owner) => {
      metrics.increment('library.engine.shards.fenced.total');
      log.info({ msg: 'shard fenced', shard: shard.id, epoch: shard.epoch, owner });
    },
    committed: (_shards, records, ms) => {
      metrics.increment('library.engine.checkpoint.records.total', {}, records);
      metrics.observe('library.engine.checkpoint.commit.duration.milliseconds', ms);
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
      metrics.observe('library.engine.flush.duration.milliseconds', ms);
    },
    flushFailed: (error) => {
      metrics.increment('library.engine.flush.failures.total');
      seldom('flush', () => log.error({ msg: 'playtime not flushed, will be tried again', error: text(error) }));
    },
  };
}
