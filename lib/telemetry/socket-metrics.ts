import type { ServiceBroker } from 'moleculer';
import { CLOSE } from '../contract/frames.ts';
import type { SocketMetrics } from '../sockets/sockets-context.ts';

const NAMES = {
  open: 'library.sockets.open',
  frames: 'library.sockets.frames',
  closed: 'library.sockets.closed',
  resumed: 'library.sockets.resumed',
  slow: 'library.sockets.slow',
  silent: 'library.sockets.silent',
  beats: 'library.sockets.beat.duration.milliseconds',
} as const;
/** Beside our own codes those of RFC 6455 and its registry; clients may send any other. */
const KNOWN_CODES: ReadonlySet<number> = new Set([1000, 1001, 1002, 1005, 1006, 1007, 1009, ...Object.values(CLOSE)]);
const STATUS_CLASSES = ['0xx', '1xx', '2xx', '3xx', '4xx', '5xx'];
const BUCKETS_MS = [1, 2, 5, 10, 25, 50, 100, 200, 500, 1500, 4500];

/** Keeps counts in numbers of its own and hands them to Moleculer once a second: a frame must not pay for its counting. */
export function socketMetrics(broker: ServiceBroker): SocketMetrics {
  const counts = new Map<string, Count>();
  const frames = new Map<string, Count>();
  let open = 0;
  if (broker.isMetricsEnabled()) register(broker);

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
      broker.metrics.observe(NAMES.beats, ms, { type, status: STATUS_CLASSES[Math.floor(status / 100)] ?? 'unknown' });
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

function register({ metrics }: ServiceBroker): void {
  metrics.register({ type: 'gauge', name: NAMES.open, description: 'WebSockets that are open' });
  const counters: readonly (readonly [string, string, string[]])[] = [
    [NAMES.frames, 'Frames of WebSockets by direction and type', ['direction', 'type']],
    [NAMES.closed, 'WebSockets that ended, by the code that was said first', ['code']],
    [NAMES.resumed, 'WebSockets that began to hear news, by how', ['outcome']],
    [NAMES.slow, 'WebSockets closed because what was sent was not taken out', []],
    [NAMES.silent, 'WebSockets cut because pings were not answered', []],
  ];
  for (const [name, description, labelNames] of counters) {
    metrics.register({ type: 'counter', name, description, labelNames });
  }
  metrics.register({
    type: 'histogram',
    name: NAMES.beats,
    description: 'Heartbeats and ends over WebSockets, answered, by status class',
    labelNames: ['type', 'status'],
    buckets: BUCKETS_MS,
  });
}
