import { randomUUID } from 'node:crypto';
import { dirname, join } from 'node:path';
import type { Disk } from './disk.ts';
import type { Layout } from './layout.ts';

/** What lies in `incoming` untouched for so long belongs to nobody: a sender who is silent is cut off much earlier. */
export const LITTER_AGE_MS = 600_000;

/** The place for what is not (any more) part of the store: nothing in it is ever read, everything in it may vanish. */
export class Incoming {
  readonly #folder: string;
  readonly #disk: Disk;

  constructor({ incoming }: Layout, disk: Disk) {
    this.#folder = incoming;
    this.#disk = disk;
  }

  /** A path that nobody has. */
  draft(): string {
    return join(this.#folder, randomUUID());
  }

  /** Takes something out of the store in one step, durably, and only then removes it, which takes many. */
  async throwAway(path: string): Promise<void> {
    const draft = this.draft();
    if ((await this.#disk.move(path, draft)) !== 'moved') return;
    await this.#disk.syncFolder(dirname(path));
    await this.#disk.remove(draft);
  }

  /**
   * Removes what a crash left behind. Others may have the folder open as well, on machines whose clocks differ: age is
   * told by the file system's own clock.
   */
  async clear(): Promise<void> {
    const now = await this.#fileSystemNow();
    for (const name of (await this.#disk.names(this.#folder)) ?? []) {
      const path = join(this.#folder, name);
      const touchedAt = await this.#touchedAt(path);
      if (touchedAt !== null && now - touchedAt > LITTER_AGE_MS) await this.throwAway(path);
    }
  }

  async #fileSystemNow(): Promise<number> {
    const draft = this.draft();
    const file = await this.#disk.create(draft);
    await file.close();
    const now = await this.#disk.modifiedAt(draft);
    await this.#disk.remove(draft);
    return now ?? 0;
  }

  /** A folder does not tell that a file in it grows. */
  async #touchedAt(path: string): Promise<number | null> {
    const times = [await this.#disk.modifiedAt(path)];
    for (const name of (await this.#disk.names(path)) ?? []) times.push(await this.#disk.modifiedAt(join(path, name)));
    const known = times.filter((time) => time !== null);
    return known.length === 0 ? null : Math.max(...known);
  }
}
