import { join } from 'node:path';
import { v7 } from 'uuid';
import { LibraryError } from '../errors.ts';
import type { Clock } from '../ports/clock.ts';
import type { ObjectPart, PartsUpload, UnfinishedParts } from '../ports/save-store.ts';
import { contentName, partName, partsContent, partsNamed } from './content.ts';
import { uploadNamed } from './layout.ts';
import type { FolderParts, Objects } from './objects.ts';
import { receiveAgain, receiveFile } from './receive.ts';
import type { Batch } from './receive.ts';

/** Where the parts of an upload lie, until they are put together: then this folder gets the name of a content. */
const OPEN = 'parts';

/**
 * Objects of parts that are under way: each a folder in `unfinished`. Its one entry is the folder of parts, open or, once
 * it bears the name of a content, closed: no part comes into it any more.
 */
export class UnfinishedObjects {
  readonly #parts: FolderParts;
  readonly #objects: Objects;
  readonly #clock: Clock;

  constructor(parts: FolderParts, objects: Objects, clock: Clock) {
    this.#parts = parts;
    this.#objects = objects;
    this.#clock = clock;
  }

  /** The name tells when it was begun: it is a UUID of version 7. */
  async begin(objectId: string): Promise<string> {
    const { layout, disk, incoming } = this.#parts;
    const partsId = v7({ msecs: this.#clock.now() });
    const draft = incoming.draft();
    await disk.makeFolder(draft);
    await disk.makeFolder(join(draft, OPEN));
    await disk.syncFolder(draft);
    await disk.move(draft, layout.partsOf({ objectId, partsId }));
    await disk.syncFolder(layout.unfinished);
    return partsId;
  }

  /**
   * @throws LibraryError NOT_FOUND when nothing is under way (any more), SAVEGAME_CONTENT_MISMATCH; whatever `bytes`
   *   rejects with. Nothing is kept then.
   */
  async put(upload: PartsUpload, part: ObjectPart, bytes: AsyncIterable<Batch>): Promise<void> {
    const { layout, disk, incoming } = this.#parts;
    const folder = join(layout.partsOf(upload), OPEN);
    const names = await disk.names(folder);
    if (names === null) throw notUnderWay();
    if (names.includes(partName(part))) return receiveAgain(bytes, part);
    const draft = incoming.draft();
    try {
      await receiveFile(bytes, part, draft, disk);
      if ((await disk.move(draft, join(folder, partName(part)))) !== 'moved') throw notUnderWay();
    } finally {
      await disk.remove(draft);
    }
    await disk.syncFolder(folder);
  }

  async stored(upload: PartsUpload): Promise<readonly number[]> {
    const { layout, disk } = this.#parts;
    const folder = layout.partsOf(upload);
    const entries = (await disk.names(folder)) ?? [];
    const parts = await Promise.all(
      entries.map(async (entry) => partsNamed((await disk.names(join(folder, entry))) ?? [])),
    );
    return [...new Set(parts.flat().map(({ number }) => number))];
  }

  async complete(upload: PartsUpload, parts: readonly ObjectPart[]): Promise<boolean> {
    const { layout, disk } = this.#parts;
    const folder = layout.partsOf(upload);
    const content = partsContent(parts);
    const open = join(folder, OPEN);
    const closed = join(folder, contentName(content));
    const stored = await disk.names(open);
    if (stored !== null) {
      if (parts.length === 0 || !parts.every((part) => stored.includes(partName(part)))) return false;
      await disk.move(open, closed);
    }
    // Somebody else may have closed it, and gone on: then the names are gone, too.
    await this.#removeOthers(closed, parts);
    await disk.syncFolder(closed);
    await disk.syncFolder(folder);
    return this.#objects.place(folder, content, upload.objectId);
  }

  /** Parts that were sent once, and later replaced by others of the same number. */
  async #removeOthers(folder: string, parts: readonly ObjectPart[]): Promise<void> {
    const { disk } = this.#parts;
    const wanted = new Set(parts.map(partName));
    for (const name of (await disk.names(folder)) ?? []) {
      if (!wanted.has(name)) await disk.remove(join(folder, name));
    }
  }

  async abandon(upload: PartsUpload): Promise<void> {
    await this.#parts.incoming.throwAway(this.#parts.layout.partsOf(upload));
  }

  async list(): Promise<readonly UnfinishedParts[]> {
    const { layout, disk } = this.#parts;
    const names = (await disk.names(layout.unfinished)) ?? [];
    return names.flatMap((name) => {
      const upload = uploadNamed(name);
      const begunAt = upload && timeOf(upload.partsId);
      return upload === null || begunAt === null ? [] : [{ ...upload, begunAt }];
    });
  }
}

const VERSION_AT = 14;

/** When a UUID of version 7 was made (RFC 9562, section 5.7); null: it is of another version. */
function timeOf(id: string): number | null {
  return id[VERSION_AT] === '7' ? Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16) : null;
}

function notUnderWay(): LibraryError {
  return new LibraryError('NOT_FOUND', 'This upload is not under way (any more)');
}
