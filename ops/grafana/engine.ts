import { chosen, dashboard, figure, graph, quantile, rate } from './panels.ts';

const COMMIT = 'library_engine_checkpoint_commit_duration_seconds';
const FLUSH = 'library_engine_flush_duration_seconds';

/** The session engine: who serves which shards, and how quickly what is played is kept. */
export const engine = dashboard('library-engine', 'Engine', 'Shards, sessions, checkpoints and flushes', [
  {
    title: 'Shards',
    panels: [
      figure(
        'Shards unowned',
        { unit: 'short', limit: 1, about: 'Their users cannot play; above 0 for seconds after an engine died' },
        'library:shards_unowned',
      ),
      figure(
        'Unreadable',
        { unit: 'short', limit: 1, about: 'Their checkpoints were written by a newer release' },
        'sum(library_engine_shards_unreadable)',
      ),
      figure('Engines', { unit: 'short', about: 'That serve shards' }, 'count(library_engine_shards > 0)'),
      figure('Live sessions', { unit: 'short', about: 'Over all engines' }, 'library:sessions_live'),
      figure('Users in memory', { unit: 'short', about: 'Over all engines' }, 'sum(library_engine_users)'),
      figure(
        'Checkpoint formats',
        { unit: 'short', limit: 2, about: '1: all engines write the same; more while a cluster is upgraded' },
        'max(library_engine_snapshot_version) - min(library_engine_snapshot_version) + 1',
      ),
      graph(
        'Shards per node',
        { unit: 'short', stacked: true, about: 'Even, but for a few' },
        { expr: `library_engine_shards{${chosen()}}`, legend: '{{node_id}}' },
      ),
      graph(
        'Shards that move',
        { unit: 'ops', about: 'Taken over; lost while they were served (fenced); failed to be taken or let go' },
        { expr: rate('library_engine_shards_acquired_total'), legend: 'taken over' },
        { expr: rate('library_engine_shards_fenced_total'), legend: 'fenced' },
        { expr: rate('library_engine_shards_failures_total', 'step'), legend: '{{step}} failed' },
        { expr: `sum(library_engine_shards_loading{${chosen()}})`, legend: 'loading now' },
      ),
      graph(
        'Live sessions per node',
        { unit: 'short', stacked: true, about: 'As even as the shards' },
        { expr: `library_engine_sessions_live{${chosen()}}`, legend: '{{node_id}}' },
      ),
    ],
  },
  {
    title: 'Work',
    panels: [
      graph(
        'Commands',
        { unit: 'ops', stacked: true, about: 'By kind; most are heartbeats' },
        { expr: rate('library_engine_commands_total', 'kind'), legend: '{{kind}}' },
      ),
      graph(
        'Heartbeats per node',
        { unit: 'ops', stacked: true, about: 'A node with far more than its share is busy with few users' },
        { expr: rate('library_engine_commands_total', 'node_id', 'kind="heartbeat"'), legend: '{{node_id}}' },
      ),
      graph(
        'Messages without an answer',
        { unit: 'ops', about: 'About shared copies, and pushes of news; both are made good later' },
        { expr: rate('library_engine_errands_failures_total'), legend: 'shared copies' },
        { expr: rate('library_engine_pushes_lost_total'), legend: 'pushes' },
      ),
    ],
  },
  {
    title: 'Checkpoints: before each answer',
    panels: [
      graph(
        'Time of a commit',
        { unit: 's', limit: 0.1, about: 'Every heartbeat waits for one' },
        { expr: quantile(0.5, COMMIT), legend: 'median' },
        { expr: quantile(0.99, COMMIT), legend: '99th' },
        { expr: quantile(0.99, COMMIT, 'node_id'), legend: '99th of {{node_id}}' },
      ),
      graph(
        'Users in a commit',
        { unit: 'none', about: 'The busier, the more share one' },
        {
          expr: `${rate('library_engine_checkpoint_records_total')} / ${rate(`${COMMIT}_count`)}`,
          legend: 'users per commit',
        },
      ),
      graph(
        'Commits that failed',
        { unit: 'ops', limit: 0.1, about: 'What is not committed is not answered' },
        { expr: rate('library_engine_checkpoint_failures_total', 'node_id'), legend: '{{node_id}}' },
      ),
    ],
  },
  {
    title: 'Flushes: to PostgreSQL, behind',
    panels: [
      graph(
        'Lag',
        { unit: 's', limit: 600, about: 'How long the oldest has waited; two minutes are usual' },
        { expr: `library_engine_flush_lag_seconds{${chosen()}}`, legend: '{{node_id}}' },
      ),
      graph(
        'Backlog',
        { unit: 'short', stacked: true, about: 'Users that wait' },
        { expr: `library_engine_flush_backlog_users{${chosen()}}`, legend: '{{node_id}}' },
      ),
      graph(
        'Rows, and batches that failed',
        { unit: 'ops', about: 'What failed is tried again' },
        { expr: rate('library_engine_flush_rows_total'), legend: 'rows' },
        { expr: rate('library_engine_flush_failures_total'), legend: 'batches failed' },
        { expr: rate(`${FLUSH}_count`), legend: 'batches' },
      ),
    ],
  },
]);
