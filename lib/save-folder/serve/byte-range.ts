/** Bytes of an object, `end` excluded. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

const ONE_RANGE = /^bytes=(\d*)-(\d*)$/i;

/**
 * Reads `Range` (RFC 9110, section 14.2): one range of bytes. What cannot be read, and several ranges at once, is left
 * unheeded, as that section allows: the whole is the answer then.
 *
 * @returns null for the whole; `beyond` when none of the bytes that are asked for is there (416).
 */
export function byteRange(header: string | undefined, sizeBytes: number): ByteRange | 'beyond' | null {
  const [, first = '', last = ''] = ONE_RANGE.exec(header ?? '') ?? [];
  if (first === '' && last === '') return null;
  if (first === '') {
    // The last so many bytes; of an empty object, however many, that is all of it.
    if (Number(last) === 0) return 'beyond';
    return sizeBytes === 0 ? null : { start: Math.max(0, sizeBytes - Number(last)), end: sizeBytes };
  }
  const start = Number(first);
  const end = last === '' ? sizeBytes : Math.min(sizeBytes, Number(last) + 1);
  if (last !== '' && Number(last) < start) return null;
  return start >= sizeBytes ? 'beyond' : { start, end };
}
