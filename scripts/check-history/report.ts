/** What the history checker prints. */
import { isUnknown } from '../../test/cluster/exchange.ts';
import { FAULTS } from '../../test/cluster/fault-plan.ts';
import { outageOf } from '../../test/cluster/outage.ts';
import { acknowledgedBeats, type RoundResult } from '../../test/cluster/round.ts';

const SHOWN_VIOLATIONS = 5;

export function printHead(run: {
  readonly rounds: number;
  readonly launchers: number;
  readonly engines: number;
  readonly gateways: number;
  readonly logFile: string;
}): void {
  console.log(
    `${run.rounds} rounds of ${run.launchers} launchers on ${run.engines} engines, ${run.gateways} gateways, ` +
      `1 domain node, NATS, Redis (appendfsync always), PostgreSQL\nlogs of all processes: ${run.logFile}\n`,
  );
  console.log(row('round', 'seed', 'requests', 'beats', 'unknown', 'violations', 's', 'faults'));
}

function row(...[round, seed, requests, beats, unknown, violations, s, faults]: readonly (string | number)[]): string {
  const columns = [
    [round, 5],
    [seed, 6],
    [requests, 10],
    [beats, 8],
    [unknown, 9],
    [violations, 12],
    [s, 5],
  ] as const;
  return `${columns.map(([value, width]) => String(value).padStart(width)).join('')}  ${faults}`;
}

export function printRound(round: number, seed: number, result: RoundResult, tookMs: number): void {
  const { history, episodes, violations } = result;
  const { exchanges } = history;
  console.log(
    row(
      ...[round, seed, exchanges.length, acknowledgedBeats(exchanges), exchanges.filter(isUnknown).length],
      ...[violations.length, Math.round(tookMs / 1_000)],
      episodes.map(({ kinds }) => kinds.join(' + ')).join(', '),
    ),
  );
  for (const { invariant, what } of violations.slice(0, SHOWN_VIOLATIONS))
    console.log(`  VIOLATION ${invariant}: ${what}`);
  if (violations.length > SHOWN_VIOLATIONS) console.log(`  and ${violations.length - SHOWN_VIOLATIONS} more`);
}

/** Prints what was felt of each kind of fault, and the sums. Returns the number of violations. */
export function printSummary(results: readonly RoundResult[]): number {
  const rounds = results.map(({ episodes, history }) => ({ episodes, exchanges: history.exchanges }));
  console.log('\nWhat launchers felt of each fault when it came alone:');
  console.log(felt('fault', 'times', 'requests', 'failed', 'errors until', 'slowest'));
  for (const { kind } of FAULTS) {
    const outage = outageOf(kind, rounds);
    if (!outage) continue;
    const { times, requests, failed, errorsForMs, slowestMs } = outage;
    console.log(felt(kind, times, requests, failed, failed === 0 ? '-' : `${errorsForMs} ms`, `${slowestMs} ms`));
  }
  const sum = (of: (result: RoundResult) => number): number => results.reduce((all, result) => all + of(result), 0);
  const violations = sum((result) => result.violations.length);
  console.log(
    `\n${results.length} rounds, ${sum(({ history }) => history.exchanges.length)} requests, ` +
      `${sum(({ history }) => acknowledgedBeats(history.exchanges))} acknowledged beats, ` +
      `${sum(({ history }) => history.exchanges.filter(isUnknown).length)} unknown outcomes, ${violations} violations`,
  );
  return violations;
}

function felt(...[kind, times, requests, failed, until, slowest]: readonly (string | number)[]): string {
  const columns = [times, requests, failed, until, slowest];
  return `  ${String(kind).padEnd(28)}${columns.map((value) => String(value).padStart(13)).join('')}`;
}
