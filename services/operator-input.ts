import { LibraryError } from '../lib/errors.ts';
import { uuidToKey, type UuidKey } from '../lib/uuid.ts';

/** The key of a UUID that a person typed. Throws VALIDATION_ERROR with the text that is none. */
export function mustUuid(text: unknown): UuidKey {
  const key = typeof text === 'string' ? uuidToKey(text) : null;
  if (key === null) throw new LibraryError('VALIDATION_ERROR', `not a UUID: ${String(text)}`);
  return key;
}
