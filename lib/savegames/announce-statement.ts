import { MAX_SLOTS } from '../contract/savegames.ts';
import { parameterTable } from '../db/parameter-table.ts';
import { ASKED_OF_SLOT, situationsOfSlots } from './situation-statement.ts';
import type { Statement } from './under-account.ts';

/** What an announcement is asked with: the upload as it would be, and the user's quota. */
export const ASKED_TO_ANNOUNCE = {
  ...ASKED_OF_SLOT,
  upload_id: 'uuid',
  size_bytes: 'bigint',
  sha256: 'bytea',
  part_sha256: 'bytea',
  base_version: 'bigint',
  side: 'boolean',
  label: 'text',
  client_saved_at: 'timestamptz',
  created_at: 'timestamptz',
  expires_at: 'timestamptz',
  quota_bytes: 'bigint',
} as const;

/**
 * Reads the situations of slots, one a row of its parameters, and in the plain case announces the upload at once: a save
 * that is to be the head, whose base is the head, of other content, of a device that has announced nothing else for the
 * slot, where there is room for it, nothing having changed since this very statement began to read. Everything else is
 * left to the rules, which decide upon the same rows: then `announced` is false.
 *
 * It waits for nobody: a user whose account somebody holds, or who has none yet, is not plain, nor is the second
 * announcement of a user.
 */
export const ANNOUNCE: Statement = {
  name: 'save-announce',
  text: `
WITH asked AS MATERIALIZED (SELECT * FROM ${parameterTable(ASKED_TO_ANNOUNCE, 'q')}),
situation AS MATERIALIZED (${situationsOfSlots('asked')}),
plain AS MATERIALIZED (
  SELECT DISTINCT ON (q.user_id) q.*, s.changes
  FROM asked q JOIN situation s USING (n)
  WHERE NOT s.erased AND s.has_game AND s.sync_enabled IS NOT FALSE AND s.u_upload_id IS NULL
    AND NOT q.side AND s.v_head_version IS NOT DISTINCT FROM q.base_version
    AND NOT EXISTS (
      SELECT FROM situation h
      WHERE h.n = q.n AND h.v_version = h.v_head_version AND h.v_size_bytes = q.size_bytes AND h.v_sha256 = q.sha256)
    AND (s.v_head_version IS NOT NULL OR s.other_slots < ${MAX_SLOTS})
    AND s.stored_bytes + s.reserved_bytes + q.size_bytes <= q.quota_bytes
  ORDER BY q.user_id, q.n
),
free AS MATERIALIZED (
  SELECT plain.* FROM plain JOIN savegame_accounts a ON a.user_id = plain.user_id AND a.changes = plain.changes
  FOR NO KEY UPDATE OF a SKIP LOCKED
),
account AS (
  UPDATE savegame_accounts a SET changes = a.changes + 1, reserved_bytes = a.reserved_bytes + free.size_bytes
  FROM free WHERE a.user_id = free.user_id
  RETURNING free.*
),
upload AS (
  INSERT INTO savegame_uploads (
    user_id, game_id, slot, device_id, upload_id, size_bytes, sha256, part_sha256, base_version, side, label,
    client_saved_at, created_at, expires_at
  )
  SELECT
    user_id, game_id, slot, device_id, upload_id, size_bytes, sha256, part_sha256, base_version, side, label,
    client_saved_at, created_at, expires_at
  FROM account
)
SELECT situation.*, EXISTS (SELECT FROM account WHERE account.n = situation.n) AS announced FROM situation`,
};
