/** `npm run save-sync`: keeps one folder in step with one slot of cloud saves. How, and why so: docs/save-sync.md. */
import { Command, InvalidArgumentError, Option } from 'commander';
import { Check } from 'typebox/value';
import { demoToken } from './demo-token.ts';
import { openSaveClient, tokenIn, type Policy, type SaveClient } from './save-sync/client.ts';
import { describeStatus } from './save-sync/status.ts';
import { changesOf, keepInStep } from './save-sync/watch.ts';
import { Slot } from '../lib/contract/savegames.ts';
import { systemClock } from '../lib/ports/clock.ts';
import { keyToUuid, uuidToKey } from '../lib/uuid.ts';

const IN_STEP = 0;
const FAILED = 1;
const CONFLICT = 2;
const QUIET_MS = 2_000;
const EVERY_MS = 60_000;

type Outcome = 'In step' | 'A conflict is left' | 'Cloud saves are switched off for this game';

function uuid(text: string): string {
  const key = uuidToKey(text);
  if (key === null) throw new InvalidArgumentError('expected a UUID');
  return keyToUuid(key);
}

function slotName(text: string): string {
  if (!Check(Slot, text)) throw new InvalidArgumentError('expected lower-case letters, digits, ".", "_" and "-"');
  return text;
}

const options = new Command('save-sync')
  .description(
    'Keeps a save folder in step with a slot of cloud saves.\n' +
      'Exit status: 0 in step (or switched off by the user), 2 a conflict nobody decided, 1 anything else.',
  )
  .option('--url <url>', 'where the service is', 'http://127.0.0.1:8080')
  .option('--token <token>', 'of the user; default: one of the demo user, signed with the development key')
  .option('--token-file <file>', 'read before every request, for tokens that are renewed')
  .requiredOption('--game <uuid>', 'whose save it is', uuid)
  .option('--folder <path>', 'the save: everything in it travels together')
  .option('--file <path>', 'the save, when it is one file')
  .option('--slot <name>', 'where it is kept in the cloud', slotName, 'autosave')
  .option('--device <uuid>', 'this device, as in play sessions; default: one made up, and kept in the state', uuid)
  .addOption(
    new Option('--on-conflict <policy>', 'which save stays; default: what the settings of the user say').choices([
      ...['ask', 'local', 'cloud', 'both'],
    ]),
  )
  .option('--state <directory>', 'where the state is kept; default: beside the save')
  .option('--watch', 'go on: whenever the save was written, and every minute', false)
  .option('--status', 'tell how it stands, and do nothing about it', false)
  .parse()
  .opts<{
    url: string;
    token?: string;
    tokenFile?: string;
    game: string;
    folder?: string;
    file?: string;
    slot: string;
    device?: string;
    onConflict?: Policy;
    state?: string;
    watch: boolean;
    status: boolean;
  }>();

async function main(): Promise<number> {
  const { folder, file } = options;
  const root = folder ?? file;
  if (root === undefined || (folder !== undefined && file !== undefined)) throw new Error('name --folder or --file');
  const kind = folder === undefined ? 'file' : 'folder';
  const interrupted = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => interrupted.abort());
  const { signal } = interrupted;
  const token = options.token ?? (options.tokenFile === undefined ? await demoToken() : tokenIn(options.tokenFile));
  const client = await openSaveClient({
    kind,
    root,
    signal,
    game: options.game,
    slot: options.slot,
    url: options.url.replace(/\/+$/, ''),
    token: typeof token === 'string' ? () => token : token,
    device: options.device ?? null,
    state: options.state ?? null,
    onConflict: options.onConflict ?? null,
    besideGame: options.watch,
  });
  try {
    if (options.status) return await status(client);
    if (options.watch) return await watch(client, kind, signal);
    const outcome = await once(client);
    console.log(outcome);
    return codeOf(outcome);
  } catch (error) {
    if (!signal.aborted) throw error;
    console.error('save-sync: interrupted; the next run goes on from here');
    return FAILED;
  } finally {
    await client.close();
  }
}

async function status(client: SaveClient): Promise<number> {
  await client.mayBegin();
  const { text, conflict } = await describeStatus(client.ports);
  console.log(text);
  return conflict ? CONFLICT : IN_STEP;
}

async function once(client: SaveClient): Promise<Outcome> {
  if (!(await client.mayBegin())) return 'Cloud saves are switched off for this game';
  return (await client.synchronise()) === 'conflict' ? 'A conflict is left' : 'In step';
}

function codeOf(outcome: Outcome): number {
  return outcome === 'A conflict is left' ? CONFLICT : IN_STEP;
}

/** Says how it stands whenever that changes. */
async function watch(client: SaveClient, kind: 'folder' | 'file', signal: AbortSignal): Promise<number> {
  let code = FAILED;
  let last: string | null = null;
  await keepInStep({
    signal,
    clock: systemClock(),
    quietMs: QUIET_MS,
    everyMs: EVERY_MS,
    onChange: changesOf(client.root, kind),
    async synchronise() {
      try {
        const outcome = await once(client);
        code = codeOf(outcome);
        if (outcome !== last) console.log(outcome);
        last = outcome;
      } catch (error) {
        if (signal.aborted) return;
        code = FAILED;
        if (reasonOf(error) !== last) console.error(`save-sync: ${reasonOf(error)}; trying again later`);
        last = reasonOf(error);
      }
    },
  });
  return code;
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

try {
  process.exitCode = await main();
} catch (error) {
  console.error(`save-sync: ${reasonOf(error)}`);
  process.exitCode = FAILED;
}
