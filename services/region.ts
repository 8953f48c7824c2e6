import { setImmediate } from 'node:timers';
import type { ServiceBroker } from 'moleculer';
import { watchMembers } from './engine-membership.ts';
import { regionOptions } from './engine-settings.ts';
import { engineTransport } from './engine-transport.ts';
import { ShardRegion } from '../actors/shard-region.ts';
import type { Config } from '../lib/config/config.ts';
import type { Clock } from '../lib/ports/clock.ts';

/** This process's way to every user's actor. It follows the membership once `follow` was called. */
export function engineRegion(broker: ServiceBroker, config: Config, clock: Clock) {
  const defer = (callback: () => void): void => void setImmediate(callback);
  const region = new ShardRegion(regionOptions(config), engineTransport(broker, clock), clock, defer);
  return { region, follow: () => watchMembers(broker, ({ members }) => region.setMembers(members)) };
}
