import { LibraryError } from './errors.ts';

/** The version that a change is based on, as the caller says; `*`: whichever there is; null: the caller did not say. */
export type IfMatch = number | '*' | null;

/**
 * Ask it of the row once it is locked, so that of two changes based on one version only the first is made.
 *
 * @throws LibraryError PRECONDITION_FAILED when the change is based on another version than the one there is
 */
export function mustBeBasedOn(version: number, ifMatch: IfMatch): void {
  if (ifMatch === null || ifMatch === '*' || ifMatch === version) return;
  throw new LibraryError('PRECONDITION_FAILED', 'It has changed since the version named by If-Match', { version });
}
