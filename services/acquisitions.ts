import type { ServiceBroker } from 'moleculer';
import { ACQUIRED } from './feed.service.ts';
import type { Clock } from '../lib/ports/clock.ts';

/** A node that starts takes hundreds of shards over at once. */
const GATHER_MS = 50;

/**
 * Tells all gateways which shards this node took over: it does not know yet which of their users are followed where. A
 * gateway that does not hear it notices by itself, later.
 */
export function acquisitions(broker: ServiceBroker, clock: Clock): (shard: number) => void {
  let shards: number[] = [];
  const tell = (): void => {
    const acquired = shards;
    shards = [];
    broker.broadcast(ACQUIRED, { shards: acquired }).catch((error: unknown) => {
      broker.logger.debug({ msg: 'gateways did not hear of acquired shards', error: String(error) });
    });
  };
  return (shard) => {
    shards.push(shard);
    if (shards.length === 1) clock.after(GATHER_MS, tell);
  };
}
