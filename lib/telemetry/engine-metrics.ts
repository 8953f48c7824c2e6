import type { MetricGroup } from './metric.ts';

/** Commits and flushes of milliseconds, and of the seconds that a store in trouble takes. */
const WRITE_BUCKETS_MS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 5_000] as const;

/** What an engine node tells of itself. Counted in `services/engine-telemetry.ts`. */
export const ENGINE_METRICS = {
  'library.engine.shards': { type: 'gauge', help: 'Shards this node serves' },
  'library.engine.shards.loading': { type: 'gauge', help: 'Shards this node is taking over' },
  'library.engine.shards.unreadable': {
    type: 'gauge',
    help: 'Shards of this node whose checkpoints a newer release wrote: it serves none of them',
  },
  'library.engine.snapshot.version': { type: 'gauge', help: 'The version that this node writes checkpoints in' },
  'library.engine.shards.configured': { type: 'gauge', help: 'Shards that there are, of all nodes together' },
  'library.engine.shards.acquired.total': { type: 'counter', help: 'Shards this node took over' },
  'library.engine.shards.fenced.total': {
    type: 'counter',
    help: 'Shards this node lost to another while serving them',
  },
  'library.engine.shards.failures.total': {
    type: 'counter',
    help: 'Shards that could not be taken over or let go of, and are tried again',
    labels: ['step'],
    begins: [{ step: 'acquire' }, { step: 'release' }],
  },
  'library.engine.users': { type: 'gauge', help: 'Users in memory' },
  'library.engine.sessions.live': { type: 'gauge', help: 'Live sessions' },
  'library.engine.commands.total': {
    type: 'counter',
    help: 'Commands that came for users of this node; heartbeats per second are their rate',
    labels: ['kind'],
    begins: [{ kind: 'heartbeat' }, { kind: 'end' }, { kind: 'start' }],
  },
  'library.engine.checkpoint.records.total': { type: 'counter', help: 'User states written to the checkpoint store' },
  'library.engine.checkpoint.failures.total': {
    type: 'counter',
    help: 'Commits the checkpoint store did not confirm',
  },
  'library.engine.checkpoint.commit.duration.milliseconds': {
    type: 'histogram',
    help: 'Time of a group commit',
    buckets: WRITE_BUCKETS_MS,
  },
  'library.engine.flush.rows.total': { type: 'counter', help: 'Session rows written to PostgreSQL' },
  'library.engine.flush.failures.total': {
    type: 'counter',
    help: 'Batches of session rows that PostgreSQL did not take',
  },
  'library.engine.flush.duration.milliseconds': {
    type: 'histogram',
    help: 'Time of a batch written to PostgreSQL',
    buckets: WRITE_BUCKETS_MS,
  },
  'library.engine.flush.backlog.users': { type: 'gauge', help: 'Users with sessions that wait for PostgreSQL' },
  'library.engine.flush.lag.milliseconds': { type: 'gauge', help: 'How long the oldest of them has waited' },
  'library.engine.errands.failures.total': {
    type: 'counter',
    help: 'Messages about lent copies that no actor answered',
  },
  'library.engine.pushes.lost.total': { type: 'counter', help: 'Pushes of news that no gateway confirmed' },
} as const satisfies MetricGroup;
