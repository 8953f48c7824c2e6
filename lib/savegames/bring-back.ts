import { sql, type Transaction } from 'kysely';
import { nextVersion, type SavesContext } from './account.ts';
import type { Schema } from '../db/schema.ts';
import type { NewEvent } from '../events/emit.ts';
import { DAY_MS } from '../playtime/days.ts';
import { trimSlot } from './retention.ts';
import type { VersionRow } from './shown.ts';
import { mustHaveRoomForSlot, type SlotName, type SlotRow } from './slot.ts';

export interface Return {
  /** Where to; of the same game as the source. */
  readonly into: SlotName;
  /** What the slot is at; null: there is none. */
  readonly row: SlotRow | null;
  readonly source: VersionRow;
  readonly origin: 'restore' | 'resolve';
  readonly deviceId: string;
}

/**
 * Makes the content of a kept version the head of a slot, as a new version that shares its object (S1: what was head is
 * its base, which is none when there was no head). A deleted slot is back with it. Within a transaction that holds the
 * account; returns the event that its owner emits.
 *
 * @throws LibraryError QUOTA_EXCEEDED when the game would have a slot too many
 */
export async function bringBack(
  transaction: Transaction<Schema>,
  context: SavesContext,
  { into, row, source, origin, deviceId }: Return,
): Promise<NewEvent> {
  const { userId, now } = context;
  const { game_id, slot } = { game_id: source.game_id, slot: into.slot };
  const base = row?.head_version ?? null;
  if (base === null) await mustHaveRoomForSlot(transaction, context, { game_id, slot });
  const version = await nextVersion(transaction, userId);
  const at = new Date(now);
  const device_id = deviceId.toLowerCase();
  await transaction
    .insertInto('savegame_versions')
    .values({
      user_id: userId,
      game_id,
      slot,
      version,
      device_id,
      origin,
      object_id: source.object_id,
      base_version: base,
      source_version: source.version,
      side: false,
      settled_as: null,
      settled_at: null,
      kept_until: null,
      // They tell of the content.
      label: source.label,
      client_saved_at: source.client_saved_at,
      created_at: at,
    })
    .execute();
  const head = { head_version: version, deleted_version: null, deleted_at: null, updated_at: at };
  await transaction
    .insertInto('savegame_metadata')
    .values({ user_id: userId, game_id, slot, ...head })
    .onConflict((conflict) => conflict.columns(['user_id', 'game_id', 'slot']).doUpdateSet(head))
    .execute();
  if (row?.deleted_at) await keepRevived(transaction, context, { game_id, slot }, row.deleted_at);
  await trimSlot(transaction, context, game_id, slot);
  const change = origin === 'restore' ? 'restored' : 'resolved';
  return {
    type: 'library.savegame.synchronized',
    data: { user_id: userId, game_id, slot, device_id, change, version, size_bytes: source.size_bytes },
  };
}

/** The versions of a slot that was deleted stay for as long as it could be restored (S3), though it is back. */
async function keepRevived(
  transaction: Transaction<Schema>,
  { userId, rules }: SavesContext,
  { game_id, slot }: SlotName,
  deletedAt: Date,
): Promise<void> {
  const until = new Date(deletedAt.getTime() + rules.deletedRetentionDays * DAY_MS);
  await transaction
    .updateTable('savegame_versions')
    .set({ kept_until: sql<Date>`greatest(kept_until, ${until}::timestamptz)` })
    .where('user_id', '=', userId)
    .where('game_id', '=', game_id)
    .where('slot', '=', slot)
    .execute();
}
