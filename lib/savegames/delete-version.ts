import { lockAccount, type SavesContext } from './account.ts';
import { LibraryError } from '../errors.ts';
import { raiseRevisions } from '../events/emit.ts';
import { forgetUnusedObjects } from './garbage.ts';
import { mustHaveSlot, mustHaveVersion, type SlotName } from './slot.ts';

/**
 * Deletes a version for good, also a pinned one, or one whose conflict is still open: that is a decision, too. The room
 * that no other version needs is free at once.
 *
 * @throws LibraryError NOT_FOUND, CONFLICT for what the slot is at, or was at when it was deleted, USER_ERASED
 */
export async function deleteVersion(
  { db, userId, now }: Pick<SavesContext, 'db' | 'userId' | 'now'>,
  name: SlotName,
  version: number,
): Promise<void> {
  await db.transaction().execute(async (transaction) => {
    await lockAccount(transaction, userId);
    const { head_version, deleted_version } = await mustHaveSlot(transaction, userId, name);
    const { object_id } = await mustHaveVersion(transaction, userId, name, version);
    if (version === head_version) {
      throw new LibraryError('CONFLICT', 'The slot is at this version: restore another one first, or delete the slot');
    }
    if (version === deleted_version) {
      throw new LibraryError('CONFLICT', 'The deleted slot was at this version: delete the slot permanently instead');
    }
    await transaction
      .deleteFrom('savegame_versions')
      .where('user_id', '=', userId)
      .where('game_id', '=', name.game_id)
      .where('slot', '=', name.slot)
      .where('version', '=', version)
      .execute();
    await forgetUnusedObjects(transaction, userId, [object_id], now);
    await raiseRevisions(transaction, [userId]);
  });
}
