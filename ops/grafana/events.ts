import { dashboard, figure, graph, rate } from './panels.ts';

/** The bridge to Kafka: what the platform is told, and what it tells. */
export const events = dashboard('library-events', 'Events', 'The outbox, the topics that are read, and dead letters', [
  {
    title: 'Out: the outbox',
    panels: [
      graph(
        'Lag',
        { unit: 's', limit: 120, about: 'How long the oldest event has waited' },
        { expr: 'library:outbox_lag:seconds', legend: 'oldest' },
      ),
      graph(
        'Backlog',
        { unit: 'short', about: 'Events that wait; counted up to 100,000' },
        { expr: 'max(library_outbox_backlog_events)', legend: 'events' },
      ),
      graph(
        'Carried',
        { unit: 'ops', about: 'By bridge; failures are tried again' },
        { expr: rate('library_outbox_relayed_total', 'node_id'), legend: '{{node_id}}' },
        { expr: rate('library_outbox_failures_total'), legend: 'batches that failed' },
        { expr: rate('library_outbox_untold_total'), legend: 'news without a push' },
      ),
    ],
  },
  {
    title: 'In: what others tell',
    panels: [
      graph(
        'Lag',
        { unit: 'short', limit: 5000, about: 'Messages that wait, by topic' },
        { expr: 'library:events_lag:messages', legend: '{{topic}}' },
      ),
      graph(
        'Taken in',
        { unit: 'ops', stacked: true, about: 'By what came of them; a repeat is no harm' },
        { expr: rate('library_events_taken_total', 'topic, outcome'), legend: '{{topic}} {{outcome}}' },
      ),
      graph(
        'Failed',
        { unit: 'ops', about: 'Tried again in place, or buried' },
        { expr: rate('library_events_retries_total', 'topic'), legend: '{{topic}} tried again' },
        { expr: rate('library_events_dead_letters_total', 'topic'), legend: '{{topic}} buried' },
      ),
      figure(
        'Dead letters',
        { unit: 'short', limit: 1, about: 'That wait to be looked at: dlq in the operators’ prompt' },
        'sum(max by (topic) (library_events_dead_letters_waiting))',
      ),
    ],
  },
]);
