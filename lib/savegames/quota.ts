import { sql } from 'kysely';
import type { SaveQuota } from '../contract/savegames.ts';
import type { ReadContext } from './account.ts';

/** What the user stores, and what is left. */
export async function readQuota({ db, userId, rules }: ReadContext): Promise<SaveQuota> {
  const account = await db
    .selectFrom('savegame_accounts')
    .select(['stored_bytes', 'reserved_bytes'])
    .where('user_id', '=', userId)
    .executeTakeFirst();
  const { rows: games } = await sql<{ game_id: string; slots: number; stored_bytes: number }>`
    SELECT m.game_id, m.slots, coalesce(f.stored_bytes, 0)::bigint AS stored_bytes
    FROM (
      SELECT game_id, count(*) FILTER (WHERE deleted_at IS NULL) AS slots
      FROM savegame_metadata WHERE user_id = ${userId} GROUP BY game_id
    ) m LEFT JOIN (
      SELECT v.game_id, sum(o.size_bytes) AS stored_bytes
      FROM (SELECT DISTINCT game_id, object_id FROM savegame_versions WHERE user_id = ${userId}) v
      JOIN savegame_objects o ON o.user_id = ${userId} AND o.object_id = v.object_id AND o.missing_since IS NULL
      GROUP BY v.game_id
    ) f ON f.game_id = m.game_id
    ORDER BY stored_bytes DESC, m.game_id`.execute(db);
  const { stored_bytes, reserved_bytes } = account ?? { stored_bytes: 0, reserved_bytes: 0 };
  return {
    quota_bytes: rules.quotaBytes,
    stored_bytes,
    reserved_bytes,
    // The quota may have been lowered since.
    available_bytes: Math.max(0, rules.quotaBytes - stored_bytes - reserved_bytes),
    max_save_bytes: rules.maxSaveBytes,
    games,
  };
}
