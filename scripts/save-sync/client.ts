import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { decodeJwt } from 'jose';
import { DirectoryInUse, lockDirectory } from '../../lib/db/directory-lock.ts';
import { LibraryClient } from '../client/library-client.ts';
import { askInTerminal, describeConflict, warningsOf } from './dialogue.ts';
import { fileContent } from './file-content.ts';
import { folderContent } from './folder-content.ts';
import { besideOf, LocalSave } from './local-save.ts';
import { SaveService } from './save-service.ts';
import { openStateFile } from './state-file.ts';
import type { Choice, Choose, Result, SyncPorts } from './sync-ports.ts';
import { synchronise } from './synchronise.ts';
import { transferBar } from './transfer-bar.ts';

export type Policy = Choice | 'ask';

export interface ClientOptions {
  readonly url: string;
  /** Asked before every request. */
  readonly token: () => string;
  readonly game: string;
  readonly slot: string;
  readonly device: string | null;
  readonly kind: 'folder' | 'file';
  /** The save. */
  readonly root: string;
  readonly state: string | null;
  /** Null: as the user's settings say. */
  readonly onConflict: Policy | null;
  /** Whether a game may be running meanwhile; a launcher that runs this before and after it knows that none is. */
  readonly besideGame: boolean;
  readonly signal: AbortSignal;
}

export interface SaveClient {
  /** The save, with links followed. */
  readonly root: string;
  readonly ports: SyncPorts;
  /** Warns of other devices, once of each thing. False: the user has switched cloud saves off. */
  mayBegin(): Promise<boolean>;
  synchronise(): Promise<Result>;
  close(): Promise<void>;
}

const RETRIES = { retries: 6, firstPauseMs: 500, maxPauseMs: 15_000 };
const REQUEST_MS = 15_000;
const STALL_MS = 60_000;

/** A client of one save: nobody else on this machine has it while it is open. */
export async function openSaveClient(options: ClientOptions): Promise<SaveClient> {
  const { url, token, game, slot, device, kind, signal } = options;
  // A link to a folder elsewhere stays one: what is replaced is that folder.
  const root = existsSync(options.root) ? realpathSync(options.root) : path.resolve(options.root);
  const directory = options.state === null ? besideOf(root) : path.resolve(options.state);
  const release = await lockAll([...new Set([besideOf(root), directory])]);
  try {
    const belonging = { service: url, user_id: userOf(token()), game_id: game, slot, device_id: device };
    const store = await openStateFile(path.join(directory, 'state.json'), belonging);
    const retry = {
      ...RETRIES,
      signal,
      pause: (ms: number) => pause(ms, undefined, { signal }),
      onRetry: (error: Error) => console.error(`${error.message}; trying again`),
    };
    const client = new LibraryClient(() => url, token, REQUEST_MS, signal);
    const service = new SaveService(client, store.state.belongs_to, retry);
    const bar = transferBar();
    const ports: SyncPorts = {
      directory,
      service,
      store,
      retry,
      local: new LocalSave(root, kind === 'folder' ? folderContent : fileContent),
      transfer: { stallMs: STALL_MS, signal },
      progress: bar.progress,
      say: (line) => console.log(line),
      choose: chooser(service, options),
      mayReplace: async () => !(options.besideGame && (await service.playedHere())),
    };
    const told = new Set<string>();
    return {
      root,
      ports,
      synchronise: () => bar.during(synchronise(ports)),
      async mayBegin() {
        const { status, other_devices } = await service.status();
        for (const warning of warningsOf(other_devices)) {
          if (!told.has(warning)) console.log(warning);
          told.add(warning);
        }
        return status !== 'off';
      },
      close: release,
    };
  } catch (error) {
    await release();
    throw error;
  }
}

/** The save, and what is known of it: each for one client at a time. */
async function lockAll(directories: readonly string[]): Promise<() => Promise<void>> {
  const releases: (() => Promise<void>)[] = [];
  const release = async (): Promise<void> => {
    for (const unlock of releases.reverse()) await unlock();
  };
  for (const directory of directories) {
    try {
      await mkdir(directory, { recursive: true });
      releases.push(await lockDirectory(directory));
    } catch (error) {
      await release();
      throw error instanceof DirectoryInUse ? new Error('another save-sync is at work on this save') : error;
    }
  }
  return release;
}

/** Of a token without a user nothing can be said of whose save it is. */
function userOf(token: string): string {
  const { sub } = decodeJwt(token);
  if (sub === undefined) throw new Error('the token names no user');
  return sub;
}

/** Decides by the policy. Whoever was asked, or could not be, is not asked the same again. */
function chooser(service: SaveService, { onConflict, signal }: ClientOptions): Choose {
  let undecided = '';
  return async (conflict) => {
    const policy: Policy = onConflict ?? (await service.settings()).on_conflict;
    if (policy !== 'ask') {
      console.log(`${describeConflict(conflict)}\nKept by the policy: ${policy}`);
      return policy;
    }
    const { local, cloud } = conflict;
    const question = `${local.sha256} ${cloud?.version}`;
    if (question === undecided) return null;
    const terminal = process.stdin.isTTY;
    if (!terminal) console.log(describeConflict(conflict));
    const choice = terminal ? await askInTerminal(conflict, signal) : null;
    if (choice === null) console.log('Nobody decided: both stay as they are.');
    undecided = choice === null ? question : '';
    return choice;
  };
}

/** A token that a launcher renews in a file. */
export function tokenIn(file: string): () => string {
  return () => readFileSync(file, 'utf8').trim();
}
