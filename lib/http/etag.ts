import { LibraryError } from '../errors.ts';

/** A version as an entity tag (RFC 9110, section 8.8.3). */
export function etagOf(version: string | number): string {
  return `"${version}"`;
}

const VERSION_TAG = /^"(\d{1,15})"$/;

/**
 * Reads `If-Match`: one strong tag that this service gave, or `*`.
 *
 * @throws LibraryError VALIDATION_ERROR when it is anything else.
 */
export function ifMatch(header: string | undefined): number | '*' | null {
  if (header === undefined) return null;
  if (header.trim() === '*') return '*';
  const version = VERSION_TAG.exec(header.trim())?.[1];
  if (version !== undefined) return Number(version);
  const message = 'must be the ETag of an earlier answer, or *';
  throw new LibraryError('VALIDATION_ERROR', `If-Match: ${message}`, { errors: [{ field: 'If-Match', message }] });
}

/** Whether one of the tags of `If-None-Match` is this one; compared weakly, as RFC 9110 asks (section 13.1.2). */
export function noneMatch(header: string | undefined, etag: string): boolean {
  if (header === undefined) return false;
  return header.split(',').some((tag) => tag.trim() === '*' || tag.trim().replace(/^W\//, '') === etag);
}
