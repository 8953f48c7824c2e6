import { sql } from 'kysely';
import type { SaveSlotPage, SaveSlotsQuery } from '../contract/savegames.ts';
import { decodeCursor, encodeCursor } from '../cursor.ts';
import { uuidToKey } from '../uuid.ts';
import type { ReadContext } from './account.ts';
import { shownSlots } from './shown.ts';

/**
 * A page of the user's slots, or of the deleted ones that can still be restored, by game and slot. Also of games that
 * left the library: what was saved is the user's.
 *
 * @throws LibraryError VALIDATION_ERROR for a cursor of another list
 */
export async function listSlots(
  { db, userId, rules }: ReadContext,
  { game_id, slot, deleted, cursor, limit }: SaveSlotsQuery,
): Promise<SaveSlotPage> {
  let select = db
    .selectFrom('savegame_metadata')
    .select(['game_id', 'slot'])
    .where('user_id', '=', userId)
    .where('deleted_at', deleted ? 'is not' : 'is', null)
    .orderBy('game_id')
    .orderBy('slot')
    .limit(limit + 1);
  if (game_id !== undefined) select = select.where('game_id', '=', game_id);
  if (slot !== undefined) select = select.where('slot', '=', slot);
  if (cursor !== undefined) {
    const [game, after] = decodeCursor(cursor, isPosition);
    select = select.where(sql<boolean>`(game_id, slot) > (${game}::uuid, ${after})`);
  }
  const keys = await select.execute();
  const page = keys.slice(0, limit);
  const last = page.at(-1);
  return {
    items: [...(await shownSlots(db, userId, page, rules))],
    next_cursor: keys.length > limit && last !== undefined ? encodeCursor([last.game_id, last.slot]) : null,
  };
}

function isPosition(parts: unknown): parts is readonly [string, string] {
  return (
    Array.isArray(parts) && parts.length === 2 && uuidToKey(String(parts[0])) !== null && typeof parts[1] === 'string'
  );
}
