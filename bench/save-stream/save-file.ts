import { randomFillSync } from 'node:crypto';
import { open } from 'node:fs/promises';
import { composedSha256, partBytes, PART_BYTES, partsOf } from '../../lib/savegames/parts.ts';
import { SliceHashes } from './transfer.ts';

/** A file of random bytes, and what is to be announced of it. */
export interface SaveFile {
  readonly path: string;
  readonly sizeBytes: number;
  readonly sha256: string;
  readonly partSha256: readonly string[] | null;
  /** Where each piece that is sent on its own begins, and how long it is. */
  readonly pieces: readonly { readonly start: number; readonly sizeBytes: number }[];
}

const BLOCK_BYTES = 4 * 1024 * 1024;

export async function writeSaveFile(path: string, sizeBytes: number): Promise<SaveFile> {
  const count = partsOf(sizeBytes);
  const hashes = new SliceHashes(sliceBytesOf(sizeBytes));
  const file = await open(path, 'w');
  try {
    for (let at = 0; at < sizeBytes; at += BLOCK_BYTES) {
      const block = randomFillSync(Buffer.alloc(Math.min(BLOCK_BYTES, sizeBytes - at)));
      hashes.update(block);
      await file.writeFile(block);
    }
    // What is still on its way to the disk would slow down what is measured.
    await file.sync();
  } finally {
    await file.close();
  }
  const sums = hashes.end();
  return {
    path,
    sizeBytes,
    sha256: count === null ? (sums[0] ?? '') : composedSha256(sums),
    partSha256: count === null ? null : sums,
    pieces:
      count === null
        ? [{ start: 0, sizeBytes }]
        : sums.map((_, at) => ({ start: at * PART_BYTES, sizeBytes: partBytes(sizeBytes, at + 1) })),
  };
}

/** Of how many bytes one checksum is, in a save of this size. */
export function sliceBytesOf(sizeBytes: number): number {
  return partsOf(sizeBytes) === null ? sizeBytes : PART_BYTES;
}
