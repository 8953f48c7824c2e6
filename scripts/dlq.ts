/** `npm run dlq`: the dead letters of a running instance. */
import { randomUUID } from 'node:crypto';
import { Command } from 'commander';
import { LibraryClient, RequestFailed } from './client/library-client.ts';
import { demoToken } from './demo-token.ts';
import type { DeadLetter } from '../lib/contract/support.ts';

interface Options {
  readonly url: string;
  readonly token?: string;
  readonly topic?: string;
}

const REPLAY_MS = 600_000;

const program = new Command('dlq').description('Events that could not be processed: look at them, send them back.');

function command(name: string, description: string, run: (client: LibraryClient, options: Options) => Promise<void>) {
  program
    .command(name)
    .description(description)
    .option('--topic <topic>', 'of this topic only')
    .option('--url <url>', 'where the service is', 'http://127.0.0.1:8080')
    .option('--token <token>', 'of an admin; default: one signed with the development key')
    .action(async (options: Options) => {
      const token = options.token ?? (await demoToken(randomUUID(), ['admin']));
      await run(new LibraryClient(() => options.url, token, REPLAY_MS), options);
    });
}

command('list', 'Print them, oldest first within each topic, one JSON object a line', async (client, { topic }) => {
  const query = topic === undefined ? '' : `&topic=${encodeURIComponent(topic)}`;
  const { items } = await client.send<{ items: DeadLetter[] }>('GET', `/admin/dead-letters?limit=200${query}`);
  for (const letter of items) console.log(JSON.stringify(letter));
  console.error(items.length === 0 ? 'no dead letters' : `${items.length} dead letters`);
});

command('replay', 'Send them back to where they came from', async (client, { topic }) => {
  const body = topic === undefined ? {} : { topic };
  const { replayed } = await client.send<{ replayed: number }>('POST', '/admin/dead-letters/replay', body);
  console.log(`${replayed} dead letters sent back`);
});

try {
  await program.parseAsync();
} catch (error) {
  console.error(`dlq: ${error instanceof RequestFailed ? error.message : String(error)}`);
  process.exitCode = 1;
}
