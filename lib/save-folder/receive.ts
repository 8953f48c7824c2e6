import { createHash } from 'node:crypto';
import { LibraryError } from '../errors.ts';
import type { Disk } from './disk.ts';

/** Bytes that came together, in order. */
export type Batch = readonly Uint8Array[];

export interface Announced {
  readonly sizeBytes: number;
  readonly sha256: string;
}

/**
 * Reads bytes to their end, no faster than `keep` takes them.
 *
 * @throws LibraryError SAVEGAME_CONTENT_MISMATCH unless they are the announced ones.
 */
export async function receive(
  bytes: AsyncIterable<Batch>,
  announced: Announced,
  keep: (batch: Batch) => Promise<void>,
): Promise<void> {
  const hash = createHash('sha256');
  let sizeBytes = 0;
  for await (const batch of bytes) {
    for (const chunk of batch) {
      sizeBytes += chunk.length;
      hash.update(chunk);
    }
    if (sizeBytes > announced.sizeBytes) throw contentMismatch(announced, { size_bytes: sizeBytes });
    await keep(batch);
  }
  const sha256 = hash.digest('hex');
  if (sizeBytes !== announced.sizeBytes || sha256 !== announced.sha256) {
    throw contentMismatch(announced, { size_bytes: sizeBytes, sha256 });
  }
}

/** As {@link receive}, into a new file that is durable at the end. */
export async function receiveFile(
  bytes: AsyncIterable<Batch>,
  announced: Announced,
  path: string,
  disk: Disk,
): Promise<void> {
  const file = await disk.create(path);
  try {
    await receive(bytes, announced, (batch) => file.write(batch));
    await file.sync();
  } finally {
    await file.close();
  }
}

/** As {@link receive}, of what is there already: it is only compared. */
export function receiveAgain(bytes: AsyncIterable<Batch>, announced: Announced): Promise<void> {
  return receive(bytes, announced, () => Promise.resolve());
}

export function contentMismatch(
  { sizeBytes, sha256 }: Announced,
  found: { readonly size_bytes: number; readonly sha256?: string },
): LibraryError {
  return new LibraryError('SAVEGAME_CONTENT_MISMATCH', 'These are not the bytes that were announced', {
    expected: { size_bytes: sizeBytes, sha256 },
    found,
  });
}
