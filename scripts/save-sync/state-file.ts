import { randomUUID } from 'node:crypto';
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import path from 'node:path';

/** Whose save of what this is. A version number means nothing beside another one's. */
export interface Belonging {
  readonly service: string;
  readonly user_id: string;
  readonly game_id: string;
  readonly slot: string;
  readonly device_id: string;
}

/** All that a device has to remember of a slot. What is lost with it is only that the device knew. */
export interface SyncState {
  readonly belongs_to: Belonging;
  /** Decision's baseline: the version last synchronised with, and the content here that is safe in the cloud. */
  readonly base_version: number | null;
  readonly synchronised_sha256: string | null;
  /** The fingerprint that content had here: while it has it, nothing needs to be read. */
  readonly fingerprint: string | null;
  /** Announced, and not known to be confirmed. */
  readonly upload: { readonly upload_id: string; readonly sha256: string } | null;
  /** Our save that lost, kept in the cloud until it is decided about. */
  readonly side: { readonly version: number; readonly sha256: string } | null;
}

export interface StateStore {
  readonly state: SyncState;
  /** Durable when it resolves; whole or not at all. */
  write(changes: Partial<Omit<SyncState, 'belongs_to'>>): Promise<void>;
}

const NOTHING_KNOWN = {
  base_version: null,
  synchronised_sha256: null,
  fingerprint: null,
  upload: null,
  side: null,
};

/** The state file is another slot's, account's or device's. */
export class ForeignState extends Error {
  constructor(file: string, member: string, found: string) {
    super(
      `${file} is about another ${member} (${found}). Use another folder, or --state with another directory; ` +
        'or remove the file to begin anew: nothing gets lost, what is the same on both sides is found to be so.',
    );
    this.name = 'ForeignState';
  }
}

/** Reads the state of a slot; without a device id, the one of an earlier run, or a new one. */
export async function openStateFile(
  file: string,
  belonging: Omit<Belonging, 'device_id'> & { readonly device_id: string | null },
): Promise<StateStore> {
  const found = await readState(file);
  const device_id = belonging.device_id ?? found?.belongs_to.device_id ?? randomUUID();
  const belongs_to: Belonging = { ...belonging, device_id };
  for (const member of Object.keys(belongs_to) as (keyof Belonging)[]) {
    if (found !== null && found.belongs_to[member] !== belongs_to[member]) {
      throw new ForeignState(file, member, found.belongs_to[member]);
    }
  }
  let state: SyncState = { ...NOTHING_KNOWN, ...found, belongs_to };
  const store: StateStore = {
    get state() {
      return state;
    },
    async write(changes) {
      const next = { ...state, ...changes };
      await writeWhole(file, `${JSON.stringify(next, null, 2)}\n`);
      state = next;
    },
  };
  // Whoever is not told a device id is to keep the one that was made up, whatever happens next.
  if (found === null) await store.write({});
  return store;
}

async function readState(file: string): Promise<SyncState | null> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as SyncState;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    if (error instanceof SyntaxError) throw new Error(`${file} cannot be read; remove it`, { cause: error });
    throw error;
  }
}

/** A crash at any moment leaves either the old file or the new one. */
async function writeWhole(file: string, text: string): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true });
  const draft = `${file}.${process.pid}.draft`;
  try {
    const handle = await open(draft, 'w');
    try {
      await handle.writeFile(text);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(draft, file);
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
}
