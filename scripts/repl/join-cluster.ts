import { ServiceBroker } from 'moleculer';
import type { HostStats } from '../../actors/host-options.ts';
import type { Config } from '../../lib/config/config.ts';
import { systemClock } from '../../lib/ports/clock.ts';
import { brokerOptions } from '../../moleculer.config.ts';
import { startNode } from '../../services/node.ts';

/** How long the first node may take to introduce itself. */
const INTRODUCED_MS = 5_000;
/** How long an engine of this process may take to load; what is not there by then is shown as it is. */
const LOADED_MS = 10_000;

export interface Joined {
  readonly broker: ServiceBroker;
  /** Where the product runs; null: in other processes, of which this one is a node now. */
  readonly url: string | null;
  readonly leave: () => Promise<void>;
}

/**
 * Takes part in the cluster of the configuration as a node without roles. Where there is none, no NATS, the product itself is
 * started in this process, on its embedded data.
 */
export async function joinCluster(config: Config, name: string): Promise<Joined> {
  if (config.nats.url === null) {
    const { broker, url, stop } = await startNode(config);
    await allShards(broker, config.engine.shards);
    return { broker, url, leave: stop };
  }
  const options = brokerOptions({
    nodeId: `${name}-${process.pid}`,
    natsUrl: config.nats.url,
    natsFiles: config.nats,
    logger: false,
    metrics: false,
    middlewares: [],
  });
  const broker = new ServiceBroker(options);
  await broker.start();
  await broker.waitForServices('operations', INTRODUCED_MS, 50);
  return { broker, url: null, leave: () => broker.stop() };
}

/** An engine that was just started takes its shards over within a second. */
async function allShards(broker: ServiceBroker, shards: number): Promise<void> {
  const clock = systemClock();
  for (const until = clock.now() + LOADED_MS; clock.now() < until;) {
    const stats = await broker.call<HostStats>('engine.stats');
    if (stats.shards === shards) return;
    await new Promise<void>((resolve) => void clock.after(20, resolve));
  }
}
