/** What operators type about cloud saves: `sweep`. */
import { ALWAYS, type OperatorCommand, type OperatorContext, type Table } from './operator-command.ts';
import type { SweepReport } from '../lib/savegames/sweep/sweep.ts';

const SWEEP_MS = 600_000;

async function sweep({ broker }: OperatorContext): Promise<Table> {
  const report = await broker.call<SweepReport, object>('saves-sweeper.sweep', {}, { timeout: SWEEP_MS });
  return {
    head: ['what one round did', ''],
    rows: [
      ['uploads that nobody confirmed in time', report.uploadsExpired],
      ['slots of which something was kept for a time that is over', report.slotsTrimmed],
      ['deleted slots that are gone for good', report.slotsPurged],
      ['objects found that no save needs', report.orphans],
      ['unfinished uploads that nobody knows of', report.abandoned],
      ['objects removed from the store', report.removed],
      ['files found to be lost', report.missing],
      ['lost files found again', report.foundAgain],
      ['what could not be done now; the log says why', report.failures],
    ],
    foot: report.finished
      ? 'the audit of the store has come to its end'
      : 'the audit of the store goes on at the next round',
  };
}

export const SAVE_COMMANDS: readonly OperatorCommand[] = [
  {
    name: 'sweep',
    summary: 'One round of the chores of cloud saves, at once',
    manual:
      'They run every minute anyway. The audit of the store walks a part of it each round; `docs/saves.md` says what its figures mean.',
    arguments: [],
    options: {},
    examples: ['sweep'],
    changes: ALWAYS,
    run: sweep,
  },
];
