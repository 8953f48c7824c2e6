/** `npm run cluster`: many processes over NATS, Redis, PostgreSQL and Kafka on this machine, until Ctrl-C. */
import { Command } from 'commander';
import { LocalCluster } from './cluster/local-cluster.ts';
import { demoToken } from './demo-token.ts';

const count = (text: string): number => {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1 || number > 32)
    throw new Error(`expected a number from 1 to 32: ${text}`);
  return number;
};

const options = new Command('cluster')
  .description('Runs engines, gateways and domain nodes as separate processes. Ends them all on Ctrl-C.')
  .option('--engines <n>', 'engine processes', count, 3)
  .option('--gateways <n>', 'gateway processes', count, 2)
  .option('--domains <n>', 'domain processes (library, playtime queries, events, maintenance)', count, 2)
  .option('--no-kafka', 'keep the events in the database, also where there is a Kafka')
  .option('--port <port>', 'port of the first gateway', Number, 8080)
  .option('--log <file>', 'write the logs there instead of the terminal')
  .parse()
  .opts<{ engines: number; gateways: number; domains: number; kafka: boolean; port: number; log?: string }>();

const cluster = await LocalCluster.start({
  engines: options.engines,
  gateways: options.gateways,
  domains: options.domains,
  kafka: options.kafka,
  httpPort: options.port,
  env: { DEMO_DATA: 'always' },
  ...(options.log === undefined ? {} : { logFile: options.log }),
}).catch((error: unknown) => {
  console.error(`cluster: ${error instanceof Error ? error.message : String(error)}`);
  process.exit(1);
});

console.log('\nThe cluster is up.');
const { postgres, redis, nats, kafka } = cluster.servers;
for (const { name, address } of [postgres, redis, nats, ...(kafka ? [kafka] : [])]) {
  console.log(`  ${name.padEnd(12)}${address}`);
}
for (const node of cluster.nodes.values()) {
  console.log(`  ${node.id.padEnd(12)}pid ${node.pid}${node.role === 'gateway' ? `  ${node.url}/api/v1/library` : ''}`);
}
console.log(`\nThe operators' console:  NATS_URL=${nats.address} npm run repl`);
console.log(`A demo token:            TOKEN=$(npm run -s token)\n`);
console.log(
  `  curl -H "authorization: Bearer ${await demoToken()}" ${cluster.gateways[0]?.url}/api/v1/library/playtime/live\n`,
);

const end = (): void => {
  console.log('\nEnding the cluster ...');
  void cluster.stop().then(() => process.exit(0));
};
process.once('SIGINT', end);
process.once('SIGTERM', end);
