/**
 * `npm run ops -- shards`: one command of the operators' prompt, for scripts and runbooks. Status 0: done; 1: refused or
 * failed, with one line that says why.
 */
import { joinCluster } from './repl/join-cluster.ts';
import { operatorName } from './repl/operator-name.ts';
import { helpFor } from './repl/repl-options.ts';
import { standardTerminal } from './repl/terminal.ts';
import { loadConfig } from '../lib/config/load.ts';
import { systemClock } from '../lib/ports/clock.ts';
import { commandNamed, runTyped } from '../services/operator-run.ts';
import { readInput } from '../services/operator-input.ts';

const HELP = `npm run ops -- <command>: one command to the cluster that NATS_URL names. Without NATS_URL the product is
started for it on its embedded data, which must not be in use.
`;

/** The product started for one command serves nobody else. */
const BEHIND_CLOSED_DOORS = {
  HTTP_HOST: '127.0.0.1',
  LIBRARY_HTTP_PORT: '0',
  LIBRARY_GRPC_PORT: '0',
  HTTP_DRAIN_GRACE_MS: '0',
};

/** What would be asked of a whole cluster for nothing is refused before. */
async function run([name, ...words]: readonly string[]): Promise<void> {
  if (name === undefined || name === 'help' || name === '--help' || name === '-h') {
    console.log(words[0] === undefined ? `${HELP}\n${helpFor(undefined, null)}` : helpFor(words[0], null));
    return;
  }
  const command = commandNamed(name);
  if (words.includes('--help') || words.includes('-h')) return console.log(helpFor(name, null));
  readInput(command, words);
  const config = loadConfig({
    ...process.env,
    LOG_LEVEL: process.env['LOG_LEVEL'] ?? 'error',
    ...(process.env['NATS_URL'] ? {} : BEHIND_CLOSED_DOORS),
  });
  const { broker, leave } = await joinCluster(config, 'ops');
  try {
    const context = { broker, clock: systemClock(), operator: operatorName() };
    await runTyped(context, standardTerminal(), [name, ...words]);
  } finally {
    await leave();
  }
}

try {
  await run(process.argv.slice(2));
  process.exitCode = 0;
} catch (error) {
  console.error(`ops: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}
// The standard input may have been listened to.
process.stdin.unref?.();
