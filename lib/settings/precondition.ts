import { ALL, scopeOf } from './scope.ts';
import type { Scopes } from './store-settings.ts';
import { LibraryError } from '../errors.ts';
import type { IfMatch } from '../precondition.ts';

/**
 * Whether a change may be made, by what the caller has seen (RFC 9110, section 13.1.1). What is there for the caller is
 * what a GET would show: the settings of the device, or those that all share where it has none. Versions are unique
 * within a game, so that one number tells both apart.
 *
 * @param need whether `If-Match` may be left out where the change overwrites something
 * @throws LibraryError PRECONDITION_REQUIRED, PRECONDITION_FAILED with `version` (null: nothing is there)
 */
export function mustMatch(
  scopes: Scopes,
  deviceId: string | null,
  ifMatch: IfMatch,
  need: 'overwriting needs it' | 'optional',
): void {
  const own = scopes.get(scopeOf(deviceId));
  const overwrites = own?.live === true;
  const shown = overwrites ? own : scopes.get(ALL);
  const current = shown?.live === true ? shown.version : null;
  if (ifMatch === null) {
    if (!overwrites || need === 'optional') return;
    throw new LibraryError('PRECONDITION_REQUIRED', 'There are settings already: name their ETag in If-Match', {
      version: current,
    });
  }
  if (current !== null && (ifMatch === '*' || ifMatch === current)) return;
  const found = current === null ? 'there are none' : `they are at version ${current}`;
  throw new LibraryError('PRECONDITION_FAILED', `The settings are not those that If-Match names: ${found}`, {
    version: current,
  });
}
