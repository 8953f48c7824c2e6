/**
 * A release that does not exist: this one, with what releases change. It is made of a copy of the tree, a few edits and the
 * files in `next/`, so that every change of this release is in the next one too.
 */
import { cp, mkdir, mkdtemp, readFile, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { EDITS, type Edit } from './next-edits.ts';

const PRODUCT = resolve(import.meta.dirname, '../../..');
const ADDED = join(import.meta.dirname, 'next');
const COPIED = ['actors', 'api', 'configs', 'lib', 'migrations', 'scripts', 'services', 'web', 'moleculer.config.ts'];

export const NEXT_RELEASE = '9999.0.0';

/** Makes the next release in a folder of its own; resolves with the folder. */
export async function makeNextRelease(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'library-next-'));
  await mkdir(folder, { recursive: true });
  await Promise.all(COPIED.map((name) => copyIfThere(name, folder)));
  await cp(ADDED, folder, { recursive: true });
  await symlink(join(PRODUCT, 'node_modules'), join(folder, 'node_modules'));
  const manifest = JSON.parse(await readFile(join(PRODUCT, 'package.json'), 'utf8')) as object;
  await writeFile(join(folder, 'package.json'), JSON.stringify({ ...manifest, version: NEXT_RELEASE }));
  for (const edit of EDITS) await apply(edit, folder);
  return folder;
}

async function copyIfThere(name: string, folder: string): Promise<void> {
  try {
    await cp(join(PRODUCT, name), join(folder, name), { recursive: true });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}

async function apply({ file, find, replace }: Edit, folder: string): Promise<void> {
  const path = join(folder, file);
  const text = await readFile(path, 'utf8');
  if (text.split(find).length !== 2) {
    throw new Error(`${file} does not hold this once any more: ${find}\nmend test/cluster/upgrade/next-edits.ts`);
  }
  await writeFile(
    path,
    text.replace(find, () => replace),
  );
}
