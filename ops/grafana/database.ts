import { chosen, dashboard, graph, quantile, rate } from './panels.ts';

const QUERIES = 'library_database_query_duration_seconds';

/** PostgreSQL, as the nodes see it. */
export const database = dashboard(
  'library-database',
  'Database',
  'PostgreSQL and the page cache, as the nodes see them',
  [
    {
      title: 'Statements',
      panels: [
        graph(
          'Per second',
          { unit: 'ops', stacked: true, about: 'By pool: main, checkpoints, revisions' },
          { expr: rate(`${QUERIES}_count`, 'pool'), legend: '{{pool}}' },
        ),
        graph(
          'Latency, 99th percentile',
          { unit: 's', limit: 0.5, about: 'With the wait for a connection, where a statement stands alone' },
          { expr: quantile(0.99, QUERIES, 'pool'), legend: '{{pool}}' },
        ),
        graph(
          'Not ok',
          { unit: 'ops', stacked: true, about: 'unavailable: may succeed when tried again; error: also lost races' },
          { expr: rate(`${QUERIES}_count`, 'pool, outcome', 'outcome!="ok"'), legend: '{{pool}} {{outcome}}' },
        ),
      ],
    },
    {
      title: 'Connections',
      panels: [
        graph(
          'In use',
          { unit: 'short', stacked: true, about: 'Over all nodes, by pool' },
          { expr: `sum by (pool, state) (library_database_connections{${chosen()}})`, legend: '{{pool}} {{state}}' },
        ),
        graph(
          'Waiting',
          {
            unit: 'short',
            limit: 1,
            about: 'Requests without a connection, by node: above 0 for long, the pool is too small',
          },
          { expr: `library_database_waiting{${chosen()}}`, legend: '{{node_id}} {{pool}}' },
        ),
        graph(
          'Lost',
          { unit: 'ops', about: 'Connections that broke' },
          { expr: rate('library_database_connections_lost_total', 'pool'), legend: '{{pool}}' },
        ),
        graph(
          'Pages found in the cache',
          { unit: 'percentunit', about: 'The share that needed no building' },
          {
            expr: `${rate('library_page_cache_lookups_total', '', 'found="yes"')} / ${rate('library_page_cache_lookups_total')}`,
            legend: 'found',
          },
        ),
        graph(
          'Dependencies',
          { unit: 'short', about: '1 while each node reaches it' },
          { expr: `min by (dependency) (library_dependency_up{${chosen()}})`, legend: '{{dependency}}' },
        ),
      ],
    },
  ],
);
