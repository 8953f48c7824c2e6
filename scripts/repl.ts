/**
 * `npm run repl`: the Moleculer REPL with the product's own commands. With NATS_URL it joins the cluster as a node without
 * roles; without, it starts the embedded product with the REPL in front.
 */
import { parseArgs } from 'node:util';
import { joinCluster } from './repl/join-cluster.ts';
import { operatorName } from './repl/operator-name.ts';
import { replOptions } from './repl/repl-options.ts';
import { loadConfig } from '../lib/config/load.ts';
import { systemClock } from '../lib/ports/clock.ts';
import { OPERATOR_COMMANDS } from '../services/operator-commands.ts';

function fail(error: unknown): never {
  console.error(`repl: ${error instanceof Error ? error.message : String(error)}`);
  process.exit(1);
}

try {
  const { values } = parseArgs({ options: { as: { type: 'string' } } });
  const config = loadConfig({ ...process.env, LOG_LEVEL: process.env['LOG_LEVEL'] ?? 'warn' });
  const { broker, url } = await joinCluster(config, 'repl');
  if (url !== null) console.log(`The product runs in this process, at ${url}.`);
  broker.options.replOptions = replOptions({ clock: systemClock(), operator: values.as ?? operatorName() });
  const names = OPERATOR_COMMANDS.map(({ name }) => name).join(', ');
  console.log(`Type \`help\` for all commands; ours: ${names}.`);
  broker.repl();
} catch (error) {
  fail(error);
}
