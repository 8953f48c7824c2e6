import type { Readable } from 'node:stream';

/** One thing in a save, as the file system tells of it without opening it. */
export interface ListedEntry {
  /** Below the save's root, with slashes; empty: the save is this one file. */
  readonly name: string;
  readonly kind: 'file' | 'directory' | 'link';
  /** Of a file. */
  readonly sizeBytes: number;
  /** Of a link: where it leads, relative to the folder it is in. */
  readonly target: string | null;
  /** Ms since the Unix epoch. */
  readonly changedAt: number;
  /** Differs after any write to it. */
  readonly stamp: string;
}

/** How saves of one kind (a folder, a single file) become one stream of bytes, and come back out of it. */
export interface SaveContent {
  /** All there is, in the order in which it is packed; empty when there is nothing. */
  list(root: string): Promise<readonly ListedEntry[]>;
  /** The bytes that travel: the same for the same content, whenever and wherever it was packed. */
  packed(root: string, entries: readonly ListedEntry[]): Readable;
  /** Makes the content anew at `root`, which must not exist. Rejects, and leaves what it made so far, when it may not. */
  unpack(packed: Readable, root: string): Promise<void>;
}

/** The save cannot be packed or unpacked as it is; the message says why. */
export class UnusableSave extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'UnusableSave';
  }
}

/** The save was written to while it was being read; it may be whole a moment later. */
export class SaveInMotion extends Error {
  constructor(options?: ErrorOptions) {
    super('the save is being written to', options);
    this.name = 'SaveInMotion';
  }
}
