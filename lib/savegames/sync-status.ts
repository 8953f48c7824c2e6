import { sql } from 'kysely';
import type { SyncStatus, SyncStatusQuery } from '../contract/savegames.ts';
import type { SaveRules } from './account.ts';
import { otherDevices, type DevicesContext } from './other-devices.ts';
import { effectiveSyncSettings } from './sync-settings.ts';

interface SlotState {
  readonly slot: string;
  readonly head_version: number | null;
  readonly sha256: Buffer | null;
  readonly updated_at: Date;
  readonly conflicts: number;
}

/** Where the saves of a game stand, for a launcher that is about to start it. */
export async function syncStatus(
  context: DevicesContext & { readonly rules: SaveRules },
  { game_id, device_id }: SyncStatusQuery,
): Promise<SyncStatus> {
  const { db, userId, now, rules } = context;
  const [{ enabled }, slots, uploading, other_devices] = await Promise.all([
    effectiveSyncSettings(db, userId, game_id, rules),
    slotStates(context, game_id),
    db
      .selectFrom('savegame_uploads')
      .select('upload_id')
      .where('user_id', '=', userId)
      .where('game_id', '=', game_id)
      .where('expires_at', '>', new Date(now))
      .limit(1)
      .executeTakeFirst(),
    otherDevices(context, game_id, device_id ?? null),
  ]);
  const status = (): SyncStatus['status'] => {
    if (!enabled) return 'off';
    if (slots.some(({ conflicts }) => conflicts > 0)) return 'conflict';
    return uploading === undefined ? 'synchronized' : 'uploading';
  };
  return {
    game_id: game_id.toLowerCase(),
    status: status(),
    slots: slots.map(({ slot, head_version, sha256, updated_at, conflicts }) => ({
      slot,
      head_version,
      sha256: sha256?.toString('hex') ?? null,
      updated_at: updated_at.toISOString(),
      conflicts,
    })),
    other_devices,
  };
}

/** Of deleted slots those with open conflicts: a save that met a deletion waits for a decision, too. */
async function slotStates({ db, userId }: DevicesContext, gameId: string): Promise<readonly SlotState[]> {
  const { rows } = await sql<SlotState>`
    SELECT m.slot, m.head_version, o.sha256, m.updated_at, coalesce(c.conflicts, 0) AS conflicts
    FROM savegame_metadata m
    LEFT JOIN savegame_versions h
      ON h.user_id = m.user_id AND h.game_id = m.game_id AND h.slot = m.slot AND h.version = m.head_version
    LEFT JOIN savegame_objects o ON o.user_id = h.user_id AND o.object_id = h.object_id
    LEFT JOIN (
      SELECT slot, count(*) AS conflicts FROM savegame_versions
      WHERE user_id = ${userId} AND game_id = ${gameId} AND side AND settled_at IS NULL GROUP BY slot
    ) c ON c.slot = m.slot
    WHERE m.user_id = ${userId} AND m.game_id = ${gameId} AND (m.head_version IS NOT NULL OR c.conflicts > 0)
    ORDER BY m.slot`.execute(db);
  return rows;
}
