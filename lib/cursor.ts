import { LibraryError } from './errors.ts';

/**
 * Where the next page of a list begins: the sort key of the last item, so that pages stay in step when items come and
 * go between them. Opaque to clients, in the letters of base64url.
 */
export function encodeCursor(parts: readonly (string | number | null)[]): string {
  return Buffer.from(JSON.stringify(parts)).toString('base64url');
}

/**
 * Reads a cursor that `encodeCursor` made of values that `shape` accepts.
 *
 * @throws LibraryError VALIDATION_ERROR when it is no such cursor.
 */
export function decodeCursor<Parts extends readonly (string | number | null)[]>(
  cursor: string,
  isShape: (parts: unknown) => parts is Parts,
): Parts {
  let parts: unknown;
  try {
    parts = JSON.parse(Buffer.from(cursor, 'base64url').toString());
  } catch (error) {
    throw notACursor(error);
  }
  if (!isShape(parts)) throw notACursor(null);
  return parts;
}

function notACursor(cause: unknown): LibraryError {
  const error = new LibraryError('VALIDATION_ERROR', 'cursor: not the next_cursor of this list', {
    errors: [{ field: 'cursor', message: 'not the next_cursor of this list' }],
  });
  if (cause !== null) error.cause = cause;
  return error;
}
