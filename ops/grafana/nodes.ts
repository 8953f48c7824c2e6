import { chosen, dashboard, figure, graph, quantile, rate } from './panels.ts';

/** The processes themselves, and the bus between them. */
export const nodes = dashboard('library-nodes', 'Nodes', 'Processes: event loop, memory, processor, and the bus', [
  {
    title: 'Processes',
    panels: [
      figure('Nodes', { unit: 'short', about: 'That are scraped' }, 'count(library_node_info)'),
      figure(
        'Not ready',
        { unit: 'short', limit: 1, about: 'They get no requests' },
        'count(library_node_ready == 0) or vector(0)',
      ),
      figure(
        'Versions',
        { unit: 'short', limit: 2, about: 'Two while a cluster is upgraded' },
        'count(count by (version) (library_node_info))',
      ),
      graph(
        'Event loop lag, 99th percentile',
        { unit: 's', limit: 0.1, about: 'How late turns are; every request of the node waits as long' },
        { expr: `nodejs_eventloop_lag_seconds{${chosen('percentile="99"')}}`, legend: '{{node_id}}' },
      ),
      graph(
        'Event loop utilisation',
        { unit: 'percentunit', limit: 0.85, about: 'At 100 % a node can do no more' },
        { expr: `nodejs_eventloop_utilization_ratio{${chosen()}}`, legend: '{{node_id}}' },
      ),
      graph(
        'Processor',
        { unit: 'percentunit', about: 'Of one core; above 1 with threads of the runtime' },
        { expr: rate('process_cpu_user_seconds_total', 'node_id'), legend: '{{node_id}} own' },
        { expr: rate('process_cpu_system_seconds_total', 'node_id'), legend: '{{node_id}} kernel' },
      ),
      graph(
        'Memory',
        { unit: 'bytes', about: 'What the process holds' },
        { expr: `process_resident_memory_bytes{${chosen()}}`, legend: '{{node_id}}' },
        { expr: `nodejs_external_memory_bytes{${chosen()}}`, legend: '{{node_id}} buffers' },
      ),
      graph(
        'Heap',
        { unit: 'percentunit', limit: 0.85, about: 'Of what JavaScript may use before the process dies' },
        {
          expr: `nodejs_heap_size_used_bytes{${chosen()}} / nodejs_heap_size_limit_bytes{${chosen()}}`,
          legend: '{{node_id}}',
        },
      ),
      graph(
        'Garbage collection, 99th percentile',
        { unit: 's', about: 'Pauses by kind' },
        { expr: quantile(0.99, 'nodejs_gc_duration_seconds', 'kind'), legend: '{{kind}}' },
      ),
      graph(
        'Open files and sockets',
        { unit: 'short', about: 'Beside the limit of the machine' },
        { expr: `process_open_fds{${chosen()}}`, legend: '{{node_id}}' },
      ),
      graph(
        'Starts',
        { unit: 'short', about: 'Within half an hour' },
        { expr: `changes(process_start_time_seconds{${chosen()}}[30m])`, legend: '{{node_id}}' },
      ),
    ],
  },
  {
    title: 'Between nodes',
    panels: [
      graph(
        'Calls between services',
        { unit: 'ops', stacked: true, about: 'Moleculer actions; engine.deliver carries many heartbeats at once' },
        { expr: rate('moleculer_request_total', 'action'), legend: '{{action}}' },
      ),
      graph(
        'Calls that failed',
        { unit: 'ops', stacked: true, about: 'Refusals are among them' },
        { expr: rate('moleculer_request_error_total', 'action, errorType'), legend: '{{action}} {{errorType}}' },
      ),
      graph(
        'Connected to NATS',
        { unit: 'short', about: '1, or 0 for a node that is cut off' },
        { expr: `library_bus_connected{${chosen()}}`, legend: '{{node_id}}' },
      ),
      graph(
        'Nodes that each node sees',
        { unit: 'short', about: 'The same on all, or the bus is cut' },
        { expr: `moleculer_registry_nodes_online_total{${chosen()}}`, legend: '{{node_id}}' },
      ),
      graph(
        'Spans of traces',
        { unit: 'ops', about: 'Taken by the collector, and lost' },
        { expr: rate('library_tracing_spans_exported_total'), legend: 'exported' },
        { expr: rate('library_tracing_spans_lost_total', 'reason'), legend: 'lost: {{reason}}' },
      ),
    ],
  },
]);
