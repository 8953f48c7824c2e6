import { dirname } from 'node:path';
import type { Clock } from '../ports/clock.ts';
import { SaveStoreUnavailable } from '../ports/save-store.ts';
import type { SaveStore } from '../ports/save-store.ts';
import type { Disk } from './disk.ts';
import { machineDisk } from './disk.ts';
import { Incoming } from './incoming.ts';
import { layoutOf } from './layout.ts';
import { Objects } from './objects.ts';
import { saveFiles } from './serve/save-files.ts';
import type { SaveFiles } from './serve/save-files.ts';
import { signedUrls } from './signed-urls.ts';
import { inTurns } from './turns.ts';
import { UnfinishedObjects } from './unfinished-objects.ts';
import { keptUrlKey } from './url-key.ts';

export interface FolderSettings {
  readonly directory: string;
  /** Signs URLs; null: a random key that is kept in the folder. */
  readonly urlKey: string | null;
}

/** A folder of this machine as a save store, with what a gateway needs to serve it under the URLs that it signs. */
export interface FolderSaveStore extends SaveStore {
  readonly files: SaveFiles;
}

/**
 * Opens the folder; it is made when missing. Any number of processes may have it open at once. What crashes left in it is
 * removed.
 *
 * @throws SaveStoreUnavailable when it cannot be written to.
 */
export async function openFolderSaveStore(
  { directory, urlKey }: FolderSettings,
  clock: Clock,
  machine: Disk = machineDisk,
): Promise<FolderSaveStore> {
  const disk = inTurns(machine);
  const layout = layoutOf(directory);
  const incoming = new Incoming(layout, disk);
  const key = await asked(async () => {
    for (const folder of [layout.incoming, layout.unfinished, layout.objects]) await disk.ensureFolder(folder);
    for (const shard of layout.shards) await disk.ensureFolder(layout.inObjects(shard));
    for (const folder of [layout.objects, directory, dirname(directory)]) await disk.syncFolder(folder);
    await incoming.clear();
    return urlKey === null ? keptUrlKey(directory, disk, incoming) : new TextEncoder().encode(urlKey);
  });
  const objects = new Objects({ layout, disk, incoming });
  const unfinished = new UnfinishedObjects({ layout, disk, incoming }, objects, clock);
  const urls = signedUrls(key, clock);
  const files = saveFiles({ urls, objects, unfinished, disk, clock });

  return {
    files,
    signPut: ({ objectId, sizeBytes: size, sha256 }, validity) =>
      Promise.resolve(urls.sign(objectId, { may: 'put', size, sha256 }, validity)),
    signGet: (objectId, name, validity) => Promise.resolve(urls.sign(objectId, { may: 'get', name }, validity)),
    beginParts: (objectId) => asked(() => unfinished.begin(objectId)),
    signPutPart: ({ objectId, partsId: parts }, { number: part, sizeBytes: size, sha256 }, validity) =>
      Promise.resolve(urls.sign(objectId, { may: 'put-part', parts, part, size, sha256 }, validity)),
    storedParts: (upload) => asked(() => unfinished.stored(upload)),
    completeParts: (upload, parts) => asked(() => unfinished.complete(upload, parts)),
    abandonParts: (upload) => asked(() => unfinished.abandon(upload)),
    async *listUnfinished() {
      // Whoever asks keeps house.
      await asked(() => incoming.clear());
      yield* await asked(() => unfinished.list());
    },
    async describe(objectId) {
      const content = await asked(() => objects.describe(objectId));
      return content && { sizeBytes: content.sizeBytes, sha256: content.sha256, parts: content.parts };
    },
    // There are no earlier contents: what replaces one removes it.
    remove: (objectIds) => asked(() => objects.remove(objectIds)),
    list: (after, limit) => asked(() => objects.list(after, limit)),
    ping: () =>
      asked(async () => {
        if ((await disk.modifiedAt(layout.incoming)) === null) throw new Error(`the folder ${directory} is gone`);
      }),
    close: () => files.settled(),
  };
}

async function asked<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof TypeError) throw error;
    throw new SaveStoreUnavailable('the folder of saves cannot be read or written', { cause: error });
  }
}
