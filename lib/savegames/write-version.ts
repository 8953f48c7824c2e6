import { laneSql } from '../events/lane.ts';
import type { NewEvent } from '../events/emit.ts';
import type { SavesContext } from './account.ts';
import type { Expendable, Situation, Upload } from './situation.ts';
import type { Run, Statement } from './under-account.ts';
import { DAY_MS } from '../playtime/days.ts';
import type { VersionRow } from './shown.ts';

/**
 * An upload becomes a version. One row when it was written; none when the account changed since it was read, or the
 * user was erased: everything follows from the account's row.
 *
 * It ends as `lib/events/emit.ts` ends transactions: the event is numbered while the revision is held.
 */
const WRITE_VERSION: Statement = {
  name: 'save-write-version',
  text: `
WITH account AS (
  UPDATE savegame_accounts a SET
    changes = a.changes + 1, last_version = $3::bigint, stored_bytes = a.stored_bytes + $4::bigint,
    reserved_bytes = a.reserved_bytes - $5::bigint
  WHERE a.user_id = $1::uuid AND a.changes = $2::bigint
    AND NOT EXISTS (SELECT FROM erasures e WHERE e.user_digest = sha256(uuid_send($1::uuid)))
  RETURNING a.user_id
),
confirmed AS (
  DELETE FROM savegame_uploads u USING account WHERE u.user_id = account.user_id AND u.upload_id = $6::uuid
),
object AS (
  INSERT INTO savegame_objects (user_id, object_id, size_bytes, sha256, part_sha256, created_at)
  SELECT user_id, $6::uuid, $5::bigint, $7::bytea, $8::bytea, $9::timestamptz FROM account
),
version AS (
  INSERT INTO savegame_versions (
    user_id, game_id, slot, version, object_id, device_id, base_version, origin, side, kept_until, label,
    client_saved_at, created_at
  )
  SELECT
    user_id, $10::uuid, $11::text, $3::bigint, $6::uuid, $12::uuid, $13::bigint, 'upload', $14::boolean,
    $15::timestamptz, $16::text, $17::timestamptz, $9::timestamptz
  FROM account
),
folded AS (
  UPDATE savegame_versions v SET settled_as = 'folded', settled_at = $9::timestamptz
  FROM account
  WHERE v.user_id = account.user_id AND v.game_id = $10::uuid AND v.slot = $11::text AND v.version = $18::bigint
),
revived AS (
  UPDATE savegame_versions v SET kept_until = GREATEST(v.kept_until, $19::timestamptz)
  FROM account
  WHERE v.user_id = account.user_id AND v.game_id = $10::uuid AND v.slot = $11::text AND $19::timestamptz IS NOT NULL
),
trimmed AS (
  DELETE FROM savegame_versions v USING account
  WHERE v.user_id = account.user_id AND v.game_id = $10::uuid AND v.slot = $11::text
    AND v.version = ANY ($20::bigint[])
),
forgotten AS (
  DELETE FROM savegame_objects o USING account
  WHERE o.user_id = account.user_id AND o.object_id = ANY ($21::uuid[])
),
garbage AS (
  INSERT INTO savegame_garbage (object_id, every_version, due_at)
  SELECT object_id, false, $9::timestamptz FROM account, unnest($21::uuid[]) AS object_id
  ON CONFLICT (object_id) DO NOTHING
),
slot AS (
  INSERT INTO savegame_metadata (user_id, game_id, slot, head_version, deleted_at, updated_at)
  SELECT
    user_id, $10::uuid, $11::text, CASE WHEN NOT $14::boolean THEN $3::bigint END,
    CASE WHEN $14::boolean THEN $9::timestamptz END, $9::timestamptz
  FROM account WHERE $22::boolean
  ON CONFLICT (user_id, game_id, slot) DO UPDATE SET
    head_version = excluded.head_version, deleted_version = NULL, deleted_at = excluded.deleted_at,
    updated_at = excluded.updated_at
),
revision AS (
  INSERT INTO user_revisions AS r (user_id) SELECT user_id FROM account
  ON CONFLICT (user_id) DO UPDATE SET revision = r.revision + 1
  RETURNING r.user_id
)
INSERT INTO outbox_events (lane, user_id, event_type, occurred_at, data)
SELECT ${laneSql('user_id')}, user_id, $23::text, $9::timestamptz, $24::jsonb FROM revision
RETURNING event_number`,
};

/**
 * Makes the upload the head, or a side version, with all that follows: quota, what the slot is at, older side versions
 * of the device, retention, the event. Returns null when the situation is not what it was.
 */
export async function writeVersion(
  run: Run,
  context: SavesContext,
  situation: Situation & { readonly upload: Upload },
  side: boolean,
): Promise<VersionRow | null> {
  const { userId, now, rules } = context;
  const { upload, head, ownSide, slot } = situation;
  const row = versionOf(context, situation, side);
  const trimmed = situation.expendable.filter(({ version }) => !side || version !== head?.version);
  const unused = usedUp(trimmed);
  const deletedAt = slot?.deletedAt ?? null;
  const revivedUntil =
    side || deletedAt === null ? null : new Date(deletedAt.getTime() + rules.deletedRetentionDays * DAY_MS);
  const event = eventOf(userId, row);
  const freedBytes = unused.reduce((sum, { countedBytes }) => sum + countedBytes, 0);
  const rows = await run.query(WRITE_VERSION, [
    ...[userId, situation.changes, row.version, upload.size_bytes - freedBytes, upload.size_bytes],
    ...[upload.upload_id, upload.sha256, upload.part_sha256, new Date(now), upload.game_id, upload.slot],
    ...[upload.device_id, upload.base_version, side, row.kept_until, upload.label, upload.client_saved_at],
    side ? (ownSide?.version ?? null) : null,
    revivedUntil,
    trimmed.map(({ version }) => version),
    unused.map(({ objectId }) => objectId),
    !side || slot === null,
    ...[event.type, JSON.stringify(event.data)],
  ]);
  return rows.length > 0 ? row : null;
}

function versionOf(
  { now, rules }: SavesContext,
  { upload, head, lastVersion }: Situation & { readonly upload: Upload },
  side: boolean,
): VersionRow {
  const version = lastVersion + 1;
  return {
    game_id: upload.game_id,
    slot: upload.slot,
    version,
    object_id: upload.upload_id,
    device_id: upload.device_id,
    base_version: upload.base_version,
    origin: 'upload',
    source_version: null,
    side,
    settled_as: null,
    settled_at: null,
    kept_until: side ? new Date(now + rules.sideRetentionDays * DAY_MS) : null,
    pinned: false,
    label: upload.label,
    client_saved_at: upload.client_saved_at,
    created_at: new Date(now),
    size_bytes: upload.size_bytes,
    sha256: upload.sha256,
    part_sha256: upload.part_sha256,
    missing_since: null,
    head_version: side ? (head?.version ?? null) : version,
  };
}

/** Objects that no version refers to once these are gone. */
function usedUp(trimmed: readonly Expendable[]): readonly Expendable[] {
  const objects = Map.groupBy(trimmed, ({ objectId }) => objectId);
  return [...objects.values()].flatMap(([first, ...more]) =>
    first !== undefined && first.uses === 1 + more.length ? [first] : [],
  );
}

function eventOf(userId: string, row: VersionRow): NewEvent {
  const of = { user_id: userId, game_id: row.game_id, slot: row.slot, device_id: row.device_id };
  return row.side
    ? {
        type: 'library.savegame.conflict',
        data: { ...of, version: row.head_version, side_version: row.version },
      }
    : {
        type: 'library.savegame.synchronized',
        data: { ...of, change: 'uploaded', version: row.version, size_bytes: row.size_bytes },
      };
}
