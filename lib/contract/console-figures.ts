/**
 * The figures that operators watch, in the order in which they are shown. Pages take this list into the browser: nothing may
 * be imported here.
 */
export const FIGURES = {
  live_sessions: { unit: 'count' },
  heartbeats_per_second: { unit: 'per_second' },
  requests_per_second: { unit: 'per_second' },
  refusals_per_second: { unit: 'per_second' },
  errors_per_second: { unit: 'per_second' },
  latency_p50_ms: { unit: 'ms' },
  latency_p95_ms: { unit: 'ms' },
  latency_p99_ms: { unit: 'ms' },
  commit_p99_ms: { unit: 'ms' },
  flush_lag_ms: { unit: 'ms' },
  flush_backlog: { unit: 'count' },
  outbox_rows: { unit: 'count' },
  outbox_lag_ms: { unit: 'ms' },
  consumer_lag: { unit: 'count' },
  dead_letters: { unit: 'count' },
  sockets: { unit: 'count' },
} as const satisfies Readonly<Record<string, { readonly unit: 'count' | 'per_second' | 'ms' }>>;

export type FigureName = keyof typeof FIGURES;
export const FIGURE_NAMES = Object.keys(FIGURES) as readonly FigureName[];
