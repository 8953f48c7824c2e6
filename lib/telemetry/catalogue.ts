/** Every metric of the product. A test compares it with what a running node shows, and the documentation with it. */
import { ANTICHEAT_METRICS } from './anticheat-metrics.ts';
import { BUS_METRICS } from './bus-metrics.ts';
import { DATABASE_METRICS } from './database-metrics.ts';
import { DEPENDENCY_METRICS } from './dependency-metrics.ts';
import { ENGINE_METRICS } from './engine-metrics.ts';
import { EVENT_METRICS, FEED_METRICS, OUTBOX_METRICS } from './event-metrics.ts';
import { GRPC_METRICS } from './grpc-metrics.ts';
import { HTTP_METRICS } from './http-metrics.ts';
import { LIMIT_METRICS } from './limit-metrics.ts';
import type { MetricGroup } from './metric.ts';
import { PAGE_METRICS } from './page-metrics.ts';
import { PROCESS_METRICS } from './process-metrics.ts';
import { SAVE_METRICS, SWEEP_METRICS } from './save-metrics.ts';
import { SOCKET_METRICS } from './socket-metrics.ts';
import { TLS_METRICS } from './tls-metrics.ts';
import { TRACING_METRICS } from './tracing-metrics.ts';
import { UPSTREAM_METRICS } from './upstream-metrics.ts';

export interface CataloguedMetrics {
  readonly title: string;
  /** Which nodes have them, by role. */
  readonly nodes: string;
  readonly metrics: MetricGroup;
}

/** What an operator meets together, in the order of a request's way. */
export const METRIC_CATALOGUE: readonly CataloguedMetrics[] = [
  { title: 'REST', nodes: 'gateway', metrics: HTTP_METRICS },
  { title: 'gRPC', nodes: 'gateway', metrics: GRPC_METRICS },
  { title: 'WebSockets', nodes: 'gateway', metrics: SOCKET_METRICS },
  { title: 'Limits', nodes: 'gateway', metrics: LIMIT_METRICS },
  { title: 'News to launchers', nodes: 'gateway', metrics: FEED_METRICS },
  { title: 'Engine', nodes: 'engine', metrics: ENGINE_METRICS },
  { title: 'Pages', nodes: 'domain', metrics: PAGE_METRICS },
  { title: 'Cloud saves', nodes: 'domain', metrics: SAVE_METRICS },
  { title: 'Chores of cloud saves', nodes: 'bridge', metrics: SWEEP_METRICS },
  { title: 'Events that go out', nodes: 'bridge', metrics: OUTBOX_METRICS },
  { title: 'Events that come in', nodes: 'bridge', metrics: EVENT_METRICS },
  { title: 'Implausible play', nodes: 'bridge', metrics: ANTICHEAT_METRICS },
  { title: 'Other services of the platform', nodes: 'all but gateway', metrics: UPSTREAM_METRICS },
  { title: 'Database', nodes: 'all but gateway', metrics: DATABASE_METRICS },
  { title: 'Dependencies', nodes: 'all', metrics: DEPENDENCY_METRICS },
  { title: 'Bus between nodes', nodes: 'all', metrics: BUS_METRICS },
  { title: 'Export of traces', nodes: 'all', metrics: TRACING_METRICS },
  { title: 'Certificates', nodes: 'all', metrics: TLS_METRICS },
  { title: 'Process', nodes: 'all', metrics: PROCESS_METRICS },
];

export const ALL_METRICS: MetricGroup = Object.assign(
  {},
  ...METRIC_CATALOGUE.map(({ metrics }) => metrics),
) as MetricGroup;
