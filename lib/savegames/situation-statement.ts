import { keptByNothing, newestPast } from './retention.ts';
import { ALL_GAMES } from './sync-settings.ts';
import type { Statement } from './under-account.ts';

export const VERSION_COLUMNS = [
  ...(['version', 'object_id', 'device_id', 'base_version', 'origin', 'source_version', 'side'] as const),
  ...(['settled_as', 'settled_at', 'kept_until', 'pinned', 'label', 'client_saved_at', 'created_at'] as const),
] as const;
export const OBJECT_COLUMNS = ['size_bytes', 'sha256', 'part_sha256', 'missing_since'] as const;
export const UPLOAD_COLUMNS = [
  ...(['device_id', 'upload_id', 'size_bytes', 'sha256', 'part_sha256', 'base_version', 'side', 'label'] as const),
  ...(['client_saved_at', 'parts_id', 'created_at', 'expires_at'] as const),
] as const;

const columns = (table: string, prefix: string, names: readonly string[]): string =>
  names.map((name) => `${table}.${name} AS ${prefix}_${name}`).join(', ');

/** As there will be one version more, one fewer of those that are there is among the newest. */
const PAST = newestPast('q.user_id', 'q.game_id', 'q.slot', 'coalesce(s.keep_versions, $2::integer) - 1');

/**
 * One row, or one for each version of interest. Every join finds its rows by the first columns of a primary key.
 *
 * @param asked a query for one row of user_id, game_id, slot and device_id; $1 is the moment, $2 how many versions are
 *   kept unless the user chose
 */
const situationOf = (asked: string): string => `
SELECT
  a.changes, a.last_version, a.stored_bytes, a.reserved_bytes,
  EXISTS (SELECT FROM erasures e WHERE e.user_digest = sha256(uuid_send(q.user_id))) AS erased,
  EXISTS (
    SELECT FROM user_libraries l
    WHERE l.user_id = q.user_id AND l.game_id = q.game_id AND l.revoked_at IS NULL) AS has_game,
  s.enabled AS sync_enabled,
  q.game_id, q.slot, m.slot IS NOT NULL AS slot_known, m.deleted_at, m.head_version AS v_head_version,
  CASE WHEN m.head_version IS NULL THEN (
    SELECT count(*) FROM (
      SELECT t.slot FROM savegame_metadata t
      WHERE t.user_id = q.user_id AND t.game_id = q.game_id AND t.deleted_at IS NULL
      UNION
      SELECT t.slot FROM savegame_uploads t
      WHERE t.user_id = q.user_id AND t.game_id = q.game_id AND t.expires_at > $1::timestamptz
    ) AS others WHERE others.slot <> q.slot) END AS other_slots,
  ${columns('u', 'u', UPLOAD_COLUMNS)},
  ${columns('v', 'v', VERSION_COLUMNS)}, ${columns('o', 'v', OBJECT_COLUMNS)}, v.expendable,
  CASE WHEN v.expendable THEN (
    SELECT count(*) FROM savegame_versions w WHERE w.user_id = q.user_id AND w.object_id = v.object_id) END AS uses
FROM (${asked}) AS q
LEFT JOIN savegame_accounts a ON a.user_id = q.user_id
LEFT JOIN savegame_metadata m ON m.user_id = q.user_id AND m.game_id = q.game_id AND m.slot = q.slot
LEFT JOIN savegame_uploads u
  ON u.user_id = q.user_id AND u.game_id = q.game_id AND u.slot = q.slot AND u.device_id = q.device_id
LEFT JOIN LATERAL (
  SELECT c.enabled, c.keep_versions FROM savegame_sync_settings c
  WHERE c.user_id = q.user_id AND c.game_id IN (q.game_id, '${ALL_GAMES}')
  ORDER BY c.game_id = '${ALL_GAMES}' LIMIT 1
) AS s ON true
LEFT JOIN LATERAL (
  SELECT v.*, m.deleted_at IS NULL AND v.version <= ${PAST} AND ${keptByNothing('$1::timestamptz')} AS expendable
  FROM savegame_versions v
  WHERE v.user_id = q.user_id AND v.game_id = q.game_id AND v.slot = q.slot
) AS v ON v.expendable OR v.version = m.head_version
  OR (v.side AND v.settled_at IS NULL AND v.device_id = q.device_id)
LEFT JOIN savegame_objects o ON o.user_id = q.user_id AND o.object_id = v.object_id`;

export const SITUATION_OF_SLOT: Statement = {
  name: 'save-situation-of-slot',
  text: situationOf('SELECT $3::uuid AS user_id, $4::uuid AS game_id, $5::text AS slot, $6::uuid AS device_id'),
};
export const SITUATION_OF_UPLOAD: Statement = {
  name: 'save-situation-of-upload',
  text: situationOf(
    'SELECT p.user_id, p.game_id, p.slot, p.device_id FROM savegame_uploads p WHERE p.upload_id = $4 AND p.user_id = $3',
  ),
};
