import { createHash } from 'node:crypto';
import type { ObjectPart } from '../ports/save-store.ts';

/** Saves above this many bytes travel in parts. */
export const ONE_PIECE_BYTES = 64 * 1024 * 1024;
/** Bytes of every part but the last. */
export const PART_BYTES = 16 * 1024 * 1024;

/** How many parts a save of this size travels in; null: in one piece. */
export function partsOf(sizeBytes: number): number | null {
  return sizeBytes > ONE_PIECE_BYTES ? Math.ceil(sizeBytes / PART_BYTES) : null;
}

/** Bytes of part `number` (from 1 on) of a save that travels in parts. */
export function partBytes(sizeBytes: number, number: number): number {
  return Math.min(PART_BYTES, sizeBytes - (number - 1) * PART_BYTES);
}

/** The checksum of a save in parts: the SHA-256 of the parts' SHA-256s, one after the other. All in hexadecimal. */
export function composedSha256(partSha256: readonly string[]): string {
  const hash = createHash('sha256');
  for (const part of partSha256) hash.update(Buffer.from(part, 'hex'));
  return hash.digest('hex');
}

/** The parts of a save, as the store is told of them. */
export function objectParts(sizeBytes: number, partSha256: readonly string[]): readonly ObjectPart[] {
  return partSha256.map((sha256, at) => ({ number: at + 1, sizeBytes: partBytes(sizeBytes, at + 1), sha256 }));
}

const SHA256_BYTES = 32;

/** The parts' SHA-256s as they are stored, 32 bytes each, one by one in hexadecimal. */
export function hashesIn(partSha256: Buffer): string[] {
  return Array.from({ length: partSha256.length / SHA256_BYTES }, (_, at) =>
    partSha256.toString('hex', at * SHA256_BYTES, (at + 1) * SHA256_BYTES),
  );
}
