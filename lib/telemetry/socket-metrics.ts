import type { ServiceBroker } from 'moleculer';
import { CLOSE } from '../contract/frames.ts';
import type { SocketMetrics } from '../sockets/sockets-context.ts';
import { REQUEST_BUCKETS_MS, statusClass } from './http-metrics.ts';
import { registerMetrics, type MetricGroup } from './metric.ts';

const NAMES = {
  open: 'library.sockets.open',
  limit: 'library.sockets.limit',
  frames: 'library.sockets.frames.total',
  closed: 'library.sockets.closed.total',
  resumed: 'library.sockets.resumed.total',
  slow: 'library.sockets.slow.total',
  silent: 'library.sockets.silent.total',
  beats: 'library.sockets.beat.duration.milliseconds',
} as const;
/** Beside our own codes those of RFC 6455 and its registry; clients may send any other. */
const KNOWN_CODES: ReadonlySet<number> = new Set([1000, 1001, 1002, 1005, 1006, 1007, 1009, ...Object.values(CLOSE)]);

export const SOCKET_METRICS = {
  [NAMES.open]: { type: 'gauge', help: 'WebSockets that are open' },
  [NAMES.limit]: { type: 'gauge', help: 'WebSockets that a node takes at most' },
  [NAMES.frames]: {
    type: 'counter',
    help: 'Frames of WebSockets by direction and type',
    labels: ['direction', 'type'],
  },
  [NAMES.closed]: { type: 'counter', help: 'WebSockets that ended, by the code that was said first', labels: ['code'] },
  [NAMES.resumed]: { type: 'counter', help: 'WebSockets that began to hear news, by how', labels: ['outcome'] },
  [NAMES.slow]: { type: 'counter', help: 'WebSockets closed because what was sent was not taken out' },
  [NAMES.silent]: { type: 'counter', help: 'WebSockets cut because pings were not answered' },
  [NAMES.beats]: {
    type: 'histogram',
    help: 'Heartbeats and ends over WebSockets, answered, by class of status',
    labels: ['type', 'status'],
    buckets: REQUEST_BUCKETS_MS,
  },
} as const satisfies MetricGroup;

/** Keeps counts in numbers of its own and hands them to Moleculer once a second: a frame must not pay for its counting. */
export function socketMetrics(broker: ServiceBroker, maxPerNode: number): SocketMetrics {
  const counts = new Map<string, Count>();
  const frames = new Map<string, Count>();
  let open = 0;
  registerMetrics(broker, SOCKET_METRICS);
  if (broker.isMetricsEnabled()) broker.metrics.set(NAMES.limit, maxPerNode);

  /** Direction and type are few: their counts are found by one look. */
  const frame = (direction: string, type: string): void => {
    const known = frames.get(type);
    if (known !== undefined) known.count += 1;
    else frames.set(type, { name: NAMES.frames, labels: { direction, type }, count: 1 });
  };
  const count = (name: string, labels: Record<string, string>): void => {
    const key = `${name} ${Object.values(labels).join(' ')}`;
    const known = counts.get(key);
    if (known !== undefined) known.count += 1;
    else counts.set(key, { name, labels, count: 1 });
  };

  return {
    opened() {
      open += 1;
    },
    closed(code) {
      open -= 1;
      count(NAMES.closed, { code: KNOWN_CODES.has(code) ? String(code) : 'other' });
    },
    received: (type) => frame('in', type),
    sent: (kind) => frame('out', kind),
    answered(type, status, ms) {
      if (!broker.isMetricsEnabled()) return;
      broker.metrics.observe(NAMES.beats, ms, { type, status: statusClass(status) });
    },
    resumed: (outcome) => count(NAMES.resumed, { outcome }),
    slow: () => count(NAMES.slow, {}),
    silent: () => count(NAMES.silent, {}),
    publish() {
      if (!broker.isMetricsEnabled()) return;
      broker.metrics.set(NAMES.open, open);
      for (const counted of [...counts.values(), ...frames.values()]) {
        if (counted.count > 0) broker.metrics.increment(counted.name, counted.labels, counted.count);
        counted.count = 0;
      }
    },
  };
}

interface Count {
  readonly name: string;
  readonly labels: Record<string, string>;
  count: number;
}
