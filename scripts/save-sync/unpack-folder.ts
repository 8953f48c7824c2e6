import { mkdir, open, realpath, symlink } from 'node:fs/promises';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { extract, type Extract } from 'tar-stream';
import { entryName, linkTarget } from './entry-name.ts';
import { UnusableSave } from './save-content.ts';

interface Link {
  readonly name: string;
  readonly target: string;
}

/**
 * Unpacks an archive into a new folder. Whoever made the archive is not trusted: nothing is written outside the folder,
 * through a link, or over what the same archive wrote before.
 *
 * @throws UnusableSave when it is no archive, or holds what no save may hold.
 */
export async function unpackFolder(packed: Readable, root: string): Promise<void> {
  await mkdir(root);
  const archive = extract();
  // Both fail when one does; the reader's reason is the first cause.
  const [read, fed] = await Promise.allSettled([writeEntries(archive, root), pipeline(packed, archive)]);
  if (read.status === 'rejected') throw unusable(read.reason as Error);
  if (fed.status === 'rejected') throw unusable(fed.reason as Error);
  const links = read.value;
  // Only now, and after the folders that they are in, so that nothing is made through one of them: no link can take the
  // place of a folder.
  for (const { name } of links) await mkdir(path.dirname(path.join(root, name)), { recursive: true });
  for (const { name, target } of links) await symlink(target, path.join(root, name));
  const realRoot = await realpath(root);
  for (const { name } of links) {
    const leadsTo = await realpath(path.join(root, name)).catch(() => null);
    if (leadsTo !== realRoot && leadsTo?.startsWith(realRoot + path.sep) !== true) {
      throw new UnusableSave(`the link ${name} leads out of the folder`);
    }
  }
}

/** Returns the links, which are still to be made. */
async function writeEntries(archive: Extract, root: string): Promise<readonly Link[]> {
  const links: Link[] = [];
  for await (const entry of archive) {
    const { type, linkname } = entry.header;
    const name = entryName(entry.header.name.replace(/\/$/, ''));
    if (type === 'directory') await mkdir(path.join(root, name), { recursive: true });
    else if (type === 'file') await writeNew(path.join(root, name), entry as AsyncIterable<Uint8Array>);
    else if (type === 'symlink') links.push({ name, target: linkTarget(name, linkname) });
    else throw new UnusableSave(`${name} is neither a file nor a folder`);
    entry.resume();
  }
  return links;
}

function unusable(error: NodeJS.ErrnoException): Error {
  if (error instanceof UnusableSave || error.syscall !== undefined) return error;
  return new UnusableSave(`this is not an archive of a save folder (${error.message})`);
}

async function writeNew(file: string, chunks: AsyncIterable<Uint8Array>): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true });
  const handle = await open(file, 'wx').catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error;
    throw new UnusableSave(`${path.basename(file)} is there twice, or in two spellings that this system takes for one`);
  });
  try {
    for await (const chunk of chunks) await handle.writeFile(chunk);
    await handle.sync();
  } finally {
    await handle.close();
  }
}
