import { createReadStream, createWriteStream } from 'node:fs';
import { lstat } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { UnusableSave, type SaveContent } from './save-content.ts';

/** A save that is one file: its own bytes travel, so that other clients can use them as they are. */
export const fileContent: SaveContent = {
  async list(root) {
    const stats = await lstat(root, { bigint: true }).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return null;
      throw error;
    });
    if (stats === null) return [];
    if (!stats.isFile()) throw new UnusableSave(`${root} is not a file; name a folder with --folder`);
    const { ino, size, mtimeNs, mtimeMs } = stats;
    // Without the time of the change of its attributes, which moving it aside would change.
    const stamp = `${ino} ${size} ${mtimeNs}`;
    return [{ name: '', kind: 'file', sizeBytes: Number(size), target: null, changedAt: Number(mtimeMs), stamp }];
  },

  packed: (root) => createReadStream(root),

  async unpack(packed, root) {
    await pipeline(packed, createWriteStream(root, { flags: 'wx', flush: true }));
  },
};
