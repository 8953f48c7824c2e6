import type { Transaction } from 'kysely';
import type { SavesContext } from './account.ts';
import { lockAccount } from './account.ts';
import type { PatchVersionBody } from '../contract/savegame-transfers.ts';
import { MAX_PINNED, type SaveVersion } from '../contract/savegames.ts';
import type { Schema } from '../db/schema.ts';
import { LibraryError } from '../errors.ts';
import { raiseRevisions } from '../events/emit.ts';
import { shownVersion } from './shown.ts';
import { mustHaveVersion, type SlotName } from './slot.ts';

/**
 * Pins a version or lets go of it, and names it. What it already is changes nothing. A version that only its pin kept
 * goes with the next save of its slot: there is time to think again.
 *
 * @throws LibraryError NOT_FOUND, QUOTA_EXCEEDED for one pinned version too many, USER_ERASED
 */
export async function patchVersion(
  { db, userId }: Pick<SavesContext, 'db' | 'userId'>,
  name: SlotName,
  version: number,
  patch: PatchVersionBody,
): Promise<SaveVersion> {
  return db.transaction().execute(async (transaction) => {
    await lockAccount(transaction, userId);
    const row = await mustHaveVersion(transaction, userId, name, version);
    const pinned = patch.pinned ?? row.pinned;
    const label = patch.label === undefined ? row.label : patch.label;
    if (pinned === row.pinned && label === row.label) return shownVersion(row);
    if (pinned && !row.pinned) await mustHaveRoomForPin(transaction, userId, name);
    await transaction
      .updateTable('savegame_versions')
      .set({ pinned, label })
      .where('user_id', '=', userId)
      .where('game_id', '=', name.game_id)
      .where('slot', '=', name.slot)
      .where('version', '=', version)
      .execute();
    await raiseRevisions(transaction, [userId]);
    return shownVersion({ ...row, pinned, label });
  });
}

async function mustHaveRoomForPin(transaction: Transaction<Schema>, userId: string, name: SlotName): Promise<void> {
  const { pinned } = await transaction
    .selectFrom('savegame_versions')
    .select(({ fn }) => fn.countAll<number>().as('pinned'))
    .where('user_id', '=', userId)
    .where('game_id', '=', name.game_id)
    .where('slot', '=', name.slot)
    .where('pinned', '=', true)
    .executeTakeFirstOrThrow();
  if (pinned < MAX_PINNED) return;
  throw new LibraryError('QUOTA_EXCEEDED', `${MAX_PINNED} versions of the slot are pinned already`, {
    limit: MAX_PINNED,
  });
}
