import { dashboard, figure, graph, rate } from './panels.ts';

/** Cloud saves: what arrives, and what is swept. docs/saves.md says what to do. */
export const saves = dashboard('library-saves', 'Saves', 'Cloud saves and their chores', [
  {
    title: 'Saves that arrive',
    panels: [
      graph(
        'Confirmed uploads',
        {
          unit: 'ops',
          stacked: true,
          about: 'head: synchronised; side: kept beside a newer one; else the code of the refusal',
        },
        { expr: rate('library_saves_confirmed_total', 'became'), legend: '{{became}}' },
      ),
      graph(
        'Given up',
        { unit: 'ops', about: 'Uploads that nobody confirmed in time' },
        { expr: rate('library_saves_uploads_expired_total'), legend: 'given up' },
      ),
      figure(
        'Lost files',
        { unit: 'short', limit: 1, about: 'That the store should have' },
        'max(library_saves_missing_objects)',
      ),
    ],
  },
  {
    title: 'Chores',
    panels: [
      graph(
        'Garbage',
        { unit: 'short', about: 'Objects that are due to be removed' },
        { expr: 'max(library_saves_garbage_objects)', legend: 'objects' },
      ),
      graph(
        'Age of the oldest garbage',
        { unit: 's', limit: 3600, about: 'How long it has been due' },
        { expr: 'max(library_saves_garbage_age_seconds)', legend: 'oldest' },
      ),
      graph(
        'Removed, found, failed',
        { unit: 'ops', about: 'Objects removed; those found that no save needs; chores that failed' },
        { expr: rate('library_saves_removed_total'), legend: 'removed' },
        { expr: rate('library_saves_orphans_total'), legend: 'found' },
        { expr: rate('library_saves_sweep_failures_total'), legend: 'failed' },
      ),
    ],
  },
]);
