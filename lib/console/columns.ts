import { createHash } from 'node:crypto';
import type { FigureName } from '../contract/console-figures.ts';
import { ENGINE_METRICS } from '../telemetry/engine-metrics.ts';
import { REQUEST_BUCKETS_MS } from '../telemetry/http-metrics.ts';
import { quantile } from './quantile.ts';

/**
 * What a node writes down of itself every two seconds: numbers in a fixed order, so that hours of them are one piece of
 * memory. Latencies are counts by bucket, for percentiles of several nodes cannot be made of theirs.
 */
interface Column {
  readonly name: string;
  /** `rate`: read as a total since the start, written as its change a second. */
  readonly kind: 'gauge' | 'rate';
  /** What several nodes have of it: together, or one and the same. */
  readonly over: 'sum' | 'max';
}

export const COMMIT_BUCKETS_MS = ENGINE_METRICS['library.engine.checkpoint.commit.duration.milliseconds'].buckets;
export { REQUEST_BUCKETS_MS };

const gauge = (name: string, over: Column['over']): Column => ({ name, kind: 'gauge', over });
const rate = (name: string): Column => ({ name, kind: 'rate', over: 'sum' });
/** One more than there are bounds: what took longer. */
const buckets = (name: string, bounds: readonly number[]): Column[] =>
  [...bounds, Infinity].map((bound) => rate(`${name}_${bound}`));

export const COLUMNS: readonly Column[] = [
  gauge('live_sessions', 'sum'),
  gauge('flush_backlog', 'sum'),
  gauge('sockets', 'sum'),
  gauge('flush_lag_ms', 'max'),
  gauge('outbox_rows', 'max'),
  gauge('outbox_lag_ms', 'max'),
  gauge('consumer_lag', 'max'),
  gauge('dead_letters', 'max'),
  // How many engines this node sees: whether all of them told what they have.
  gauge('engines_seen', 'max'),
  rate('heartbeats'),
  rate('turns'),
  rate('requests'),
  rate('refusals'),
  rate('errors'),
  ...buckets('latency', REQUEST_BUCKETS_MS),
  ...buckets('commit', COMMIT_BUCKETS_MS),
];

const PLACES: ReadonlyMap<string, number> = new Map(COLUMNS.map(({ name }, at) => [name, at]));

/** The column's place. */
export function columnAt(name: string): number {
  const at = PLACES.get(name);
  if (at === undefined) throw new RangeError(`there is no column ${name}`);
  return at;
}

const LIVE = columnAt('live_sessions');
const BACKLOG = columnAt('flush_backlog');
const SEEN = columnAt('engines_seen');

/**
 * What the nodes have together; NaN where nobody knows. What engines have in sum is known only when all of them told: a part
 * of the sessions would look like a fall.
 *
 * @param rows one a node, NaN for what a node does not have
 */
export function merged(rows: readonly ArrayLike<number>[]): Float64Array {
  const all = new Float64Array(COLUMNS.length).fill(NaN);
  COLUMNS.forEach(({ over }, at) => {
    for (const row of rows) {
      const value = row[at] ?? NaN;
      const known = all[at] ?? NaN;
      if (Number.isNaN(value)) continue;
      if (Number.isNaN(known)) all[at] = value;
      else all[at] = over === 'sum' ? known + value : Math.max(known, value);
    }
  });
  const engines = rows.filter((row) => !Number.isNaN(row[LIVE] ?? NaN)).length;
  if (engines < (all[SEEN] ?? 0)) all[LIVE] = all[BACKLOG] = NaN;
  return all;
}

const LATENCY = bucketsAt('latency', REQUEST_BUCKETS_MS);
const COMMIT = bucketsAt('commit', COMMIT_BUCKETS_MS);

function bucketsAt(name: string, bounds: readonly number[]) {
  const first = columnAt(`${name}_${bounds[0]}`);
  return { bounds, first, end: first + bounds.length + 1 };
}

function percentile(row: Float64Array, { bounds, first, end }: typeof LATENCY, share: number): number {
  return quantile(bounds, row.subarray(first, end), share);
}

const column =
  (name: string) =>
  (row: Float64Array): number =>
    row[columnAt(name)] ?? NaN;

/** The figures of one merged row; NaN: unknown. */
export const FIGURE_OF: Readonly<Record<FigureName, (row: Float64Array) => number>> = {
  live_sessions: column('live_sessions'),
  heartbeats_per_second: column('heartbeats'),
  requests_per_second: column('requests'),
  refusals_per_second: column('refusals'),
  errors_per_second: column('errors'),
  latency_p50_ms: (row) => percentile(row, LATENCY, 0.5),
  latency_p95_ms: (row) => percentile(row, LATENCY, 0.95),
  latency_p99_ms: (row) => percentile(row, LATENCY, 0.99),
  commit_p99_ms: (row) => percentile(row, COMMIT, 0.99),
  flush_lag_ms: column('flush_lag_ms'),
  flush_backlog: column('flush_backlog'),
  outbox_rows: column('outbox_rows'),
  outbox_lag_ms: column('outbox_lag_ms'),
  consumer_lag: column('consumer_lag'),
  dead_letters: column('dead_letters'),
  sockets: column('sockets'),
};

/** As it is told: null for what is unknown, and no more digits than a chart shows. */
export function shown(value: number): number | null {
  return Number.isFinite(value) ? Math.max(0, Math.round(value * 100) / 100) : null;
}

/** Of the columns and their order: rows of a node with others cannot be read here. */
export const COLUMNS_MARK = createHash('sha1')
  .update(COLUMNS.map(({ name, kind, over }) => `${name} ${kind} ${over}`).join())
  .digest('base64url')
  .slice(0, 8);
