import type { Transaction } from 'kysely';
import { lockAccount, type SavesContext } from './account.ts';
import type { Schema } from '../db/schema.ts';
import { LibraryError } from '../errors.ts';
import { emit, raiseRevisions } from '../events/emit.ts';
import { mustBeBasedOn, type IfMatch } from '../precondition.ts';
import { forgetUnusedObjects } from './garbage.ts';
import { mustHaveSlot, slotNamed, type SlotName } from './slot.ts';

/**
 * Deletes a slot. Unless `permanently`, it stands aside with all its versions, can be restored until its retention
 * ends, and its conflicts stay to be decided. Uploads that are under way stay either way: what they bring is kept beside
 * the deletion, as any save that lost is.
 *
 * @param ifMatch the head that is meant; of a deleted slot, what it was at
 * @throws LibraryError NOT_FOUND when there is none, or it is deleted already and not to be so permanently,
 *   PRECONDITION_FAILED, USER_ERASED
 */
export async function deleteSlot(
  context: SavesContext,
  slot: SlotName,
  { permanently }: { readonly permanently: boolean },
  ifMatch: IfMatch,
): Promise<void> {
  const { db, userId, now } = context;
  const name = slotNamed(slot);
  await db.transaction().execute(async (transaction) => {
    await lockAccount(transaction, userId);
    const { head_version, deleted_version } = await mustHaveSlot(transaction, userId, name);
    mustBeBasedOn(head_version ?? deleted_version ?? 0, ifMatch);
    if (permanently) await forgetSlot(transaction, context, name);
    else if (head_version === null) throw new LibraryError('NOT_FOUND', 'The slot is deleted already');
    else await standAside(transaction, context, name, head_version);
    if (head_version === null) return raiseRevisions(transaction, [userId]);
    const data = { user_id: userId, ...name, device_id: null };
    return emit(transaction, now, [
      {
        type: 'library.savegame.synchronized',
        data: { ...data, change: 'deleted', version: null, size_bytes: null },
      },
    ]);
  });
}

async function standAside(
  transaction: Transaction<Schema>,
  { userId, now }: SavesContext,
  { game_id, slot }: SlotName,
  head: number,
): Promise<void> {
  const at = new Date(now);
  await transaction
    .updateTable('savegame_metadata')
    .set({ head_version: null, deleted_version: head, deleted_at: at, updated_at: at })
    .where('user_id', '=', userId)
    .where('game_id', '=', game_id)
    .where('slot', '=', slot)
    .execute();
}

async function forgetSlot(
  transaction: Transaction<Schema>,
  { userId, now }: SavesContext,
  { game_id, slot }: SlotName,
): Promise<void> {
  const gone = await transaction
    .deleteFrom('savegame_versions')
    .where('user_id', '=', userId)
    .where('game_id', '=', game_id)
    .where('slot', '=', slot)
    .returning('object_id')
    .execute();
  await transaction
    .deleteFrom('savegame_metadata')
    .where('user_id', '=', userId)
    .where('game_id', '=', game_id)
    .where('slot', '=', slot)
    .execute();
  await forgetUnusedObjects(
    transaction,
    userId,
    gone.map(({ object_id }) => object_id),
    now,
  );
}
