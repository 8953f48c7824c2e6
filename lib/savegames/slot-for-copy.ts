import type { Kysely } from 'kysely';
import type { Schema } from '../db/schema.ts';
import { LibraryError } from '../errors.ts';
import { findSlot, type SlotName, type SlotRow } from './slot.ts';

/** As many as the contract's pattern of slots allows. */
const MAX_SLOT_LENGTH = 64;

/**
 * Where the second save of a conflict goes: into the slot that was named, which may be a deleted one, for its versions
 * stay beside the new head; else into the first name after the slot's own that was never used. Within a transaction that
 * holds the account.
 *
 * @throws LibraryError CONFLICT when the slot that was named is in use
 */
export async function slotForCopy(
  db: Kysely<Schema>,
  userId: string,
  { game_id, slot }: SlotName,
  wanted: string | undefined,
): Promise<{ readonly name: SlotName; readonly row: SlotRow | null }> {
  if (wanted !== undefined) {
    const name = { game_id, slot: wanted };
    const row = await findSlot(db, userId, name);
    if (wanted !== slot && (row?.head_version ?? null) === null) return { name, row };
    throw new LibraryError('CONFLICT', 'The slot for the other save is in use', { into_slot: wanted });
  }
  const rows = await db
    .selectFrom('savegame_metadata')
    .select('slot')
    .where('user_id', '=', userId)
    .where('game_id', '=', game_id)
    .execute();
  const taken = new Set(rows.map((row) => row.slot));
  let number = 2;
  while (taken.has(nameAfter(slot, number))) number += 1;
  return { name: { game_id, slot: nameAfter(slot, number) }, row: null };
}

/** `slot-2` after `slot`; a long name gives way to the number. */
export function nameAfter(slot: string, number: number): string {
  const ending = `-${number}`;
  return `${slot.slice(0, MAX_SLOT_LENGTH - ending.length)}${ending}`;
}
