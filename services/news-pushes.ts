import { setImmediate } from 'node:timers';
import type { ServiceBroker } from 'moleculer';
import type { News, ToldNews } from '../lib/ports/news.ts';
import { ENGINE_METRICS } from '../lib/telemetry/engine-metrics.ts';
import { registerMetrics } from '../lib/telemetry/metric.ts';
import type { UuidKey } from '../lib/uuid.ts';

/** What an engine node sends to a gateway node at once. */
export interface Pushes {
  readonly pushes: readonly (readonly [user: UuidKey, news: readonly ToldNews[]])[];
}

interface Outbound {
  waiting: (readonly [UuidKey, readonly News[]])[];
  underway: number;
  scheduled: boolean;
}

/** Calls to one gateway that may be under way; what comes meanwhile gathers. */
const WINDOW = 4;
/** Users in one call. */
const BATCH = 500;
/** Users that may wait for one gateway: above, it has long stopped answering. */
const MAX_WAITING = 20_000;
const PUSH_MS = 1_000;

/**
 * Takes news to the gateways that hold their users' sockets, in batches. Nothing is tried again: gateways find what they
 * missed in the log.
 */
export function newsPushes(broker: ServiceBroker): (gateway: string, user: UuidKey, news: readonly News[]) => void {
  const { metrics, logger } = broker;
  registerMetrics(broker, ENGINE_METRICS);
  const gateways = new Map<string, Outbound>();

  const send = async (gateway: string, outbound: Outbound): Promise<void> => {
    const pushes = outbound.waiting.splice(0, BATCH);
    outbound.underway += 1;
    try {
      await broker.call('feed.push', { pushes }, { nodeID: gateway, timeout: PUSH_MS });
    } catch (error) {
      metrics.increment(LOST, undefined, pushes.length);
      logger.debug({ msg: 'news not heard', gateway, users: pushes.length, error: String(error) });
    }
    outbound.underway -= 1;
    schedule(gateway, outbound);
  };
  const schedule = (gateway: string, outbound: Outbound): void => {
    if (outbound.waiting.length === 0) {
      if (outbound.underway === 0) gateways.delete(gateway);
      return;
    }
    if (outbound.scheduled || outbound.underway >= WINDOW) return;
    outbound.scheduled = true;
    // What belongs to the same commit comes before this.
    setImmediate(() => {
      outbound.scheduled = false;
      while (outbound.waiting.length > 0 && outbound.underway < WINDOW) void send(gateway, outbound);
    });
  };

  return (gateway, user, news) => {
    const outbound = gateways.get(gateway) ?? { waiting: [], underway: 0, scheduled: false };
    gateways.set(gateway, outbound);
    if (outbound.waiting.length >= MAX_WAITING) {
      metrics.increment(LOST);
      return;
    }
    outbound.waiting.push([user, news]);
    schedule(gateway, outbound);
  };
}

const LOST = 'library.engine.pushes.lost.total';
