import type { DownloadUrlBody, DownloadUrlReply } from '../contract/savegame-transfers.ts';
import { LibraryError } from '../errors.ts';
import type { SaveStore } from '../ports/save-store.ts';
import type { ReadContext } from './account.ts';
import { hashesIn } from './parts.ts';
import { shownVersion } from './shown.ts';
import { mustBeInStore, mustHaveSlot, mustHaveVersion } from './slot.ts';

export interface DownloadContext extends ReadContext {
  readonly store: Pick<SaveStore, 'signGet'>;
  /** By which the caller reached the service. */
  readonly origin: string;
}

/**
 * A signed request for the head, or any kept version, those of deleted slots too. The store is not asked: the audit
 * marks what it lost.
 *
 * @throws LibraryError NOT_FOUND, SAVEGAME_LOST
 */
export async function downloadUrl(
  { db, userId, rules, store, origin }: DownloadContext,
  body: DownloadUrlBody,
): Promise<DownloadUrlReply> {
  const { head_version } = await mustHaveSlot(db, userId, body);
  const wanted = body.version ?? head_version;
  if (wanted === null) throw new LibraryError('NOT_FOUND', 'The slot is deleted: name the version that is meant');
  const row = await mustHaveVersion(db, userId, body, wanted);
  mustBeInStore(row);
  const { method, url, headers, expiresAt } = await store.signGet(row.object_id, `${row.slot}-v${row.version}`, {
    forMs: rules.urlSeconds * 1000,
    origin,
  });
  return {
    game_id: row.game_id,
    slot: row.slot,
    version: shownVersion(row),
    part_sha256: row.part_sha256 === null ? null : hashesIn(row.part_sha256),
    get: { method, url, headers: { ...headers }, expires_at: new Date(expiresAt).toISOString() },
  };
}
