import { laneSql } from '../events/lane.ts';
import type { Statement } from './under-account.ts';

/**
 * Writes new versions, with all that follows from them. Expects in front of it a table `new`, of at most one row a user
 * whose account is held: user_id, the moment `at`, the new version's own columns, size_bytes, sha256 and part_sha256 of
 * its object; `moves_slot`, whether the slot comes to be at it, or comes to be; `trimmed` and `unused`, numbers of
 * versions that nothing keeps any more and objects that only these referred to; event_type, event_data and traceparent.
 *
 * It ends as `lib/events/emit.ts` ends transactions: events are numbered while the revisions are held.
 */
export const WRITES_OF_NEW = `
confirmed AS (
  DELETE FROM savegame_uploads u USING new WHERE u.user_id = new.user_id AND u.upload_id = new.object_id
),
object AS (
  INSERT INTO savegame_objects (user_id, object_id, size_bytes, sha256, part_sha256, created_at)
  SELECT user_id, object_id, size_bytes, sha256, part_sha256, at FROM new
),
version AS (
  INSERT INTO savegame_versions (
    user_id, game_id, slot, version, object_id, device_id, base_version, origin, side, kept_until, label,
    client_saved_at, created_at
  )
  SELECT
    user_id, game_id, slot, version, object_id, device_id, base_version, 'upload', side, kept_until, label,
    client_saved_at, at
  FROM new
),
slot AS (
  INSERT INTO savegame_metadata (user_id, game_id, slot, head_version, deleted_at, updated_at)
  SELECT
    user_id, game_id, slot, CASE WHEN NOT side THEN version END, CASE WHEN side THEN at END, at
  FROM new WHERE moves_slot
  ON CONFLICT (user_id, game_id, slot) DO UPDATE SET
    head_version = excluded.head_version, deleted_version = NULL, deleted_at = excluded.deleted_at,
    updated_at = excluded.updated_at
),
trimmed AS (
  DELETE FROM savegame_versions v USING new
  WHERE v.user_id = new.user_id AND v.game_id = new.game_id AND v.slot = new.slot AND v.version = ANY (new.trimmed)
),
forgotten AS (
  DELETE FROM savegame_objects o USING new WHERE o.user_id = new.user_id AND o.object_id = ANY (new.unused)
),
garbage AS (
  INSERT INTO savegame_garbage (object_id, every_version, due_at)
  SELECT unnest(new.unused), false, at FROM new
  ON CONFLICT (object_id) DO NOTHING
),
revision AS (
  INSERT INTO user_revisions AS r (user_id) SELECT user_id FROM new
  ON CONFLICT (user_id) DO UPDATE SET revision = r.revision + 1
  RETURNING r.user_id
),
told AS (
  INSERT INTO outbox_events (lane, user_id, event_type, occurred_at, data, traceparent)
  SELECT
    ${laneSql('new.user_id')}, new.user_id, new.event_type, new.at, new.event_data, new.traceparent
  FROM new JOIN revision USING (user_id)
  RETURNING event_number
)`;

/**
 * Writes a version as it was decided upon. One row when it was written; none when the account changed since it was
 * read, or the user was erased: everything follows from the account's row.
 *
 * Beside the new version, the side version that it folds, and, of a slot that was deleted and is back, until when its
 * other versions are kept.
 */
export const WRITE_VERSION: Statement = {
  name: 'save-write-version',
  text: `
WITH account AS (
  UPDATE savegame_accounts a SET
    changes = a.changes + 1, last_version = $4::bigint, stored_bytes = a.stored_bytes + $5::bigint,
    reserved_bytes = a.reserved_bytes - $6::bigint
  WHERE a.user_id = $2::uuid AND a.changes = $3::bigint
    AND NOT EXISTS (SELECT FROM erasures e WHERE e.user_digest = sha256(uuid_send($2::uuid)))
  RETURNING a.user_id
),
new AS (
  SELECT
    user_id, $1::timestamptz AS at, $4::bigint AS version, $6::bigint AS size_bytes, $7::uuid AS object_id, $8::bytea AS sha256,
    $9::bytea AS part_sha256, $10::uuid AS game_id, $11::text AS slot, $12::uuid AS device_id,
    $13::bigint AS base_version, $14::boolean AS side, $15::timestamptz AS kept_until, $16::text AS label,
    $17::timestamptz AS client_saved_at, $18::boolean AS moves_slot, $19::text AS event_type,
    $20::jsonb AS event_data, $21::bigint[] AS trimmed, $22::uuid[] AS unused,
    $25::text AS traceparent
  FROM account
),
folded AS (
  UPDATE savegame_versions v SET settled_as = 'folded', settled_at = $1::timestamptz
  FROM new
  WHERE v.user_id = new.user_id AND v.game_id = new.game_id AND v.slot = new.slot AND v.version = $23::bigint
),
revived AS (
  UPDATE savegame_versions v SET kept_until = GREATEST(v.kept_until, $24::timestamptz)
  FROM new
  WHERE v.user_id = new.user_id AND v.game_id = new.game_id AND v.slot = new.slot AND $24::timestamptz IS NOT NULL
),
${WRITES_OF_NEW}
SELECT event_number FROM told`,
};
