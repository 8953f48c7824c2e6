import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { Disk } from './disk.ts';
import type { Incoming } from './incoming.ts';

const KEY_BYTES = 32;
/** A folder, as objects are: it comes to its place in one step, with the key in it, and only one can. */
const FOLDER = 'url-key';
const FILE = 'key';

/** The key that all processes with this folder sign URLs with: a random one, made by the first who asks. */
export async function keptUrlKey(directory: string, disk: Disk, incoming: Incoming): Promise<Uint8Array> {
  const folder = join(directory, FOLDER);
  const kept = await readKey(join(folder, FILE), disk);
  if (kept !== null) return kept;
  const draft = incoming.draft();
  await disk.makeFolder(draft);
  const file = await disk.create(join(draft, FILE));
  try {
    await file.write([randomBytes(KEY_BYTES)]);
    await file.sync();
  } finally {
    await file.close();
  }
  await disk.syncFolder(draft);
  if ((await disk.move(draft, folder)) !== 'moved') await disk.remove(draft);
  await disk.syncFolder(directory);
  const key = await readKey(join(folder, FILE), disk);
  if (key === null) throw new Error(`there is no key in ${folder}`);
  return key;
}

async function readKey(path: string, disk: Disk): Promise<Uint8Array | null> {
  const file = await disk.open(path);
  if (file === null) return null;
  try {
    const key = await file.read(0, KEY_BYTES);
    if (key.length !== KEY_BYTES) throw new Error(`the key in ${path} is damaged`);
    return key;
  } finally {
    await file.close();
  }
}
