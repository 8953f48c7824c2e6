import { createHash } from 'node:crypto';
import { composedSha256, partBytes, partsOf } from '../../../../lib/savegames/parts.ts';

/** A save that is told of and never made: the store in memory takes its size and checksums for its bytes. */
export interface SaveContent {
  readonly sizeBytes: number;
  readonly sha256: string;
  /** Of one that travels in parts, as the last ones do. */
  readonly partSha256: readonly string[] | null;
}

const MiB = 1024 ** 2;
const SIZES = [30 * MiB, 0, 1, 64 * MiB, 50 * MiB, 70 * MiB];

/** The same number is the same content: devices come to the same save now and then. */
export function contentNumber(n: number): SaveContent {
  const sizeBytes = SIZES[n % SIZES.length] ?? 0;
  const parts = partsOf(sizeBytes);
  if (parts === null) return { sizeBytes, sha256: digest(`save ${n}`), partSha256: null };
  const partSha256 = Array.from({ length: parts }, (_, at) => digest(`save ${n}, part ${at}`));
  return { sizeBytes, sha256: composedSha256(partSha256), partSha256 };
}

/** What is sent of the part; numbers from 1 on. */
export function partOf({ sizeBytes, partSha256 }: SaveContent, number: number) {
  const sha256 = partSha256?.[number - 1] ?? '';
  return { sizeBytes: partBytes(sizeBytes, number), sha256, bytes: null };
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
