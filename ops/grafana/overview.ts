import { dashboard, figure, graph, quantile, rate } from './panels.ts';

const HTTP = 'library_http_request_duration_seconds';
const SOCKETS = 'library_sockets_beat_duration_seconds';
const GRPC = 'library_grpc_request_duration_seconds';

/** What an operator opens first: are the objectives kept, and if not, where. */
export const overview = dashboard('library-overview', 'Overview', 'The objectives, and the whole service on one page', [
  {
    title: 'Objectives of 30 days: 99.99 % answered, 99 % within 200 ms',
    panels: [
      figure(
        'Failure budget left',
        { unit: 'percentunit', about: 'Of the 0.01 % that may fail within 30 days' },
        'library:availability_budget:remaining30d',
      ),
      figure(
        'Latency budget left',
        { unit: 'percentunit', about: 'Of the 1 % that may take longer than 200 ms within 30 days' },
        'library:latency_budget:remaining30d',
      ),
      figure('Requests', { unit: 'reqps', about: 'REST, sockets and gRPC together' }, 'library:requests:rate5m'),
      figure('Heartbeats', { unit: 'reqps', about: 'That reached engines' }, 'library:heartbeats:rate5m'),
      figure('Live sessions', { unit: 'short', about: 'Over all engines' }, 'library:sessions_live'),
      figure(
        'Shards unowned',
        { unit: 'short', limit: 1, about: 'Their users cannot play; above 0 for seconds after an engine died' },
        'library:shards_unowned',
      ),
      graph(
        'Burn rate of failures',
        { unit: 'none', limit: 14.4, about: '1 uses the budget up in exactly 30 days; 14.4 for an hour pages' },
        { expr: 'library:requests_failed:ratio5m / 0.0001', legend: '5 minutes' },
        { expr: 'library:requests_failed:ratio1h / 0.0001', legend: 'hour' },
        { expr: 'library:requests_failed:ratio6h / 0.0001', legend: '6 hours' },
        { expr: 'library:requests_failed:ratio3d / 0.0001', legend: '3 days' },
      ),
      graph(
        'Burn rate of latency',
        { unit: 'none', limit: 14.4, about: '1 uses the budget up in exactly 30 days; 14.4 for an hour pages' },
        { expr: 'library:requests_slow:ratio5m / 0.01', legend: '5 minutes' },
        { expr: 'library:requests_slow:ratio1h / 0.01', legend: 'hour' },
        { expr: 'library:requests_slow:ratio6h / 0.01', legend: '6 hours' },
        { expr: 'library:requests_slow:ratio3d / 0.01', legend: '3 days' },
      ),
      graph(
        'Alerts',
        { unit: 'short', stacked: true, about: 'Those that fire; docs/runbook.md has a section for each' },
        {
          expr: 'sum by (alertname, severity) (ALERTS{alertname=~"Library.+",alertstate="firing"})',
          legend: '{{severity}} {{alertname}}',
        },
      ),
    ],
  },
  {
    title: 'Traffic',
    panels: [
      graph(
        'Requests',
        { unit: 'reqps', stacked: true, about: 'By the way they came' },
        { expr: rate(`${HTTP}_count`), legend: 'REST' },
        { expr: rate(`${SOCKETS}_count`), legend: 'heartbeats over WebSockets' },
        { expr: rate(`${GRPC}_count`), legend: 'gRPC' },
      ),
      graph(
        'Failures',
        { unit: 'reqps', stacked: true, about: 'Answers of class 5xx, by operation' },
        { expr: rate(`${HTTP}_count`, 'operation', 'status="5xx"'), legend: '{{operation}}' },
        { expr: rate(`${SOCKETS}_count`, 'type', 'status="5xx"'), legend: '{{type}} over WebSockets' },
        {
          expr: rate(`${GRPC}_count`, 'method', 'status=~"UNAVAILABLE|INTERNAL|UNKNOWN|DEADLINE_EXCEEDED|DATA_LOSS"'),
          legend: 'gRPC {{method}}',
        },
      ),
      graph(
        'Latency, 99th percentile',
        { unit: 's', limit: 0.2, about: 'Aim: below 200 ms' },
        { expr: quantile(0.99, HTTP), legend: 'REST' },
        { expr: quantile(0.99, SOCKETS), legend: 'heartbeats over WebSockets' },
        { expr: quantile(0.99, GRPC), legend: 'gRPC' },
      ),
    ],
  },
  {
    title: 'Behind',
    panels: [
      graph(
        'Waiting to be written or told',
        { unit: 's', about: 'The oldest that waits: sessions for PostgreSQL, events for Kafka' },
        { expr: 'max(library_engine_flush_lag_seconds)', legend: 'sessions' },
        { expr: 'library:outbox_lag:seconds', legend: 'events' },
      ),
      graph(
        'Events that wait to be taken in',
        { unit: 'short', about: 'Purchases and what else others tell' },
        { expr: 'library:events_lag:messages', legend: '{{topic}}' },
      ),
      graph(
        'Dependencies that do not answer',
        { unit: 'short', about: 'Nodes that do not reach them' },
        { expr: 'sum by (dependency) (1 - library_dependency_up)', legend: '{{dependency}}' },
      ),
    ],
  },
]);
