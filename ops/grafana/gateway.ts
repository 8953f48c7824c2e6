import { chosen, dashboard, graph, quantile, rate } from './panels.ts';

const HTTP = 'library_http_request_duration_seconds';
const SOCKETS = 'library_sockets_beat_duration_seconds';
const GRPC = 'library_grpc_request_duration_seconds';

/** What clients meet. */
export const gateway = dashboard('library-gateway', 'Gateway', 'REST, WebSockets and gRPC, as clients meet them', [
  {
    title: 'REST',
    panels: [
      graph(
        'Requests by operation',
        { unit: 'reqps', stacked: true, about: 'unmatched: paths that there are not' },
        { expr: rate(`${HTTP}_count`, 'operation'), legend: '{{operation}}' },
      ),
      graph(
        'Requests by class of status',
        { unit: 'reqps', stacked: true, about: '4xx: the client is wrong; 5xx: we are' },
        { expr: rate(`${HTTP}_count`, 'status'), legend: '{{status}}' },
      ),
      graph(
        'Latency by operation, 99th percentile',
        { unit: 's', limit: 0.2, about: 'Aim: below 200 ms' },
        { expr: quantile(0.99, HTTP, 'operation'), legend: '{{operation}}' },
      ),
      graph(
        'Refusals',
        { unit: 'reqps', stacked: true, about: 'By code of docs/errors.md' },
        { expr: rate('library_http_refusals_total', 'code'), legend: '{{code}}' },
      ),
      graph(
        'Refused by a limit',
        { unit: 'reqps', stacked: true, about: 'Too much of one user or address; see docs/security.md' },
        { expr: rate('library_limits_refused_total', 'limit'), legend: '{{limit}}' },
      ),
      graph(
        'Certificates',
        { unit: 's', about: 'How long each is still good' },
        { expr: 'min by (certificate) (library_tls_certificate_expires_seconds)', legend: '{{certificate}}' },
      ),
    ],
  },
  {
    title: 'WebSockets',
    panels: [
      graph(
        'Open',
        { unit: 'short', stacked: true, about: 'By node; the limit is of one node' },
        { expr: `library_sockets_open{${chosen()}}`, legend: '{{node_id}}' },
        { expr: `max(library_sockets_limit{${chosen()}})`, legend: 'limit of a node' },
      ),
      graph(
        'Frames',
        { unit: 'ops', about: 'refused: those that could not be read' },
        { expr: rate('library_sockets_frames_total', 'direction, type'), legend: '{{direction}} {{type}}' },
      ),
      graph(
        'Ends',
        { unit: 'ops', stacked: true, about: 'By the code that was said first; docs/websocket.md explains them' },
        { expr: rate('library_sockets_closed_total', 'code'), legend: '{{code}}' },
        { expr: rate('library_sockets_slow_total'), legend: 'too slow' },
        { expr: rate('library_sockets_silent_total'), legend: 'silent' },
      ),
      graph(
        'Heartbeats over sockets, latency',
        { unit: 's', limit: 0.2, about: 'Aim: below 200 ms' },
        { expr: quantile(0.5, SOCKETS), legend: 'median' },
        { expr: quantile(0.95, SOCKETS), legend: '95th' },
        { expr: quantile(0.99, SOCKETS), legend: '99th' },
      ),
      graph(
        'News',
        { unit: 'ops', about: 'Pushes, those that were lost on the way, and what only the log had' },
        { expr: rate('library_feed_pushes_total'), legend: 'pushes' },
        { expr: 'sum(rate(library_engine_pushes_lost_total[$__rate_interval]))', legend: 'lost' },
        { expr: rate('library_feed_gaps_total'), legend: 'gaps' },
        { expr: rate('library_feed_found_total'), legend: 'found in the log' },
      ),
      graph(
        'How sockets begin to hear news',
        { unit: 'ops', stacked: true, about: 'reset: away for longer than the log remembers' },
        { expr: rate('library_sockets_resumed_total', 'outcome'), legend: '{{outcome}}' },
        { expr: rate('library_feed_resets_total'), legend: 'reset later' },
      ),
      graph(
        'Users that listen',
        { unit: 'short', stacked: true, about: 'By node; below the open sockets by those who have several' },
        { expr: `library_feed_users{${chosen()}}`, legend: '{{node_id}}' },
      ),
      graph(
        'Questions about news without an answer',
        { unit: 'ops', about: 'To actors and to the log; asked again' },
        { expr: rate('library_feed_failures_total', 'what'), legend: '{{what}}' },
      ),
    ],
  },
  {
    title: 'gRPC, and services that are called',
    panels: [
      graph(
        'Calls by method',
        { unit: 'reqps', stacked: true, about: 'Of other services' },
        { expr: rate(`${GRPC}_count`, 'method, status'), legend: '{{method}} {{status}}' },
      ),
      graph(
        'Latency by method, 95th percentile',
        { unit: 's', limit: 0.05, about: 'Aim: below 50 ms' },
        { expr: quantile(0.95, GRPC, 'method'), legend: '{{method}}' },
      ),
      graph(
        'Calls to other services',
        { unit: 'reqps', about: 'Tries by outcome; 1 of left alone: the circuit breaker is open' },
        { expr: rate('library_upstream_calls_total', 'service, outcome'), legend: '{{service}} {{outcome}}' },
        { expr: 'max by (service) (library_upstream_breaker_open)', legend: '{{service}} left alone' },
      ),
    ],
  },
]);
