/** `npm run reconcile`: after any restore, before the first engine starts. */
import { Command } from 'commander';
import { openStores } from './open-stores.ts';
import { reconcileCheckpoints } from './reconcile-checkpoints.ts';
import { loadConfig } from '../../lib/config/load.ts';
import { DAY_MS } from '../../lib/playtime/days.ts';
import { skipNumbers } from '../../lib/restore/skip-numbers.ts';

const days = (text: string): number => {
  const number = Number(text);
  if (Number.isInteger(number) && number >= 1 && number <= 3_660) return number;
  throw new Error(`expected a number of days from 1 to 3660: ${text}`);
};

const options = new Command('reconcile')
  .description(
    'Brings checkpoints and PostgreSQL together after one of them, or both, came back from a backup. Of each live session\n' +
      'the newer version goes on; what only PostgreSQL knows is taken up again; nothing is counted twice.\n' +
      'Stop all nodes first. Connects as the service does (configuration and environment). Safe to run again.',
  )
  .option(
    '--database-older',
    'PostgreSQL was brought back to an earlier time: skip the numbers given out since; run once',
  )
  .option('--live-since <days>', 'take up live sessions that began within so many days', days, 7)
  .parse()
  .opts<{ databaseOlder?: true; liveSince: number }>();

async function main(): Promise<void> {
  const config = loadConfig();
  const { database, checkpoints, close } = await openStores(config);
  try {
    const result = await reconcileCheckpoints({
      database,
      store: checkpoints,
      shards: config.engine.shards,
      since: new Date(Date.now() - options.liveSince * DAY_MS),
      progress: (done, of) => {
        if (process.stderr.isTTY) process.stderr.write(`\r${done} of ${of} shards${done === of ? '\n' : ''}`);
      },
    });
    if (options.databaseOlder) await skipNumbers(database.db);
    console.log(
      `${result.shards} shards, ${result.users} users with sessions: ${result.caughtUp} sessions go on as PostgreSQL has ` +
        `them, ${result.rebuilt} were known to PostgreSQL alone and go on, ${result.ended} could not go on and have ended; ` +
        `${result.erased} users had been erased.${options.databaseOlder ? ' Numbers skipped.' : ''}`,
    );
  } finally {
    await close();
  }
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    console.error(`reconcile: ${error instanceof Error ? error.message : String(error)}`);
    process.exit(1);
  },
);
