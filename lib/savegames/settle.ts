import { sql, type Transaction } from 'kysely';
import type { SavesContext } from './account.ts';
import type { Schema } from '../db/schema.ts';
import { DAY_MS } from '../playtime/days.ts';
import type { SlotName, SlotRow } from './slot.ts';

/**
 * Ends a conflict, before anything that may trim the slot. Both sides of it are kept from now on for as long as a loser
 * is (S3): what won is in the head anyway, and its row tells whoever asks again what was decided.
 */
export async function settle(
  transaction: Transaction<Schema>,
  context: SavesContext,
  name: SlotName,
  sideVersion: number,
  settledAs: 'local' | 'cloud' | 'both',
): Promise<void> {
  await transaction
    .updateTable('savegame_versions')
    .set({ settled_as: settledAs, settled_at: new Date(context.now), kept_until: loserKeptUntil(context) })
    .where('user_id', '=', context.userId)
    .where('game_id', '=', name.game_id)
    .where('slot', '=', name.slot)
    .where('version', '=', sideVersion)
    .execute();
}

/** What the slot is at, or was at when it was deleted, is about to lose a conflict. */
export async function keepLosingHead(
  transaction: Transaction<Schema>,
  context: SavesContext,
  name: SlotName,
  { head_version, deleted_version }: Pick<SlotRow, 'head_version' | 'deleted_version'>,
): Promise<void> {
  const loser = head_version ?? deleted_version;
  if (loser === null) return;
  await transaction
    .updateTable('savegame_versions')
    .set({ kept_until: loserKeptUntil(context) })
    .where('user_id', '=', context.userId)
    .where('game_id', '=', name.game_id)
    .where('slot', '=', name.slot)
    .where('version', '=', loser)
    .execute();
}

function loserKeptUntil({ now, rules }: SavesContext) {
  return sql<Date>`greatest(kept_until, ${new Date(now + rules.sideRetentionDays * DAY_MS)}::timestamptz)`;
}
