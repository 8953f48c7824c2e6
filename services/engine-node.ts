/** The engine role of a process: the shard host, its place in the cluster, and how it leaves it. */
import type { ServiceBroker } from 'moleculer';
import { joinPlacement, leavePlacement, watchMembers, engineMembers } from './engine-membership.ts';
import { hostOptions } from './engine-settings.ts';
import { engineService } from './engine.service.ts';
import type { HostEvents } from '../actors/host-options.ts';
import { ShardHost } from '../actors/shard-host.ts';
import type { Config } from '../lib/config/config.ts';
import type { CheckpointStore } from '../lib/ports/checkpoint-store.ts';
import type { Clock } from '../lib/ports/clock.ts';
import type { PlaytimeSink } from '../lib/ports/playtime-sink.ts';

export interface EngineNode {
  readonly host: ShardHost;
  /** Begins to serve: call once the broker has started. */
  readonly join: () => Promise<void>;
  /** Hands everything off. The node still answers what is on its way to it. */
  readonly drain: () => Promise<void>;
  readonly stop: () => void;
}

export interface EngineNodeDeps {
  readonly broker: ServiceBroker;
  readonly config: Config;
  readonly store: CheckpointStore;
  readonly sink: PlaytimeSink;
  readonly clock: Clock;
}

/** How long the news that this node leaves may take to reach the others. */
const NEWS_MS = 100;

export function engineNode({ broker, config, store, sink, clock }: EngineNodeDeps): EngineNode {
  const offer = (nodeID: string, shards: readonly number[]): void => {
    if (nodeID === broker.nodeID) return;
    broker.call('engine.offer', { shards }, { nodeID, timeout: 1_000 }).catch((error: unknown) => {
      broker.logger.debug({ msg: 'offer not heard', nodeID, shards, error: String(error) });
    });
  };
  const host = new ShardHost(hostOptions(config), { store, sink, clock, offer, events: hostEvents(broker) });
  let unwatch: (() => void) | null = null;
  let draining: Promise<void> | null = null;

  const follow = (): void => {
    unwatch = watchMembers(broker, ({ members, alive }) => host.setMembers(members, alive));
  };
  const leave = async (): Promise<void> => {
    unwatch?.();
    unwatch = null;
    await leavePlacement(broker);
    await new Promise<void>((resolve) => void clock.after(NEWS_MS, resolve));
    await host.drain(engineMembers(broker));
  };
  const drain = (): Promise<void> => (draining ??= leave());
  const rejoin = async (): Promise<void> => {
    if (!draining) return;
    await draining;
    draining = null;
    await joinPlacement(broker);
    follow();
  };

  broker.createService(engineService({ host, drain, rejoin, now: () => clock.now() }));
  return {
    host,
    async join() {
      host.start();
      await joinPlacement(broker);
      follow();
    },
    drain,
    stop() {
      unwatch?.();
      host.stop();
    },
  };
}

function hostEvents({ logger, metrics }: ServiceBroker): HostEvents {
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
