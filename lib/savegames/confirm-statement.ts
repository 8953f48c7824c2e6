import { SITUATION_OF_UPLOAD } from './situation-statement.ts';
import type { Statement } from './under-account.ts';
import { WRITES_OF_NEW } from './version-statement.ts';

/**
 * Reads the situation of an upload, and in the plain case confirms it at once: a save of one piece that is in the store
 * as it was announced ($5, $6: size and checksum), wants to be the head, and whose base is the head of a slot that is
 * not deleted, nothing having changed since this very statement began to read. Everything else is left to the rules,
 * which decide upon the same rows: then `became` is null.
 */
export const CONFIRM: Statement = {
  name: 'save-confirm',
  text: `
WITH situation AS MATERIALIZED (${SITUATION_OF_UPLOAD.text}),
expendable AS MATERIALIZED (
  SELECT v_object_id AS object_id, array_agg(v_version) AS versions, count(*) = max(uses) AS unused,
    max(CASE WHEN v_missing_since IS NULL THEN v_size_bytes ELSE 0 END) AS counted_bytes
  FROM situation WHERE expendable GROUP BY v_object_id
),
plain AS (
  SELECT
    s.*,
    (SELECT coalesce(sum(counted_bytes), 0)::bigint FROM expendable WHERE unused) AS freed_bytes,
    ARRAY(SELECT unnest(versions) FROM expendable) AS trimmed,
    ARRAY(SELECT object_id FROM expendable WHERE unused) AS unused
  FROM (SELECT * FROM situation LIMIT 1) AS s
  WHERE NOT s.erased AND s.u_expires_at > $1::timestamptz AND s.u_part_sha256 IS NULL AND NOT s.u_side
    AND s.u_size_bytes = $5::bigint AND s.u_sha256 = $6::bytea
    AND s.u_base_version IS NOT DISTINCT FROM s.v_head_version AND s.deleted_at IS NULL
),
account AS (
  UPDATE savegame_accounts a SET
    changes = a.changes + 1, last_version = a.last_version + 1,
    stored_bytes = a.stored_bytes + plain.u_size_bytes - plain.freed_bytes,
    reserved_bytes = a.reserved_bytes - plain.u_size_bytes
  FROM plain WHERE a.user_id = $2::uuid AND a.changes = plain.changes
  RETURNING a.user_id, a.last_version
),
new AS (
  SELECT
    account.user_id, account.last_version AS version, u_size_bytes AS size_bytes, u_upload_id AS object_id,
    u_sha256 AS sha256, NULL::bytea AS part_sha256, game_id, slot, u_device_id AS device_id,
    u_base_version AS base_version, false AS side, NULL::timestamptz AS kept_until, u_label AS label,
    u_client_saved_at AS client_saved_at, true AS moves_slot, 'library.savegame.synchronized' AS event_type,
    jsonb_build_object(
      'user_id', account.user_id, 'game_id', game_id, 'slot', slot, 'device_id', u_device_id, 'change', 'uploaded',
      'version', account.last_version, 'size_bytes', u_size_bytes) AS event_data,
    trimmed, unused, $7::text AS traceparent
  FROM plain, account
),
${WRITES_OF_NEW}
SELECT situation.*, (SELECT version FROM new) AS became FROM situation`,
};
