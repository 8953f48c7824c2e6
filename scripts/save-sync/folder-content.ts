import { createReadStream } from 'node:fs';
import { lstat, readdir, readlink, realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { pack, type Pack } from 'tar-stream';
import { entryName, linkTarget } from './entry-name.ts';
import { SaveInMotion, UnusableSave, type ListedEntry, type SaveContent } from './save-content.ts';
import { unpackFolder } from './unpack-folder.ts';

/** What is fixed in every archive: it says what a save contains, not when, by whom and on which machine it was written. */
const EPOCH = new Date(0);
const FILE_MODE = 0o644;
const FOLDER_MODE = 0o755;
const LINK_MODE = 0o777;

/** A folder, as a tar archive: all that a game writes together travels together, or not at all. */
export const folderContent: SaveContent = { list: listFolder, packed: packFolder, unpack: unpackFolder };

async function listFolder(root: string): Promise<readonly ListedEntry[]> {
  const entries: ListedEntry[] = [];
  let realRoot: string;
  try {
    realRoot = await realpath(root);
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
  if (!(await stat(root)).isDirectory()) throw new UnusableSave(`${root} is not a folder; name a file with --file`);
  const found = await readdir(root, { recursive: true, withFileTypes: true }).catch(vanished);
  for (const file of found) {
    const name = entryName(path.relative(root, path.join(file.parentPath, file.name)).split(path.sep).join('/'));
    entries.push(await listed(realRoot, root, name));
  }
  // A game that is freshly installed makes empty folders: no save.
  if (entries.every(({ kind }) => kind === 'directory')) return [];
  // Compared by code units, which no locale changes; a folder comes before what is in it.
  return entries.sort((one, other) => (one.name < other.name ? -1 : 1));
}

async function listed(realRoot: string, root: string, name: string): Promise<ListedEntry> {
  const file = path.join(root, name);
  const stats = await lstat(file, { bigint: true }).catch(vanished);
  const common = { name, sizeBytes: 0, target: null, changedAt: Number(stats.mtimeMs) };
  if (stats.isDirectory()) return { ...common, kind: 'directory', stamp: '' };
  const stamp = `${stats.ino} ${stats.size} ${stats.mtimeNs} ${stats.ctimeNs}`;
  if (stats.isFile()) return { ...common, kind: 'file', sizeBytes: Number(stats.size), stamp };
  if (!stats.isSymbolicLink()) throw new UnusableSave(`${name} is neither a file nor a folder`);
  const target = linkTarget(name, (await readlink(file)).split(path.sep).join('/'));
  const leadsTo = await realpath(file).catch(() => {
    throw new UnusableSave(`the link ${name} leads nowhere`);
  });
  if (leadsTo !== realRoot && !leadsTo.startsWith(realRoot + path.sep)) {
    throw new UnusableSave(`the link ${name} leads out of the folder`);
  }
  return { ...common, kind: 'link', target, stamp };
}

function packFolder(root: string, entries: readonly ListedEntry[]): Readable {
  const archive = pack();
  fill(archive, root, entries).catch((error: unknown) => archive.destroy(error as Error));
  return Readable.from(archive);
}

async function fill(archive: Pack, root: string, entries: readonly ListedEntry[]): Promise<void> {
  const fixed = { mtime: EPOCH, uid: 0, gid: 0 };
  for (const { name, kind, sizeBytes, target } of entries) {
    if (kind === 'directory') archive.entry({ ...fixed, name: `${name}/`, type: 'directory', mode: FOLDER_MODE });
    else if (target !== null) archive.entry({ ...fixed, name, type: 'symlink', linkname: target, mode: LINK_MODE });
    else {
      const entry = archive.entry({ ...fixed, name, type: 'file', size: sizeBytes, mode: FILE_MODE });
      await pipeline(sizeBytes === 0 ? [] : exactly(path.join(root, name), sizeBytes), entry);
    }
  }
  archive.finalize();
}

/** As many bytes as the header of the entry says: what was added since is seen by comparing the lists. */
async function* exactly(file: string, sizeBytes: number): AsyncGenerator<Buffer> {
  let missing = sizeBytes;
  try {
    for await (const chunk of createReadStream(file, { end: sizeBytes - 1 }) as AsyncIterable<Buffer>) {
      missing -= chunk.length;
      yield chunk;
    }
  } catch (error) {
    vanished(error);
  }
  if (missing > 0) throw new SaveInMotion();
}

function vanished(error: unknown): never {
  throw isMissing(error) ? new SaveInMotion({ cause: error }) : error;
}

function isMissing(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'ENOENT';
}
