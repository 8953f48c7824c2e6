import { COMMIT_BUCKETS_MS, columnAt, REQUEST_BUCKETS_MS } from './columns.ts';

/** What an engine tells of itself at any time; totals since its start. */
export interface EngineReadings {
  readonly liveSessions: number;
  readonly heartbeats: number;
  readonly turns: number;
  readonly flushBacklog: number;
  readonly flushLagMs: number;
  readonly engines: number;
}

/** A metric's values as Moleculer keeps them. */
interface Kept {
  readonly labels?: Readonly<Record<string, unknown>>;
  readonly value?: unknown;
  readonly count?: number;
  /** Cumulative, by bound. */
  readonly bucketValues?: Readonly<Record<number, number>>;
}

/** What is read of Moleculer's registry of metrics: its own values, not the copies that it makes for reporters. */
export interface KeptMetrics {
  readonly store: ReadonlyMap<string, { readonly values: ReadonlyMap<string, unknown> }>;
}

const NOTHING: ReadonlyMap<string, unknown> = new Map();
/** What gateways answer, over each of the three protocols. */
const ANSWERS = [
  'library.http.request.duration.milliseconds',
  'library.sockets.beat.duration.milliseconds',
  'library.grpc.request.duration.milliseconds',
] as const;
const COMMITS = 'library.engine.checkpoint.commit.duration.milliseconds';
/** Of gRPC those that say what a 5xx says; all others but OK are refusals. */
const GRPC_FAILURES: ReadonlySet<unknown> = new Set([
  'UNKNOWN',
  'DEADLINE_EXCEEDED',
  'INTERNAL',
  'UNAVAILABLE',
  'DATA_LOSS',
]);

const AT = {
  live: columnAt('live_sessions'),
  backlog: columnAt('flush_backlog'),
  sockets: columnAt('sockets'),
  flushLag: columnAt('flush_lag_ms'),
  outboxRows: columnAt('outbox_rows'),
  outboxLag: columnAt('outbox_lag_ms'),
  consumerLag: columnAt('consumer_lag'),
  deadLetters: columnAt('dead_letters'),
  engines: columnAt('engines_seen'),
  heartbeats: columnAt('heartbeats'),
  turns: columnAt('turns'),
  requests: columnAt('requests'),
  refusals: columnAt('refusals'),
  errors: columnAt('errors'),
  latency: columnAt(`latency_${REQUEST_BUCKETS_MS[0]}`),
  commit: columnAt(`commit_${COMMIT_BUCKETS_MS[0]}`),
};

/** Reads what this node counts into a row; what it does not count is left alone. Some tens of microseconds. */
export function readInto(row: Float64Array, { store }: KeptMetrics, engine: EngineReadings | null): void {
  const kept = (name: string) => (store.get(name)?.values ?? NOTHING) as ReadonlyMap<string, Kept>;
  const sum = (name: string, at: number): void => {
    for (const { value } of kept(name).values()) {
      if (typeof value === 'number') row[at] = (Number.isNaN(row[at]) ? 0 : (row[at] ?? 0)) + value;
    }
  };
  sum('library.sockets.open', AT.sockets);
  sum('library.outbox.backlog.events', AT.outboxRows);
  sum('library.outbox.lag.milliseconds', AT.outboxLag);
  sum('library.events.lag.messages', AT.consumerLag);
  sum('library.events.dead.letters.waiting', AT.deadLetters);
  if (store.has(ANSWERS[0]))
    readAnswers(
      row,
      ANSWERS.flatMap((name) => [...kept(name).values()]),
    );
  if (engine === null) return;
  row[AT.live] = engine.liveSessions;
  row[AT.backlog] = engine.flushBacklog;
  row[AT.flushLag] = engine.flushLagMs;
  row[AT.engines] = engine.engines;
  row[AT.heartbeats] = engine.heartbeats;
  row[AT.turns] = engine.turns;
  begin(row, AT.commit, COMMIT_BUCKETS_MS.length);
  for (const commits of kept(COMMITS).values()) addBuckets(row, AT.commit, COMMIT_BUCKETS_MS, commits);
}

function readAnswers(row: Float64Array, answers: readonly Kept[]): void {
  row[AT.requests] = row[AT.refusals] = row[AT.errors] = 0;
  begin(row, AT.latency, REQUEST_BUCKETS_MS.length);
  for (const answered of answers) {
    const { labels = {}, count = 0 } = answered;
    row[AT.requests] = (row[AT.requests] ?? 0) + count;
    const at = kindOf(labels['status']);
    if (at !== null) row[at] = (row[at] ?? 0) + count;
    addBuckets(row, AT.latency, REQUEST_BUCKETS_MS, answered);
  }
}

/** A class of HTTP statuses, or a status of gRPC by its name. */
function kindOf(status: unknown): number | null {
  if (status === '4xx') return AT.refusals;
  if (status === '5xx' || GRPC_FAILURES.has(status)) return AT.errors;
  return status === 'OK' || /^[0-3]xx$/.test(String(status)) ? null : AT.refusals;
}

function begin(row: Float64Array, first: number, bounds: number): void {
  row.fill(0, first, first + bounds + 1);
}

/** Moleculer's buckets hold what is at most their bound: each has all below it, too. */
function addBuckets(
  row: Float64Array,
  first: number,
  bounds: readonly number[],
  { count = 0, bucketValues = {} }: Kept,
): void {
  let below = 0;
  for (const [at, bound] of bounds.entries()) {
    const upTo = bucketValues[bound] ?? below;
    row[first + at] = (row[first + at] ?? 0) + upTo - below;
    below = upTo;
  }
  row[first + bounds.length] = (row[first + bounds.length] ?? 0) + count - below;
}
