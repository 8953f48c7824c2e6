import { join } from 'node:path';
import { LRUCache } from 'lru-cache';
import type { ListedObject, ObjectContent } from '../ports/save-store.ts';
import { contentName, contentsNamed, FIRST_GENERATION, partName, partsNamed, wholeContent } from './content.ts';
import type { Content } from './content.ts';
import type { Disk } from './disk.ts';
import type { Incoming } from './incoming.ts';
import { isId, SHARD_DIGITS } from './layout.ts';
import type { Layout } from './layout.ts';
import { receiveAgain, receiveFile } from './receive.ts';
import type { Batch } from './receive.ts';

/** As many saves as may wait between their PUT and their confirmation. */
const MAX_REMEMBERED = 10_000;

export interface FolderParts {
  readonly layout: Layout;
  readonly disk: Disk;
  readonly incoming: Incoming;
}

/** A file of an object. */
export interface Piece {
  readonly path: string;
  readonly sizeBytes: number;
}

/** Whole objects. The steps of each change, and what a crash between them leaves: DESIGN.md, "Crash points". */
export class Objects {
  readonly #parts: FolderParts;
  /** Ids whose place in their shard this process has synchronised: it stays so. */
  readonly #synced = new LRUCache<string, true>({ max: MAX_REMEMBERED });

  constructor(parts: FolderParts) {
    this.#parts = parts;
  }

  /**
   * Takes the bytes of an object of one piece; what was there before is there until they are.
   *
   * @throws LibraryError SAVEGAME_CONTENT_MISMATCH; whatever `bytes` rejects with. Nothing is kept then.
   */
  async put(object: ObjectContent, bytes: AsyncIterable<Batch>): Promise<void> {
    const { disk, incoming } = this.#parts;
    const content = wholeContent(object);
    const there = await this.#content(object.objectId);
    if (there !== null && isSame(there, content)) {
      await receiveAgain(bytes, object);
      return this.#makeDurable(object.objectId, there);
    }
    const draft = incoming.draft();
    await disk.makeFolder(draft);
    let placed = false;
    try {
      await receiveFile(bytes, object, join(draft, contentName(content)), disk);
      await disk.syncFolder(draft);
      placed = await this.place(draft, content, object.objectId);
    } finally {
      if (!placed) await disk.remove(draft);
    }
    if (!placed) throw new Error(`the draft ${draft} vanished`);
  }

  /**
   * Makes the one entry of the folder `draft` the content of the object. The draft is gone afterwards.
   *
   * @returns false when there is no such entry (any more).
   */
  async place(draft: string, content: Content, objectId: string): Promise<boolean> {
    const { layout, disk } = this.#parts;
    const entry = join(draft, contentName(content));
    const object = layout.object(objectId);
    // Every further round is due to somebody else's success.
    for (;;) {
      if ((await disk.modifiedAt(entry)) === null) return false;
      const step = await disk.move(draft, object);
      if (step === 'missing') return false;
      if (step === 'moved') {
        await this.#syncPlace(objectId);
        return true;
      }
      const [newest] = contentsNamed((await disk.names(object)) ?? []);
      const next = { ...content, generation: (newest?.generation ?? 0) + 1 };
      if ((await disk.move(entry, join(object, contentName(next)))) !== 'moved') continue;
      await disk.syncFolder(object);
      await this.#removeReplaced(object);
      await disk.remove(draft);
      return true;
    }
  }

  async #removeReplaced(object: string): Promise<void> {
    const [, ...replaced] = contentsNamed((await this.#parts.disk.names(object)) ?? []);
    for (const content of replaced) await this.#parts.incoming.throwAway(join(object, contentName(content)));
  }

  /** What is there, and will be after a power cut: somebody may be about to rely on it. */
  async describe(objectId: string): Promise<Content | null> {
    const content = await this.#content(objectId);
    if (content !== null) await this.#makeDurable(objectId, content);
    return content;
  }

  /** For whoever put it there may have died before this. Costs little when there is nothing to do. */
  async #makeDurable(objectId: string, { generation }: Content): Promise<void> {
    const { layout, disk } = this.#parts;
    // The first content was in its folder, durably, before the folder came to its place.
    if (generation > FIRST_GENERATION) await disk.syncFolder(layout.object(objectId));
    if (!this.#synced.has(objectId)) await this.#syncPlace(objectId);
  }

  async #syncPlace(objectId: string): Promise<void> {
    const { layout, disk } = this.#parts;
    await disk.syncFolder(layout.shardOf(objectId));
    this.#synced.set(objectId, true);
  }

  /** What is there, with its files in order; null: nothing. */
  async find(objectId: string): Promise<{ content: Content; pieces: readonly Piece[] } | null> {
    const content = await this.#content(objectId);
    if (content === null) return null;
    const path = join(this.#parts.layout.object(objectId), contentName(content));
    if (content.parts === null) return { content, pieces: [{ path, sizeBytes: content.sizeBytes }] };
    const parts = partsNamed((await this.#parts.disk.names(path)) ?? []);
    return { content, pieces: parts.map((part) => ({ path: join(path, partName(part)), sizeBytes: part.sizeBytes })) };
  }

  async #content(objectId: string): Promise<Content | null> {
    const { layout, disk } = this.#parts;
    const names = await disk.names(layout.object(objectId));
    if (names === null && (await disk.modifiedAt(layout.shardOf(objectId))) === null) throw notMounted();
    return contentsNamed(names ?? [])[0] ?? null;
  }

  async remove(objectIds: readonly string[]): Promise<void> {
    const { layout, incoming } = this.#parts;
    for (const objectId of objectIds) {
      this.#synced.delete(objectId);
      await incoming.throwAway(layout.object(objectId));
    }
  }

  /** As the port says; of each folder that objects are spread over only the names are read, and no more than are needed. */
  async list(after: string | null, limit: number): Promise<readonly ListedObject[]> {
    const { layout, disk } = this.#parts;
    const listed: ListedObject[] = [];
    for (const shard of layout.shards) {
      if (after !== null && shard < after.slice(0, SHARD_DIGITS)) continue;
      const names = await disk.names(layout.inObjects(shard));
      if (names === null) throw notMounted();
      const ids = names.filter((name) => isId(name) && name.startsWith(shard) && (after === null || name > after));
      for (const objectId of ids.sort()) {
        if (listed.length >= limit) return listed;
        const content = await this.#content(objectId);
        if (content !== null) listed.push({ objectId, sizeBytes: content.sizeBytes });
      }
    }
    return listed;
  }
}

/** Opening makes all of them: a folder without is none of ours, and must not be taken for an empty store. */
function notMounted(): Error {
  return new Error('the folders of the save store are gone');
}

function isSame(one: Content, other: Content): boolean {
  return one.sizeBytes === other.sizeBytes && one.sha256 === other.sha256 && one.parts === other.parts;
}
