import { lockAccount, type SavesContext } from './account.ts';
import { bringBack } from './bring-back.ts';
import { savegameConflict } from './conflict.ts';
import type { RestoreBody } from '../contract/savegame-transfers.ts';
import type { SaveSlot } from '../contract/savegames.ts';
import { invalid } from '../contract/validation.ts';
import { LibraryError } from '../errors.ts';
import { emit } from '../events/emit.ts';
import { keepLosingHead, settle } from './settle.ts';
import { shownVersion, type VersionRow } from './shown.ts';
import {
  findHead,
  mustBeInStore,
  mustHaveSlot,
  mustHaveVersion,
  mustShowSlot,
  slotNamed,
  type SlotRow,
} from './slot.ts';

/**
 * Brings a kept version back as the new head of its slot, also of a deleted one. When that was done before, or the head
 * has that content anyway, nothing changes: so whoever lost the answer can ask again. A side version that waits for a decision has won with it.
 *
 * @throws LibraryError NOT_FOUND, VALIDATION_ERROR when no version is named and the slot is not deleted,
 *   SAVEGAME_CONFLICT when the head is another than the one named, SAVEGAME_LOST, QUOTA_EXCEEDED for one slot too many,
 *   USER_ERASED
 */
export async function restoreVersion(context: SavesContext, body: RestoreBody): Promise<SaveSlot> {
  const { db, userId, now, rules } = context;
  const name = slotNamed(body);
  return db.transaction().execute(async (transaction) => {
    await lockAccount(transaction, userId);
    const row = await mustHaveSlot(transaction, userId, name);
    const head = await findHead(transaction, userId, name, row);
    if (isSaidAgain(body, head)) return mustShowSlot(transaction, userId, name, rules);
    const source = await mustHaveVersion(transaction, userId, name, body.version ?? deletedVersion(row));
    if (head?.object_id === source.object_id) return mustShowSlot(transaction, userId, name, rules);
    if (row.head_version !== body.head_version) {
      const cloud = head === null ? null : shownVersion(head);
      throw savegameConflict({
        gameId: name.game_id,
        slot: name.slot,
        cloud,
        local: null,
        baseVersion: body.head_version,
      });
    }
    mustBeInStore(source);
    if (source.side && source.settled_at === null) {
      await settle(transaction, context, name, source.version, 'local');
      await keepLosingHead(transaction, context, name, row);
    }
    const event = await bringBack(transaction, context, {
      into: name,
      row,
      source,
      origin: 'restore',
      deviceId: body.device_id,
    });
    const shown = await mustShowSlot(transaction, userId, name, rules);
    await emit(transaction, now, [event]);
    return shown;
  });
}

/** Whether it was done before. What was brought back may be gone since: nothing but its content is kept, in the head. */
function isSaidAgain({ version, head_version }: RestoreBody, head: VersionRow | null): boolean {
  return (
    head?.origin === 'restore' &&
    head.base_version === head_version &&
    (version === undefined || version === head.source_version)
  );
}

function deletedVersion({ head_version, deleted_version }: SlotRow): number {
  if (head_version !== null) throw invalid([{ field: 'version', message: 'is required: the slot is not deleted' }]);
  if (deleted_version === null) throw new LibraryError('NOT_FOUND', 'The slot never had a head: name the version');
  return deleted_version;
}
