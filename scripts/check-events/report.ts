/** What the check of events prints. */
import type { FloodReport } from '../../test/cluster/events/flood-run.ts';
import type { OutboxReport } from '../../test/cluster/events/outbox-run.ts';

const SHOWN_VIOLATIONS = 10;

/** Returns the number of violations. */
export function printFlood(report: FloodReport): number {
  const { messages, tookMs, downMs, violations } = report;
  const perSecond = (ms: number): number => Math.round((messages * 1_000) / ms);
  printRows([
    ['messages', `${messages} of ${report.users} users, ${report.erased} of them deleted`],
    ['of these', `${report.duplicates} repetitions, ${report.poison} poison`],
    ['the bridge was killed', `${report.killedAt.length} times, at ${report.killedAt.join(', ')} events taken in`],
    ['taken in and told', `${seconds(tookMs)}, ${perSecond(tookMs)}/s; without a bridge for ${seconds(downMs)} of it`],
    ['dead letters', `${report.deadLetters}`],
    ['told', `${report.told} events in ${report.toldMessages} messages`],
  ]);
  return printViolations(violations);
}

/** Returns the number of violations. */
export function printOutbox(report: OutboxReport): number {
  const { emitted, arrived, backlogAtReturn, catchUpMs, memory } = report;
  printRows([
    ['events', `${emitted}, in ${arrived} messages: ${arrived - emitted} repetitions`],
    ['most that waited', `${report.backlogPeak}`],
    [
      'caught up',
      `in ${seconds(catchUpMs)} with ${backlogAtReturn}, ${Math.round((backlogAtReturn * 1_000) / catchUpMs)}/s`,
    ],
    ['memory of the bridge', `${memory.before} MiB at most; Kafka away: ${memory.away}, back again: ${memory.back}`],
  ]);
  return printViolations(report.violations);
}

function printRows(rows: readonly (readonly [what: string, figures: string])[]): void {
  console.log(['', ...rows.map(([what, figures]) => `${what.padEnd(24)}${figures}`), ''].join('\n'));
}

function printViolations(violations: readonly { readonly invariant: string; readonly what: string }[]): number {
  for (const { invariant, what } of violations.slice(0, SHOWN_VIOLATIONS)) {
    console.log(`VIOLATION ${invariant}: ${what}`);
  }
  if (violations.length > SHOWN_VIOLATIONS) console.log(`and ${violations.length - SHOWN_VIOLATIONS} more`);
  console.log(`${violations.length} violations`);
  return violations.length;
}

function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(1)} s`;
}
