/** The engine role of a process: the shard host, its place in the cluster, and how it leaves it. */
import type { ServiceBroker } from 'moleculer';
import { acquisitions } from './acquisitions.ts';
import { CommandCounts } from './command-counts.ts';
import { joinPlacement, leavePlacement, watchMembers, engineMembers } from './engine-membership.ts';
import { engineFormats } from './engine-formats.ts';
import { hostOptions } from './engine-settings.ts';
import { hostEvents, observeHost } from './engine-telemetry.ts';
import { engineService } from './engine.service.ts';
import type { WatchedEngine } from './pulse.service.ts';
import { newsPushes } from './news-pushes.ts';
import { nodesOf } from './service-nodes.ts';
import { turnSpans } from './turn-spans.ts';
import type { Engine } from '../actors/engine.ts';
import type { ActorMail } from '../actors/errand-runner.ts';
import type { HostEvents } from '../actors/host-options.ts';
import { ShardHost } from '../actors/shard-host.ts';
import type { VersionRange } from '../actors/versions.ts';
import type { Config } from '../lib/config/config.ts';
import type { CheckpointStore } from '../lib/ports/checkpoint-store.ts';
import type { Clock } from '../lib/ports/clock.ts';
import type { PlaytimeSink } from '../lib/ports/playtime-sink.ts';
import type { Tracing } from '../lib/telemetry/tracing/tracing.ts';

export interface EngineNode extends WatchedEngine {
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
  /** This process's own way to every user's actor. */
  readonly engine: Engine;
  /** Null: nobody tells of ways. */
  readonly tracing: Tracing | null;
}

/** How long actors may take to hear from each other about a copy that is lent. */
const ERRAND_MS = 4_000;
/** How long the news that this node leaves may take to reach the others. */
const NEWS_MS = 100;

export function engineNode({ broker, config, store, sink, clock, engine, tracing }: EngineNodeDeps): EngineNode {
  const offer = (nodeID: string, shards: readonly number[]): void => {
    if (nodeID === broker.nodeID) return;
    broker.call('engine.offer', { shards }, { nodeID, timeout: 1_000 }).catch((error: unknown) => {
      broker.logger.debug({ msg: 'offer not heard', nodeID, shards, error: String(error) });
    });
  };
  const standIn = (nodeID: string, shards: readonly number[]): void => {
    broker.call('engine.standIn', { shards }, { nodeID, timeout: 1_000 }).catch((error: unknown) => {
      broker.logger.warn({ msg: 'nobody stands in', nodeID, shards, error: String(error) });
    });
  };
  const formatsOf = engineFormats(broker);
  const reads = (nodeID: string): VersionRange => formatsOf(nodeID).snapshots;
  const push = newsPushes(broker);
  const announce = acquisitions(broker, clock);
  const told = hostEvents(broker);
  const events: HostEvents = {
    ...told,
    acquired: (shard) => {
      told.acquired(shard);
      announce(shard.id);
    },
  };
  const copies: ActorMail = { ask: (user, command) => engine.ask(user, command, clock.now() + ERRAND_MS) };
  const watched = tracing === null ? {} : { tracing: turnSpans(tracing, config.checkpoint.store) };
  const ports = { store, sink, clock, offer, standIn, push, copies, events, ...watched };
  const host = new ShardHost(hostOptions(config), ports);
  const commands = new CommandCounts();
  const endObserving = observeHost(broker, host, commands, config.engine.shards, clock);
  let unwatch: (() => void) | null = null;
  let draining: Promise<void> | null = null;

  const follow = (): void => {
    unwatch = watchMembers(broker, ({ members, alive }) => host.setMembers(members, alive, reads));
  };
  const leave = async (): Promise<void> => {
    unwatch?.();
    unwatch = null;
    await leavePlacement(broker);
    await new Promise<void>((resolve) => void clock.after(NEWS_MS, resolve));
    await host.drain(engineMembers(broker), reads);
  };
  const drain = (): Promise<void> => (draining ??= leave());
  const rejoin = async (): Promise<void> => {
    if (!draining) return;
    await draining;
    draining = null;
    await joinPlacement(broker);
    follow();
  };

  broker.createService(engineService({ host, commands, drain, rejoin, clock, shards: config.engine.shards }));
  return {
    host,
    async join() {
      host.start();
      await joinPlacement(broker);
      follow();
    },
    drain,
    readings() {
      const { liveSessions, flush } = host.stats();
      const [heartbeats, turns] = [commands.total('heartbeat'), commands.total()];
      const engines = nodesOf(broker, 'engine').length;
      return { liveSessions, heartbeats, turns, flushBacklog: flush.users, flushLagMs: flush.lagMs, engines };
    },
    *held() {
      for (const { id } of host.shards()) yield id;
    },
    stop() {
      unwatch?.();
      endObserving();
      host.stop();
    },
  };
}
