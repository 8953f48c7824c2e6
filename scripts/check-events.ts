/** `npm run check:events`: floods of events and outages on real processes, each judged by a model of what must come of it. */
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Command } from 'commander';
import { printFlood, printOutbox } from './check-events/report.ts';
import { startBridgeRig, type BridgeRig } from '../test/cluster/events/bridge-rig.ts';
import { runFlood } from '../test/cluster/events/flood-run.ts';
import { runOutbox } from '../test/cluster/events/outbox-run.ts';

const count =
  (least: number, most: number) =>
  (text: string): number => {
    const number = Number(text);
    if (Number.isInteger(number) && number >= least && number <= most) return number;
    throw new Error(`expected a number from ${least} to ${most}: ${text}`);
  };

const options = new Command('check:events')
  .description(
    'Runs the bridge between the service and Kafka on real servers, and kills it again and again.\n' +
      'By default, a flood: events of the platform, 1 % of them twice, 1 % poison; what is left is compared with a model.\n' +
      'With --outbox: changes that tell events, while the bridge is killed amid batches and Kafka is away for a while.\n' +
      'Exit status 1 on any violation.',
  )
  .option('--events <n>', 'messages of the flood', count(100, 1_000_000), 10_000)
  .option('--kills <n>', 'how often the bridge is killed', count(1, 100), 5)
  .option('--seed <n>', 'seed of the flood and of the moments of the kills', count(0, 1e9), 1)
  .option('--bridges <n>', 'how many bridges share the flood', count(1, 8), 1)
  .option('--outbox', 'prove the way out instead of the way in')
  .option('--outage <seconds>', 'with --outbox: how long Kafka is away', count(4, 86_400), 180)
  .option('--rate <n>', 'with --outbox: events a second, about', count(10, 20_000), 1_000)
  .parse()
  .opts<{
    events: number;
    kills: number;
    seed: number;
    bridges: number;
    outbox?: true;
    outage: number;
    rate: number;
  }>();

async function main(): Promise<number> {
  const { events, kills, seed, outage: outageSeconds, rate } = options;
  const folder = path.resolve(import.meta.dirname, '../data/check-events');
  mkdirSync(folder, { recursive: true });
  const logFile = path.join(folder, 'nodes.log');
  writeFileSync(logFile, '');
  console.log(`starting PostgreSQL, Redis, NATS, Kafka, and the processes (logs: ${logFile})`);
  const rig = await startBridgeRig(logFile, options.outbox ? 1 : options.bridges);
  stopOnSignals(rig);
  const began = Date.now();
  const note = (what: string): void => {
    console.log(`${((Date.now() - began) / 1_000).toFixed(1).padStart(7)} s  ${what}`);
  };
  try {
    const violations = options.outbox
      ? printOutbox(await runOutbox(rig, { seed, kills, outageSeconds, rate, note }))
      : printFlood(
          await runFlood(rig, {
            seed,
            events,
            kills,
            onKill: (taken) => note(`the bridge was killed, ${taken} events are taken in`),
          }),
        );
    return violations === 0 ? 0 : 1;
  } finally {
    await rig.stop();
  }
}

/** Everything ends when this process does; a frozen Kafka has to be awake for it. */
function stopOnSignals({ kafka }: BridgeRig): void {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => void kafka.process.kill('SIGCONT').then(() => process.exit(130)));
  }
}

main().then(
  (status) => process.exit(status),
  (error: unknown) => {
    console.error(`check:events: ${error instanceof Error ? error.message : String(error)}`);
    process.exit(1);
  },
);
