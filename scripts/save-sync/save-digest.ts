import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { composedSha256, ONE_PIECE_BYTES, PART_BYTES } from '../../lib/savegames/parts.ts';

/** Size and checksum of a save, as they are announced. */
export interface Digest {
  readonly sizeBytes: number;
  /** Lower-case hexadecimal; of a save above 64 MiB composed of its parts'. */
  readonly sha256: string;
  /** Of a save above 64 MiB; else null. */
  readonly partSha256: readonly string[] | null;
}

/** Counts and hashes a save in one pass, whose size need not be known before. */
export class SaveDigest {
  readonly #whole = createHash('sha256');
  readonly #parts: string[] = [];
  #part = createHash('sha256');
  #partBytes = 0;
  #sizeBytes = 0;

  update(chunk: Uint8Array): void {
    // Beyond this size nobody asks for the hash of the whole.
    if (this.#sizeBytes + chunk.length <= ONE_PIECE_BYTES) this.#whole.update(chunk);
    this.#sizeBytes += chunk.length;
    for (let rest = chunk; rest.length > 0;) {
      const piece = rest.subarray(0, PART_BYTES - this.#partBytes);
      this.#part.update(piece);
      this.#partBytes += piece.length;
      if (this.#partBytes === PART_BYTES) this.#endPart();
      rest = rest.subarray(piece.length);
    }
  }

  #endPart(): void {
    this.#parts.push(this.#part.digest('hex'));
    this.#part = createHash('sha256');
    this.#partBytes = 0;
  }

  /** To be called once, at the end. */
  finish(): Digest {
    if (this.#sizeBytes <= ONE_PIECE_BYTES) {
      return { sizeBytes: this.#sizeBytes, sha256: this.#whole.digest('hex'), partSha256: null };
    }
    if (this.#partBytes > 0) this.#endPart();
    return { sizeBytes: this.#sizeBytes, sha256: composedSha256(this.#parts), partSha256: this.#parts };
  }
}

export async function digestOfFile(file: string): Promise<Digest> {
  const digest = new SaveDigest();
  for await (const chunk of createReadStream(file) as AsyncIterable<Buffer>) digest.update(chunk);
  return digest.finish();
}
