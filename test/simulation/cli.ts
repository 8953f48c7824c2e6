/** Runs histories of the simulation by hand: `npm run sim -- --seed 7 --histories 1000`. */
import { Command } from 'commander';
import { COPY_EVENTS, type CopyEvents } from './copy-oracle.ts';
import { runHistory } from './history.ts';

const count = (text: string): number => {
  const number = Number(text);
  if (!Number.isSafeInteger(number) || number < 0) throw new Error(`not a count: ${text}`);
  return number;
};

const { seed, histories, verbose } = new Command('sim')
  .description('Runs seeded histories of the engine core under faults, and stops at the first violation.')
  .option('--seed <n>', 'the first seed', count, 1)
  .option('--histories <n>', 'how many seeds in a row', count, 1)
  .option('--verbose', 'tell everything that happens', false)
  .parse()
  .opts<{ seed: number; histories: number; verbose: boolean }>();

const print = (line: string): void => void process.stdout.write(`${line}\n`);
const began = performance.now();
const copies: CopyEvents = { lent: 0, 'owner plays': 0, 'member plays': 0, reclaimed: 0, 'owner joined': 0 };
let failed: number | null = null;
for (let at = seed; at < seed + histories && failed === null; at += 1) {
  const { violations, seen } = await runHistory(at, verbose ? (line) => print(line()) : undefined);
  for (const event of COPY_EVENTS) copies[event] += seen[event];
  if (violations.length > 0) {
    failed = at;
    print([`seed ${at}:`, ...violations.slice(0, 10)].join('\n  '));
    process.exitCode = 1;
  }
  if (process.stdout.isTTY && at % 100 === 0) process.stdout.write(`\r${at - seed} of ${histories} `);
}
const done = (failed ?? seed + histories - 1) - seed + 1;
const seconds = (performance.now() - began) / 1000;
print(`${done} histories in ${seconds.toFixed(1)} s, ${failed === null ? 'no violation' : `seed ${failed} violates`}`);
print(`copies: ${COPY_EVENTS.map((event) => `${event} ${copies[event]}`).join(', ')}`);
