import { statSync } from 'node:fs';
import {
  monitorEventLoopDelay,
  performance,
  PerformanceObserver,
  constants as perf,
  type PerformanceEntry,
} from 'node:perf_hooks';
import { getHeapStatistics } from 'node:v8';
import type { ServiceBroker } from 'moleculer';
import type { Clock } from '../ports/clock.ts';
import { registerMetrics, type MetricGroup } from './metric.ts';

const PERCENTILES = [50, 90, 99, 100] as const;
const OBSERVE_MS = 5_000;
/** How exactly the event loop's lag is measured; a timer of the runtime's own, in native code. */
const RESOLUTION_MS = 10;
const GC_KINDS: Readonly<Record<number, string>> = {
  [perf.NODE_PERFORMANCE_GC_MAJOR]: 'major',
  [perf.NODE_PERFORMANCE_GC_MINOR]: 'minor',
  [perf.NODE_PERFORMANCE_GC_INCREMENTAL]: 'incremental',
  [perf.NODE_PERFORMANCE_GC_WEAKCB]: 'weakcb',
};

/** An entry of type `gc`, whose detail the types of Node.js do not know (https://nodejs.org/api/perf_hooks.html). */
type CollectionEntry = PerformanceEntry & { readonly detail: { readonly kind: number } };

/** The names that Prometheus's own clients use, so that dashboards made for any program on Node.js fit this one. */
export const PROCESS_METRICS = {
  'process.start.time.seconds': { type: 'gauge', help: 'When the process started, as Unix time' },
  'process.cpu.user.seconds.total': { type: 'counter', help: 'Processor time in this process' },
  'process.cpu.system.seconds.total': { type: 'counter', help: 'Processor time in the kernel for this process' },
  'process.resident.memory.bytes': { type: 'gauge', help: 'Memory that the process holds' },
  'process.open.fds': { type: 'gauge', help: 'Open files and sockets; NaN where the machine does not tell' },
  'nodejs.heap.size.used.bytes': { type: 'gauge', help: 'JavaScript memory in use' },
  'nodejs.heap.size.limit.bytes': { type: 'gauge', help: 'JavaScript memory above which the process dies' },
  'nodejs.external.memory.bytes': { type: 'gauge', help: 'Memory of buffers outside the JavaScript heap' },
  'nodejs.eventloop.lag.milliseconds': {
    type: 'gauge',
    help: 'How late the event loop was within the last 5 seconds, by percentile; 100 is the worst',
    labels: ['percentile'],
  },
  'nodejs.eventloop.utilization.ratio': {
    type: 'gauge',
    help: 'Share of the last 5 seconds in which the event loop was busy: at 1 the process can do no more',
  },
  'nodejs.gc.duration.milliseconds': {
    type: 'histogram',
    help: 'Pauses of the garbage collection by kind',
    labels: ['kind'],
    buckets: [1, 2, 5, 10, 25, 50, 100, 250, 1_000],
  },
  'library.node.info': {
    type: 'gauge',
    help: '1, with the version of the product and of Node.js and the roles of the node as labels',
    labels: ['version', 'node_version', 'roles'],
  },
} as const satisfies MetricGroup;

/**
 * Looks at the process every few seconds. Returns a function that ends it.
 *
 * @param node what the product says of itself
 */
export function observeProcess(
  broker: Pick<ServiceBroker, 'metrics'>,
  clock: Clock,
  node: { readonly version: string; readonly roles: readonly string[] },
): () => void {
  registerMetrics(broker, PROCESS_METRICS);
  const { metrics } = broker;
  const set = (name: keyof typeof PROCESS_METRICS, value: number, labels?: Record<string, string>): void =>
    metrics.set(name, value, labels);
  set('process.start.time.seconds', Math.round(performance.timeOrigin) / 1_000);
  set('library.node.info', 1, {
    version: node.version,
    node_version: process.versions.node,
    roles: node.roles.join(','),
  });

  const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  delay.enable();
  const pauses = new PerformanceObserver((list) => {
    for (const { duration, detail } of list.getEntries() as unknown as readonly CollectionEntry[]) {
      metrics.observe('nodejs.gc.duration.milliseconds', duration, { kind: GC_KINDS[detail.kind] ?? 'other' });
    }
  });
  pauses.observe({ entryTypes: ['gc'] });

  let before = performance.eventLoopUtilization();
  let cancel = (): void => undefined;
  const observe = (): void => {
    const now = performance.eventLoopUtilization();
    set('nodejs.eventloop.utilization.ratio', performance.eventLoopUtilization(now, before).utilization);
    before = now;
    for (const percentile of PERCENTILES) {
      const late = lateness(delay.percentile(percentile));
      set('nodejs.eventloop.lag.milliseconds', late, { percentile: String(percentile) });
    }
    delay.reset();
    const { user, system } = process.cpuUsage();
    set('process.cpu.user.seconds.total', user / 1e6);
    set('process.cpu.system.seconds.total', system / 1e6);
    const { rss, heapUsed, external } = process.memoryUsage();
    set('process.resident.memory.bytes', rss);
    set('nodejs.heap.size.used.bytes', heapUsed);
    set('nodejs.external.memory.bytes', external);
    set('nodejs.heap.size.limit.bytes', getHeapStatistics().heap_size_limit);
    set('process.open.fds', openFiles());
    cancel = clock.after(OBSERVE_MS, observe);
  };
  observe();
  return () => {
    cancel();
    delay.disable();
    pauses.disconnect();
  };
}

/** The monitor measures the time from one of its timers to the next, ns; what is above its resolution is lateness, ms. */
function lateness(ns: number): number {
  return Math.max(0, ns / 1e6 - RESOLUTION_MS);
}

/** Linux tells their number as the folder's size, since 6.2; to list it would take milliseconds with many sockets. */
function openFiles(): number {
  try {
    const { size } = statSync('/proc/self/fd');
    return size > 0 ? size : NaN;
  } catch {
    // Another system.
    return NaN;
  }
}
