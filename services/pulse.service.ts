/** What every node tells gateways whose consoles somebody watches: its pulse, how it is, and which shards it holds. */
import type { Context, MetricRegistry, Service, ServiceSchema } from 'moleculer';
import type { Config } from '../lib/config/config.ts';
import { COLUMNS_MARK, columnAt, shown } from '../lib/console/columns.ts';
import type { NodeHistory } from '../lib/console/console-feed.ts';
import type { NodeReport } from '../lib/console/node-report.ts';
import { Pulse, type Pace } from '../lib/console/pulse.ts';
import { readInto, type EngineReadings, type KeptMetrics } from '../lib/console/readings.ts';
import { packShards } from '../lib/console/shard-set.ts';
import type { NodePulse } from '../lib/contract/console.ts';
import type { Readiness, ReadinessReport } from '../lib/http/readiness.ts';
import type { Clock } from '../lib/ports/clock.ts';
import { RELEASE } from '../lib/release.ts';

/** The engine of this node, as far as it is watched. */
export interface WatchedEngine {
  readonly readings: () => EngineReadings;
  readonly held: () => Iterable<number>;
}

export interface PulseDeps {
  readonly config: Pick<Config, 'node' | 'engine'>;
  readonly clock: Clock;
  readonly readiness: Pick<Readiness, 'report'>;
  readonly engine: WatchedEngine | null;
  /** Whether this node has taken its place in the cluster. */
  readonly serving: () => boolean;
}

export const PULSE_SERVICE = 'pulse';
/** Dependencies are asked no more often. */
const READINESS_MS = 5_000;
const LAG = 'nodejs.eventloop.lag.milliseconds';

export function pulseService({ config, clock, readiness, engine, serving }: PulseDeps): ServiceSchema {
  let metrics: KeptMetrics = { store: new Map() };
  let pulse: Pulse | null = null;
  let usage = { cpu: process.cpuUsage(), at: performance.now(), busy: 0 };
  let looked: { readonly at: number; readonly report: Promise<ReadinessReport> } | null = null;

  const read = (row: Float64Array): void => {
    const now = { cpu: process.cpuUsage(), at: performance.now() };
    const busyMs = (now.cpu.user + now.cpu.system - usage.cpu.user - usage.cpu.system) / 1_000;
    usage = { ...now, busy: busyMs / Math.max(1, now.at - usage.at) };
    readInto(row, metrics, engine?.readings() ?? null);
  };
  const lagOf = (): number => {
    const kept = [...(metrics.store.get(LAG)?.values.values() ?? [])] as readonly {
      readonly labels?: Readonly<Record<string, unknown>>;
      readonly value?: unknown;
    }[];
    return Number(kept.find(({ labels }) => labels?.['percentile'] === '99')?.value ?? 0);
  };
  const isWell = (): Promise<ReadinessReport> => {
    if (looked === null || clock.now() - looked.at >= READINESS_MS) {
      looked = { at: clock.now(), report: readiness.report() };
    }
    return looked.report;
  };
  /** What of the row is this node's own. */
  const ownFigures = (row: readonly number[], held: number): NodePulse => {
    const own: Record<string, number> = {
      cpu: Math.max(0, shown(usage.busy) ?? 0),
      memory_bytes: process.memoryUsage.rss(),
      loop_lag_ms: shown(lagOf()) ?? 0,
    };
    const take = (name: keyof NodePulse, column: string): void => {
      const value = shown(row[columnAt(column)] ?? NaN);
      if (value !== null) own[name] = value;
    };
    take('requests_per_second', 'requests');
    take('sockets', 'sockets');
    if (engine === null) return own as NodePulse;
    own['shards'] = held;
    take('live_sessions', 'live_sessions');
    take('heartbeats_per_second', 'heartbeats');
    take('turns_per_second', 'turns');
    take('flush_backlog', 'flush_backlog');
    return own as NodePulse;
  };

  return {
    name: PULSE_SERVICE,
    actions: {
      now: {
        async handler(): Promise<NodeReport> {
          const report = await isWell();
          const held = engine === null ? null : [...engine.held()];
          const fine = pulse?.latest('fine') ?? [];
          return {
            release: RELEASE,
            roles: config.node.roles,
            upSeconds: Math.floor(process.uptime()),
            serving: serving(),
            readiness: report,
            pulse: ownFigures(fine, held?.length ?? 0),
            fine,
            coarse: pulse?.latest('coarse') ?? [],
            columnsMark: COLUMNS_MARK,
            held: held === null ? null : packShards(held, config.engine.shards),
          };
        },
      },
      history: {
        handler(ctx: Context<{ pace: Pace }>): NodeHistory {
          if (pulse === null) throw new Error('there is no pulse yet');
          return { columnsMark: COLUMNS_MARK, rows: pulse.history(ctx.params.pace === 'fine' ? 'fine' : 'coarse') };
        },
      },
    },
    started(this: Service) {
      const kept = (this.broker as { metrics?: MetricRegistry }).metrics;
      if (kept !== undefined) metrics = kept;
      pulse = new Pulse(read, clock);
      pulse.start();
    },
    stopped() {
      pulse?.stop();
    },
  };
}
