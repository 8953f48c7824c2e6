import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { DirectoryInUse, lockDirectory } from '../../../../lib/db/directory-lock.ts';

describe('the lock of a data directory', () => {
  let directory: string;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'library-lock-'));
  });
  afterEach(() => rm(directory, { recursive: true }));

  const holder = (changes: object): Promise<void> =>
    writeFile(join(directory, 'lock'), JSON.stringify({ pid: process.pid, started: null, token: 'other', ...changes }));

  it('creates the directory, and refuses a second holder with one line that names the first', async () => {
    const nested = join(directory, 'a', 'b');
    const unlock = await lockDirectory(nested);
    await expect(lockDirectory(nested)).rejects.toThrow(new DirectoryInUse(nested, process.pid));
    await unlock();
    await (
      await lockDirectory(nested)
    )();
  });

  it('is taken over from a process that is gone', async () => {
    await holder({ pid: 2 ** 30 });
    await (
      await lockDirectory(directory)
    )();
  });

  it('is taken over when the process id now belongs to a process started later', async () => {
    await holder({ started: 'another boot/1' });
    await (
      await lockDirectory(directory)
    )();
  });

  it("goes to one of many who find a dead process's lock at once", async () => {
    for (let round = 0; round < 20; round += 1) {
      await holder({ pid: 2 ** 30 });
      const tries = await Promise.allSettled(Array.from({ length: 8 }, () => lockDirectory(directory)));
      const won = tries.filter((result) => result.status === 'fulfilled');
      expect(won).toHaveLength(1);
      await won[0]?.value();
      expect(await readdir(directory)).toEqual([]);
    }
  });

  it('is taken over from an heir that died before it had replaced the lock', async () => {
    await holder({ pid: 2 ** 30 });
    await writeFile(join(directory, 'lock.other'), JSON.stringify({ pid: 2 ** 30, started: null, token: 'heir' }));
    await (
      await lockDirectory(directory)
    )();
    expect(await readdir(directory)).toEqual([]);
  });

  it("leaves another's lock alone when it lets go late", async () => {
    const unlock = await lockDirectory(directory);
    await holder({});
    await unlock();
    await expect(readFile(join(directory, 'lock'), 'utf8')).resolves.toContain('other');
  });
});
