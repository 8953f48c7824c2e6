/** `npm run check:history`: rounds of play and faults on a cluster of real processes, each checked against what was told. */
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Command } from 'commander';
import { printHead, printRound, printSummary } from './check-history/report.ts';
import { Campaign } from '../test/cluster/campaign.ts';
import { planFaults } from '../test/cluster/fault-plan.ts';
import type { Fault } from '../test/cluster/fault.ts';
import { THOROUGH } from '../test/cluster/pace.ts';
import { KILL_ENGINE, RESTART_ENGINES, RESTART_GATEWAYS } from '../test/cluster/process-faults.ts';
import { playRound, type RoundResult } from '../test/cluster/round.ts';
import { SeededRandom } from '../test/simulation/seeded-random.ts';

const DEMONSTRATIONS: Readonly<Record<string, readonly (readonly Fault[])[]>> = {
  kill: [[KILL_ENGINE], [KILL_ENGINE], [KILL_ENGINE]],
  'rolling-restart': [[RESTART_ENGINES], [RESTART_GATEWAYS]],
};

const count =
  (least: number, most: number) =>
  (text: string): number => {
    const number = Number(text);
    if (Number.isInteger(number) && number >= least && number <= most) return number;
    throw new Error(`expected a number from ${least} to ${most}: ${text}`);
  };

const options = new Command('check:history')
  .description(
    'Launchers play on a cluster of real processes while faults strike. Nothing acknowledged may be lost, nothing counted\n' +
      'twice. Exit status 1 on any violation; its history is then in data/check-history/.',
  )
  .option('--rounds <n>', 'how many rounds', count(1, 10_000), 5)
  .option('--seed <n>', 'seed of the first round; the next ones count on', count(0, 1e9), 1)
  .option('--launchers <n>', 'launchers that play at once', count(1, 1_000), 60)
  .option('--engines <n>', 'engine processes', count(2, 16), 3)
  .option('--gateways <n>', 'gateway processes', count(2, 16), 2)
  .option('--only <what>', `nothing but one kind of fault: ${Object.keys(DEMONSTRATIONS).join(', ')}`)
  .parse()
  .opts<{ rounds: number; seed: number; launchers: number; engines: number; gateways: number; only?: string }>();

async function main(): Promise<number> {
  const { rounds, seed: firstSeed, launchers, engines, gateways, only } = options;
  const demonstration = only === undefined ? null : DEMONSTRATIONS[only];
  if (demonstration === undefined) throw new Error(`--only knows ${Object.keys(DEMONSTRATIONS).join(', ')}`);
  const folder = path.resolve(import.meta.dirname, '../data/check-history');
  mkdirSync(folder, { recursive: true });
  const logFile = path.join(folder, 'cluster.log');
  writeFileSync(logFile, '');
  const campaign = await Campaign.start({ engines, gateways, pace: THOROUGH, logFile });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      // All end when this process does; a frozen one has to be awake for it.
      for (const node of campaign.cluster.nodes.values()) node.signal('SIGCONT');
      process.exit(130);
    });
  }
  const results: RoundResult[] = [];
  try {
    printHead({ ...options, logFile });
    for (let round = 0; round < rounds; round += 1) {
      const seed = firstSeed + round;
      const began = Date.now();
      const faults = demonstration ?? planFaults(seed, new SeededRandom(seed), campaign.pace.episodes);
      const result = await playRound(campaign, { seed, launchers, faults });
      results.push(result);
      printRound(round + 1, seed, result, Date.now() - began);
      if (result.violations.length > 0) console.log(`  the history is in ${dump(folder, seed, result)}`);
    }
  } finally {
    await campaign.stop();
  }
  return printSummary(results) === 0 ? 0 : 1;
}

/** Writes everything that a round was judged by, one JSON document a line. */
function dump(folder: string, seed: number, { history, episodes, violations }: RoundResult): string {
  const file = path.join(folder, `seed-${seed}.ndjson`);
  const { exchanges, stored, epochs, rules, leftovers } = history;
  const lines: readonly (readonly [string, readonly unknown[]])[] = [
    ['violation', violations],
    ['rules', [rules]],
    ['episode', episodes],
    ['leftover', leftovers],
    ['exchange', exchanges],
    ['session', stored.sessions],
    ['daily', stored.daily],
    ['monthly', stored.monthly],
    ['total', stored.totals],
    ['offline report', stored.reports],
    ['epoch', epochs],
  ];
  writeFileSync(file, lines.flatMap(([kind, all]) => all.map((one) => `${JSON.stringify([kind, one])}\n`)).join(''));
  return path.relative(process.cwd(), file);
}

main().then(
  (status) => process.exit(status),
  (error: unknown) => {
    console.error(`check:history: ${error instanceof Error ? error.message : String(error)}`);
    process.exit(1);
  },
);
