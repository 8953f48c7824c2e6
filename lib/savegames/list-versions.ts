import type { SaveVersionPage, SaveVersionsQuery } from '../contract/savegames.ts';
import { decodeCursor, encodeCursor } from '../cursor.ts';
import type { ReadContext } from './account.ts';
import { selectVersions, shownVersion } from './shown.ts';
import { mustHaveSlot, type SlotName } from './slot.ts';

/**
 * A page of the kept versions of a slot, deleted ones too, latest first.
 *
 * @throws LibraryError NOT_FOUND when there is no such slot, VALIDATION_ERROR for a cursor of another list
 */
export async function listVersions(
  { db, userId }: Pick<ReadContext, 'db' | 'userId'>,
  name: SlotName,
  { cursor, limit }: SaveVersionsQuery,
): Promise<SaveVersionPage> {
  let select = selectVersions(db, userId)
    .where('v.game_id', '=', name.game_id)
    .where('v.slot', '=', name.slot)
    .orderBy('v.version', 'desc')
    .limit(limit + 1);
  if (cursor !== undefined) select = select.where('v.version', '<', decodeCursor(cursor, isVersion)[0]);
  const rows = await select.execute();
  if (rows.length === 0) await mustHaveSlot(db, userId, name);
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  return {
    items: page.map(shownVersion),
    next_cursor: rows.length > limit && last !== undefined ? encodeCursor([last.version]) : null,
  };
}

function isVersion(parts: unknown): parts is readonly [number] {
  return Array.isArray(parts) && parts.length === 1 && Number.isSafeInteger(parts[0]);
}
