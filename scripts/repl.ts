/**
 * `npm run repl`: the Moleculer REPL with the product's own commands. With NATS_URL it joins the cluster as a node without
 * roles; without, it starts the embedded product with the REPL in front.
 */
import { ServiceBroker } from 'moleculer';
import { replOptions } from './repl/repl-options.ts';
import { loadConfig } from '../lib/config/load.ts';
import { brokerOptions } from '../moleculer.config.ts';
import { startNode } from '../services/node.ts';

function fail(error: unknown): never {
  console.error(`repl: ${error instanceof Error ? error.message : String(error)}`);
  process.exit(1);
}

async function join(natsUrl: string): Promise<ServiceBroker> {
  const options = brokerOptions({
    nodeId: `repl-${process.pid}`,
    natsUrl,
    logger: false,
    metrics: false,
    middlewares: [],
  });
  const broker = new ServiceBroker(options);
  await broker.start();
  // The others introduce themselves within a moment.
  await broker.waitForServices('engine', 5_000, 50);
  return broker;
}

async function embedded(): Promise<ServiceBroker> {
  const config = loadConfig({ ...process.env, LOG_LEVEL: process.env['LOG_LEVEL'] ?? 'warn' });
  const { broker, url } = await startNode(config);
  console.log(`The product runs in this process, at ${url}.`);
  return broker;
}

try {
  const { nats } = loadConfig();
  const broker = await (nats.url === null ? embedded() : join(nats.url));
  broker.options.replOptions = replOptions();
  console.log(
    'Type `help` for all commands; ours: shards, user <id>, session <id>, drain <node>, rejoin <node>, flush.',
  );
  broker.repl();
} catch (error) {
  fail(error);
}
