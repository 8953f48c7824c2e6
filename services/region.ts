import { setImmediate } from 'node:timers';
import { SpanKind } from '@opentelemetry/api';
import type { ServiceBroker } from 'moleculer';
import { watchMembers } from './engine-membership.ts';
import { regionOptions } from './engine-settings.ts';
import { engineTransport } from './engine-transport.ts';
import { ShardRegion } from '../actors/shard-region.ts';
import type { Config } from '../lib/config/config.ts';
import type { Clock } from '../lib/ports/clock.ts';
import { asWhole, currentSpan, outside } from '../lib/telemetry/tracing/current.ts';
import type { Tracing } from '../lib/telemetry/tracing/tracing.ts';

/**
 * This process's way to every user's actor. It follows the membership once `follow` was called. What it does for several
 * commands at once it does in nobody's name.
 */
export function engineRegion(broker: ServiceBroker, config: Config, clock: Clock, tracing: Tracing | null = null) {
  const defer = (callback: () => void): void => void setImmediate(() => outside(callback));
  const shared: Clock = {
    now: () => clock.now(),
    after: (ms, callback) => clock.after(ms, () => outside(callback)),
  };
  const region = new ShardRegion(regionOptions(config), engineTransport(broker, clock), shared, defer);
  return {
    region: tracing === null ? region : traced(region),
    follow: () => watchMembers(broker, ({ members }) => region.setMembers(members)),
  };
}

/** Gives the commands of requests whose way is told the trace that they go on with. */
function traced(region: ShardRegion): Pick<ShardRegion, 'ask' | 'ownerOf'> {
  return {
    ownerOf: (shard) => region.ownerOf(shard),
    ask(user, command, deadline) {
      const parent = currentSpan();
      if (parent === null) return region.ask(user, command, deadline);
      const attributes = { 'library.command': command.kind };
      const span = parent.child(`ask ${command.kind}`, { kind: SpanKind.CLIENT, attributes });
      return asWhole(span, () => region.ask(user, command, deadline, span.traceparent));
    },
  };
}
