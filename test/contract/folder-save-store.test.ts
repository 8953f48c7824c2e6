import { describe } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { serveSaveFolder } from '../served-save-folder.ts';
import { saveStoreSuite } from './save-store.suite.ts';
import { HTTP_WIRE } from './save-store.wire.ts';

describe('the save store in a folder', () => {
  saveStoreSuite(async (clock) => {
    const { store, directory, origin, dispose } = await serveSaveFolder({ clock });
    return {
      store,
      origin,
      wire: HTTP_WIRE,
      dispose,
      plantForeign: () => plantForeign(directory),
      keptContents: async (objectId) =>
        (await everythingIn(directory)).filter((name) => isContentOf(name, objectId)).length,
    };
  });
});

/** What people, backups and file systems leave in folders. */
async function plantForeign(directory: string): Promise<void> {
  const strange = randomUUID();
  const [shard, otherShard] = [strange.slice(0, 2), strange.startsWith('00') ? '01' : '00'];
  await writeFile(path.join(directory, 'objects', shard, `.nfs${strange}`), 'not ours');
  await writeFile(path.join(directory, 'objects', shard, `${strange}.bak`), 'not ours');
  await writeFile(path.join(directory, 'objects', shard, strange), 'an object is a folder');
  await mkdir(path.join(directory, 'objects', otherShard, strange));
  await mkdir(path.join(directory, 'objects', strange));
  await mkdir(path.join(directory, 'unfinished', `lost+found-${strange}`));
  await writeFile(path.join(directory, 'unfinished', strange), 'not ours');
}

async function everythingIn(directory: string): Promise<readonly string[]> {
  return readdir(directory, { recursive: true });
}

/** Also where it is on its way out. */
function isContentOf(name: string, objectId: string): boolean {
  return new RegExp(`${objectId}${path.sep}\\d+\\.(whole|parts)`).test(name);
}
