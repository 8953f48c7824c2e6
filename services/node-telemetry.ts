import type { ServiceBroker } from 'moleculer';
import type { Config } from '../lib/config/config.ts';
import type { Readiness } from '../lib/http/readiness.ts';
import type { Clock } from '../lib/ports/clock.ts';
import { RELEASE } from '../lib/release.ts';
import { observeBus } from '../lib/telemetry/bus-metrics.ts';
import { databaseMetrics, type DatabaseMetrics } from '../lib/telemetry/database-metrics.ts';
import { observeReadiness } from '../lib/telemetry/dependency-metrics.ts';
import { observeProcess } from '../lib/telemetry/process-metrics.ts';
import { withoutQuantiles } from '../lib/telemetry/prometheus.ts';

/** What a node tells of itself whatever its roles: its process, the bus, its pools of connections, what it depends on. */
export interface NodeTelemetry {
  readonly pools: DatabaseMetrics;
  /** Begins to look at what the node depends on. */
  watch(readiness: Readiness): void;
  stop(): void;
}

/** Call before any service is made: later, Moleculer keeps durations that nobody reads. */
export function nodeTelemetry(broker: ServiceBroker, { node }: Config, clock: Clock): NodeTelemetry {
  withoutQuantiles(broker);
  const ends = [observeProcess(broker, clock, { version: RELEASE, roles: node.roles }), observeBus(broker)];
  const pools = databaseMetrics(broker, clock, (pool, error) => {
    broker.logger.warn({ msg: 'database connection lost', pool, error: error.message });
  });
  ends.push(() => pools.stop());
  return {
    pools,
    watch: (readiness) => void ends.push(observeReadiness(broker, readiness, clock)),
    stop() {
      for (const end of ends) end();
    },
  };
}
