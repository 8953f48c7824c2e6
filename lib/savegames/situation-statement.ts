import { rfc3339Sql } from '../db/rfc3339.ts';
import { MAX_SHOWN_UPLOADS } from './other-devices.ts';
import { keptByNothing, newestPast } from './retention.ts';
import { ALL_GAMES } from './sync-settings.ts';
import { parameterTable } from '../db/parameter-table.ts';
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

/** What is asked with about a slot. */
export const ASKED_OF_SLOT = {
  at: 'timestamptz',
  user_id: 'uuid',
  game_id: 'uuid',
  slot: 'text',
  device_id: 'uuid',
} as const;
/** What is asked with about an upload. */
export const ASKED_OF_UPLOAD = {
  at: 'timestamptz',
  user_id: 'uuid',
  upload_id: 'uuid',
  keep_versions: 'integer',
} as const;

/**
 * What is read in any case: which question it answers, the account, what the slot is at, the upload, versions `v` with
 * their objects.
 */
const common = (upload: string): string => `
  a.changes, a.last_version, a.stored_bytes, a.reserved_bytes,
  EXISTS (SELECT FROM erasures e WHERE e.user_digest = sha256(uuid_send(q.user_id))) AS erased,
  q.game_id, q.slot, m.slot IS NOT NULL AS slot_known, m.deleted_at, m.head_version AS v_head_version,
  ${columns(upload, 'u', UPLOAD_COLUMNS)}, ${columns('v', 'v', VERSION_COLUMNS)}, ${columns('o', 'v', OBJECT_COLUMNS)}`;

/** Every join finds its rows by the first columns of a primary key. */
const OF_SLOT = `
LEFT JOIN savegame_accounts a ON a.user_id = q.user_id
LEFT JOIN savegame_metadata m ON m.user_id = q.user_id AND m.game_id = q.game_id AND m.slot = q.slot
LEFT JOIN LATERAL (
  SELECT c.enabled, c.keep_versions FROM savegame_sync_settings c
  WHERE c.user_id = q.user_id AND c.game_id IN (q.game_id, '${ALL_GAMES}')
  ORDER BY c.game_id = '${ALL_GAMES}' LIMIT 1
) AS s ON true`;

const versionsThat = (are: string): string => `
LEFT JOIN savegame_versions v ON v.user_id = q.user_id AND v.game_id = q.game_id AND v.slot = q.slot AND (${are})
LEFT JOIN savegame_objects o ON o.user_id = q.user_id AND o.object_id = v.object_id`;

const HEAD_OR_OWN_SIDE = `v.version = m.head_version OR v.side AND v.settled_at IS NULL AND v.device_id = q.device_id`;

/**
 * For announcements: a row each, or one for each version of interest.
 *
 * @param asked a table with the columns of {@link ASKED_OF_SLOT} and the number `n`
 */
export const situationsOfSlots = (asked: string): string => `
SELECT
  q.n, ${common('u')},
  EXISTS (
    SELECT FROM user_libraries l
    WHERE l.user_id = q.user_id AND l.game_id = q.game_id AND l.revoked_at IS NULL) AS has_game,
  s.enabled AS sync_enabled,
  CASE WHEN m.head_version IS NULL THEN (
    SELECT count(*) FROM (
      SELECT t.slot FROM savegame_metadata t
      WHERE t.user_id = q.user_id AND t.game_id = q.game_id AND t.deleted_at IS NULL
      UNION
      SELECT t.slot FROM savegame_uploads t
      WHERE t.user_id = q.user_id AND t.game_id = q.game_id AND t.expires_at > q.at
    ) AS others WHERE others.slot <> q.slot) END AS other_slots,
  (
    SELECT jsonb_agg(shown.upload) FROM (
      SELECT jsonb_build_object(
        'device_id', t.device_id, 'slot', t.slot, 'size_bytes', t.size_bytes, 'begun_at', ${rfc3339Sql('t.created_at')},
        'expires_at', ${rfc3339Sql('t.expires_at')}) AS upload
      FROM savegame_uploads t
      WHERE t.user_id = q.user_id AND t.game_id = q.game_id AND t.device_id <> q.device_id
        AND t.expires_at > q.at
      ORDER BY t.created_at DESC LIMIT ${MAX_SHOWN_UPLOADS}
    ) AS shown) AS other_uploads
FROM ${asked} AS q
LEFT JOIN savegame_uploads u
  ON u.user_id = q.user_id AND u.game_id = q.game_id AND u.slot = q.slot AND u.device_id = q.device_id
${OF_SLOT}
${versionsThat(HEAD_OR_OWN_SIDE)}`;

/**
 * For confirmations: none where there is no such upload; beside the versions of interest those that nothing but their
 * being head may keep. As there will be one version more, one fewer of those that are there is among the newest.
 *
 * @param asked a table with the columns of {@link ASKED_OF_UPLOAD} and the number `n`
 */
export const situationsOfUploads = (asked: string): string => `
SELECT
  w.n, ${common('q')}, v.version <= past.version AND ${keptByNothing('w.at')} AS expendable,
  CASE WHEN v.version <= past.version THEN (
    SELECT count(*) FROM savegame_versions x WHERE x.user_id = q.user_id AND x.object_id = v.object_id) END AS uses
FROM ${asked} AS w
JOIN savegame_uploads q ON q.upload_id = w.upload_id AND q.user_id = w.user_id
${OF_SLOT}
LEFT JOIN LATERAL ${newestPast('q.user_id', 'q.game_id', 'q.slot', 'coalesce(s.keep_versions, w.keep_versions) - 1')} AS past
  ON m.deleted_at IS NULL
${versionsThat(`${HEAD_OR_OWN_SIDE} OR v.version <= past.version AND ${keptByNothing('w.at')}`)}`;

const alone = (columns: Readonly<Record<string, string>>, situations: (asked: string) => string): string =>
  `WITH asked AS (SELECT * FROM ${parameterTable(columns, 'q')}) ${situations('asked')}`;

/** What nobody has decided to write yet. */
export const SITUATION_OF_SLOT: Statement = {
  name: 'save-situation-of-slot',
  text: alone(ASKED_OF_SLOT, situationsOfSlots),
};
export const SITUATION_OF_UPLOAD: Statement = {
  name: 'save-situation-of-upload',
  text: alone(ASKED_OF_UPLOAD, situationsOfUploads),
};
