import type { MetricGroup } from './metric.ts';

/** What bridges tell of the chores of cloud saves: counted in `services/saves-telemetry.ts`. */
export const SWEEP_METRICS = {
  'library.saves.uploads.expired.total': { type: 'counter', help: 'Uploads of saves that nobody confirmed in time' },
  'library.saves.removed.total': { type: 'counter', help: 'Objects removed from the store of saves' },
  'library.saves.orphans.total': { type: 'counter', help: 'Objects found in the store that no save needs' },
  'library.saves.sweep.failures.total': {
    type: 'counter',
    help: 'Chores of cloud saves that could not be done and wait for the next round',
  },
  'library.saves.garbage.objects': {
    type: 'gauge',
    help: 'Objects that are due to be removed from the store of saves; the same on every bridge',
  },
  'library.saves.garbage.age.milliseconds': { type: 'gauge', help: 'How long the oldest of them has been due' },
  'library.saves.missing.objects': {
    type: 'gauge',
    help: 'Objects of saves that the store has lost; the same on every bridge',
  },
} as const satisfies MetricGroup;

/** What domain nodes tell of saves that arrive. */
export const SAVE_METRICS = {
  'library.saves.confirmed.total': {
    type: 'counter',
    help: 'Uploads of saves that were to be confirmed, by what became of them: head is one that was synchronised',
    labels: ['became'],
    begins: [{ became: 'head' }, { became: 'side' }],
  },
} as const satisfies MetricGroup;
