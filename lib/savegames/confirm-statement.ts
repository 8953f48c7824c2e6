import { parameterTable } from '../db/parameter-table.ts';
import { ASKED_OF_UPLOAD, situationsOfUploads } from './situation-statement.ts';
import type { Statement } from './under-account.ts';
import { WRITES_OF_NEW } from './version-statement.ts';

/** What a confirmation is asked with: what the store holds of the upload, and the trace that the event goes back to. */
export const ASKED_TO_CONFIRM = {
  ...ASKED_OF_UPLOAD,
  stored_bytes: 'bigint',
  stored_sha256: 'bytea',
  traceparent: 'text',
} as const;

/**
 * Reads the situations of uploads, one a row of its parameters, and in the plain case confirms it at once: a save of one
 * piece that is in the store as it was announced, wants to be the head, and whose base is the head of a slot that is not
 * deleted, nothing having changed since this very statement began to read. Everything else is left to the rules, which
 * decide upon the same rows: then `became` is null.
 *
 * It waits for nobody: a user whose account or revision somebody holds, or who has none yet, is not plain, nor is the
 * second confirmation of a user.
 */
export const CONFIRM: Statement = {
  name: 'save-confirm',
  text: `
WITH asked AS MATERIALIZED (SELECT * FROM ${parameterTable(ASKED_TO_CONFIRM, 'q')}),
situation AS MATERIALIZED (${situationsOfUploads('asked')}),
expendable AS MATERIALIZED (
  SELECT n, v_object_id AS object_id, array_agg(v_version) AS versions, count(*) = max(uses) AS unused,
    max(CASE WHEN v_missing_since IS NULL THEN v_size_bytes ELSE 0 END) AS counted_bytes
  FROM situation WHERE expendable GROUP BY n, v_object_id
),
plain AS MATERIALIZED (
  SELECT DISTINCT ON (q.user_id)
    q.user_id, q.at, q.traceparent, s.*,
    (SELECT coalesce(sum(counted_bytes), 0)::bigint FROM expendable e WHERE e.n = q.n AND unused) AS freed_bytes,
    ARRAY(SELECT unnest(versions) FROM expendable e WHERE e.n = q.n) AS trimmed,
    ARRAY(SELECT object_id FROM expendable e WHERE e.n = q.n AND unused) AS unused
  FROM asked q JOIN situation s USING (n)
  WHERE NOT s.erased AND s.u_expires_at > q.at AND s.u_part_sha256 IS NULL AND NOT s.u_side
    AND s.u_size_bytes = q.stored_bytes AND s.u_sha256 = q.stored_sha256
    AND s.u_base_version IS NOT DISTINCT FROM s.v_head_version AND s.deleted_at IS NULL
  ORDER BY q.user_id, q.n
),
free AS MATERIALIZED (
  SELECT plain.n, plain.user_id, plain.u_size_bytes, plain.freed_bytes
  FROM plain
  JOIN savegame_accounts a ON a.user_id = plain.user_id AND a.changes = plain.changes
  JOIN user_revisions r ON r.user_id = plain.user_id
  FOR NO KEY UPDATE OF a, r SKIP LOCKED
),
account AS (
  UPDATE savegame_accounts a SET
    changes = a.changes + 1, last_version = a.last_version + 1,
    stored_bytes = a.stored_bytes + free.u_size_bytes - free.freed_bytes,
    reserved_bytes = a.reserved_bytes - free.u_size_bytes
  FROM free WHERE a.user_id = free.user_id
  RETURNING free.n, a.last_version AS version
),
new AS MATERIALIZED (
  SELECT
    n, user_id, at, version, u_size_bytes AS size_bytes, u_upload_id AS object_id, u_sha256 AS sha256,
    NULL::bytea AS part_sha256, game_id, slot, u_device_id AS device_id, u_base_version AS base_version,
    false AS side, NULL::timestamptz AS kept_until, u_label AS label, u_client_saved_at AS client_saved_at,
    true AS moves_slot, 'library.savegame.synchronized' AS event_type,
    jsonb_build_object(
      'user_id', user_id, 'game_id', game_id, 'slot', slot, 'device_id', u_device_id, 'change', 'uploaded',
      'version', version, 'size_bytes', u_size_bytes) AS event_data,
    trimmed, unused, traceparent
  FROM account JOIN plain USING (n)
),
${WRITES_OF_NEW}
SELECT situation.*, new.version AS became FROM situation LEFT JOIN new USING (n)`,
};
