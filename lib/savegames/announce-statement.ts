import { MAX_SLOTS } from '../contract/savegames.ts';
import { SITUATION_OF_SLOT } from './situation-statement.ts';
import type { Statement } from './under-account.ts';

/**
 * Reads the situation of a slot, and in the plain case announces the upload at once: a save that is to be the head,
 * whose base is the head, of other content, of a device that has announced nothing else for the slot, where there is
 * room for it, nothing having changed since this very statement began to read. Everything else is left to the rules,
 * which decide upon the same rows: then `announced` is false.
 */
export const ANNOUNCE: Statement = {
  name: 'save-announce',
  text: `
WITH situation AS MATERIALIZED (${SITUATION_OF_SLOT.text}),
account AS (
  UPDATE savegame_accounts a SET changes = a.changes + 1, reserved_bytes = a.reserved_bytes + $7::bigint
  FROM (SELECT * FROM situation LIMIT 1) AS s
  WHERE a.user_id = $2::uuid AND a.changes = s.changes
    AND NOT s.erased AND s.has_game AND s.sync_enabled IS NOT FALSE AND s.u_upload_id IS NULL
    AND NOT $11::boolean AND s.v_head_version IS NOT DISTINCT FROM $10::bigint
    AND NOT EXISTS (
      SELECT FROM situation h
      WHERE h.v_version = h.v_head_version AND h.v_size_bytes = $7::bigint AND h.v_sha256 = $8::bytea)
    AND (s.v_head_version IS NOT NULL OR s.other_slots < ${MAX_SLOTS})
    AND s.stored_bytes + s.reserved_bytes + $7::bigint <= $16::bigint
  RETURNING a.user_id
),
upload AS (
  INSERT INTO savegame_uploads (
    user_id, game_id, slot, device_id, upload_id, size_bytes, sha256, part_sha256, base_version, side, label,
    client_saved_at, created_at, expires_at
  )
  SELECT
    user_id, $3::uuid, $4::text, $5::uuid, $6::uuid, $7::bigint, $8::bytea, $9::bytea, $10::bigint, $11::boolean,
    $12::text, $13::timestamptz, $14::timestamptz, $15::timestamptz
  FROM account
)
SELECT situation.*, EXISTS (SELECT FROM account) AS announced FROM situation`,
};
