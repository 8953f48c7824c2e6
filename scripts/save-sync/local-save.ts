import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { access, mkdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { SaveDigest, type Digest } from './save-digest.ts';
import { SaveInMotion, type ListedEntry, type SaveContent } from './save-content.ts';

/** The save as it was at one moment, ready to be sent. */
export interface PackedSave extends Digest {
  /** Where its bytes are. */
  readonly file: string;
  readonly fingerprint: string;
  /** When the latest of it was written, by this machine's clock; ms since the Unix epoch. */
  readonly savedAt: number;
}

const ATTEMPTS = 5;
const MOTION_PAUSE_MS = 300;

/**
 * A save on this machine.
 *
 * It is replaced by moving: the new content is made whole beside it (`new`), the old one is moved aside (`old`), the new one
 * into its place, and only then the old one is removed. Which of the three there are tells after a crash what was reached.
 */
export class LocalSave {
  readonly #root: string;
  readonly #content: SaveContent;
  readonly #beside: string;
  readonly #new: string;
  readonly #old: string;

  /** @param root the folder or file; what is under way is kept beside it, on the same file system. */
  constructor(root: string, content: SaveContent) {
    this.#root = root;
    this.#content = content;
    this.#beside = besideOf(root);
    this.#new = path.join(this.#beside, 'new');
    this.#old = path.join(this.#beside, 'old');
  }

  /** Tells by names, sizes and times alone whether anything was written since; null: there is no save. */
  async fingerprint(): Promise<string | null> {
    return fingerprintOf(await this.#content.list(this.#root));
  }

  /**
   * Packs what is there into a file; null: there is nothing.
   *
   * @throws SaveInMotion when it is written to all the while.
   * @throws UnusableSave
   */
  async pack(file: string): Promise<PackedSave | null> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.#packOnce(file);
      } catch (error) {
        if (!(error instanceof SaveInMotion) || attempt === ATTEMPTS) throw error;
      }
      await pause(MOTION_PAUSE_MS);
    }
  }

  async #packOnce(file: string): Promise<PackedSave | null> {
    const entries = await this.#content.list(this.#root);
    const fingerprint = fingerprintOf(entries);
    if (fingerprint === null) return null;
    const digest = await this.#digestOf(this.#root, entries, file);
    // What changed while it was read may be half old and half new.
    if ((await this.fingerprint()) !== fingerprint) throw new SaveInMotion();
    return { ...digest, file, fingerprint, savedAt: Math.max(...entries.map(({ changedAt }) => changedAt)) };
  }

  /** Checksum of what is there, which is also written to a file when one is named. */
  async #digestOf(root: string, entries: readonly ListedEntry[], file: string | null): Promise<Digest> {
    const digest = new SaveDigest();
    const counted = async function* (chunks: AsyncIterable<Buffer>) {
      for await (const chunk of chunks) {
        digest.update(chunk);
        yield chunk;
      }
    };
    const to = file === null ? new Writable({ write: (_chunk, _encoding, done) => done() }) : createWriteStream(file);
    await pipeline(this.#content.packed(root, entries), counted, to);
    return digest.finish();
  }

  /**
   * Puts the content of a packed file in place of what is there, provided that this is still what `expected` describes.
   *
   * @returns what it is now: checksum and fingerprint; null: somebody wrote to it, and nothing was replaced.
   * @throws UnusableSave
   */
  async replace(
    packed: string,
    expected: string | null,
  ): Promise<{ sha256: string; fingerprint: string | null } | null> {
    await rm(this.#new, { recursive: true, force: true });
    await mkdir(this.#beside, { recursive: true });
    await this.#content.unpack(createReadStream(packed), this.#new);
    const entries = await this.#content.list(this.#new);
    const { sha256 } = await this.#digestOf(this.#new, entries, null);
    if ((await this.fingerprint()) !== expected) return null;
    if (await exists(this.#root)) await rename(this.#root, this.#old);
    // A write between the question and the move is found here, and the move taken back.
    if (fingerprintOf(await this.#content.list(this.#old)) !== expected) {
      await rename(this.#old, this.#root);
      return null;
    }
    await rename(this.#new, this.#root);
    await rm(this.#old, { recursive: true, force: true });
    return { sha256, fingerprint: fingerprintOf(entries) };
  }

  /** Unpacks beside the save, under a name that is free: the save's with a suffix. Returns where it is. */
  async placeBeside(packed: string, suffix: string): Promise<string> {
    await rm(this.#new, { recursive: true, force: true });
    await mkdir(this.#beside, { recursive: true });
    await this.#content.unpack(createReadStream(packed), this.#new);
    return this.#moveBeside(this.#new, suffix);
  }

  /**
   * Ends or takes back a replacement that a crash interrupted.
   *
   * @returns where an older content was kept that could neither be put back nor be given up; usually null.
   */
  async recover(): Promise<string | null> {
    const [place, made, aside] = await Promise.all([exists(this.#root), exists(this.#new), exists(this.#old)]);
    if (aside && made) {
      if (!place) await rename(this.#old, this.#root);
      // A game was started in between and made a save of its own.
      else return this.#moveBeside(this.#old, 'kept');
    }
    await rm(this.#new, { recursive: true, force: true });
    await rm(this.#old, { recursive: true, force: true });
    return null;
  }

  async #moveBeside(what: string, suffix: string): Promise<string> {
    for (let number = 1; ; number += 1) {
      const to = `${this.#root}.${suffix}${number === 1 ? '' : `-${number}`}`;
      if (await exists(to)) continue;
      await rename(what, to);
      return to;
    }
  }
}

/** Where what is under way is kept: beside the save, for moving works within one file system only. */
export function besideOf(root: string): string {
  return path.join(path.dirname(root), `.${path.basename(root)}.save-sync`);
}

function fingerprintOf(entries: readonly ListedEntry[]): string | null {
  if (entries.length === 0) return null;
  const hash = createHash('sha256');
  for (const { name, kind, target, stamp } of entries) hash.update(JSON.stringify([name, kind, target, stamp]));
  return hash.digest('hex');
}

async function exists(file: string): Promise<boolean> {
  try {
    await access(file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
}
