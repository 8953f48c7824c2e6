import { dashboard, figure, graph, rate } from './panels.ts';

/** How much is played, and what of it is implausible. docs/anti-cheat.md explains the rules. */
export const play = dashboard('library-play', 'Play', 'How much is played, and what of it is implausible', [
  {
    title: 'Play',
    panels: [
      graph(
        'Live sessions',
        { unit: 'short', about: 'Over all engines, and a week ago' },
        { expr: 'library:sessions_live', legend: 'now' },
        { expr: 'library:sessions_live offset 1w', legend: 'a week ago' },
      ),
      graph(
        'Heartbeats',
        { unit: 'ops', about: 'That reached engines, and a week ago' },
        { expr: 'library:heartbeats:rate5m', legend: 'now' },
        { expr: 'library:heartbeats:rate5m offset 1w', legend: 'a week ago' },
      ),
      graph(
        'Sessions that begin',
        { unit: 'ops', about: 'Starts, resumed ones among them' },
        { expr: rate('library_engine_commands_total', '', 'kind="start"'), legend: 'starts' },
      ),
    ],
  },
  {
    title: 'Implausible play',
    panels: [
      figure(
        'Open findings',
        { unit: 'short', about: 'That support has not decided' },
        'sum(max by (rule) (library_findings_open))',
      ),
      graph(
        'Open findings by rule',
        { unit: 'short', stacked: true, about: 'A rule that rises alone may be too strict' },
        { expr: 'max by (rule) (library_findings_open)', legend: '{{rule}}' },
      ),
      graph(
        'Found',
        { unit: 'ops', stacked: true, about: 'New ones, by rule' },
        { expr: rate('library_findings_found_total', 'rule'), legend: '{{rule}}' },
      ),
      graph(
        'Reviews',
        { unit: 'ops', about: 'Users whose play was looked at' },
        { expr: rate('library_findings_reviews_total'), legend: 'looked at' },
        { expr: rate('library_findings_reviews_failures_total'), legend: 'failed' },
      ),
      graph(
        'Reviews that are due',
        { unit: 'short', about: 'Users whose play should have been looked at by now' },
        { expr: 'max(library_findings_reviews_due)', legend: 'due' },
      ),
    ],
  },
]);
