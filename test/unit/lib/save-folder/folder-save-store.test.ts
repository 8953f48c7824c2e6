import { randomUUID } from 'node:crypto';
import { readdir, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { systemClock } from '../../../../lib/ports/clock.ts';
import { SaveStoreUnavailable, type SignedRequest } from '../../../../lib/ports/save-store.ts';
import { openFolderSaveStore } from '../../../../lib/save-folder/folder-save-store.ts';
import { temporaryFolders } from '../../../temporary-folder.ts';

const VALIDITY = { forMs: 60_000, origin: 'http://localhost:8080' };
const KEY = 'a key for tests that is long enough';

describe('a folder of saves', () => {
  const temporaryFolder = temporaryFolders();
  const open = (directory: string, urlKey: string | null = null) =>
    openFolderSaveStore({ directory, urlKey }, systemClock());
  const targetOf = ({ url }: SignedRequest) => url.slice(VALIDITY.origin.length);

  it('gets one key, that only its owner can read, when many processes open it at once for the first time', async () => {
    const directory = path.join(temporaryFolder(), 'a', 'saves');
    const stores = await Promise.all(Array.from({ length: 8 }, () => open(directory)));
    const objectId = randomUUID();
    for (const signer of stores) {
      const target = targetOf(await signer.signGet(objectId, 'save', VALIDITY));
      for (const reader of stores) expect(reader.files.urls.read(target)).toMatchObject({ objectId });
    }
    expect((await stat(path.join(directory, 'url-key', 'key'))).mode & 0o777).toBe(0o600);
    expect((await stat(path.join(directory, 'objects'))).mode & 0o777).toBe(0o700);
    expect(await readdir(path.join(directory, 'incoming'))).toEqual([]);
  });

  it('signs with the configured key where there is one, and keeps none', async () => {
    const [directory, other] = [temporaryFolder(), temporaryFolder()];
    const target = targetOf(await (await open(directory, KEY)).signGet(randomUUID(), 'save', VALIDITY));
    expect((await open(other, KEY)).files.urls.read(target)).toBeDefined();
    const stranger = await open(other);
    expect(() => stranger.files.urls.read(target)).toThrow(expect.objectContaining({ type: 'SAVEGAME_URL_REFUSED' }));
    expect(await readdir(directory)).not.toContain('url-key');
  });

  it('says that it is unavailable when it is gone, or never could be', async () => {
    const folder = temporaryFolder();
    const store = await open(folder);
    await rm(folder, { recursive: true });
    await expect(store.ping()).rejects.toThrow(SaveStoreUnavailable);
    await expect(store.beginParts(randomUUID())).rejects.toThrow(SaveStoreUnavailable);
    // Never that there is nothing: that would turn a disk that is not mounted into a loss.
    await expect(store.describe(randomUUID())).rejects.toThrow(SaveStoreUnavailable);
    await expect(store.list(null, 10)).rejects.toThrow(SaveStoreUnavailable);
    const file = path.join(temporaryFolder(), 'file');
    await writeFile(file, 'not a folder');
    await expect(open(file)).rejects.toThrow(SaveStoreUnavailable);
  });

  it('takes nothing for an id that is not one', async () => {
    const store = await open(temporaryFolder());
    for (const id of ['../../etc', 'AB98F2B4-0B00-7000-8000-000000000001', '']) {
      await expect(store.describe(id)).rejects.toThrow(TypeError);
      await expect(store.remove([id], true)).rejects.toThrow(TypeError);
      await expect(store.beginParts(id)).rejects.toThrow(TypeError);
    }
  });
});
