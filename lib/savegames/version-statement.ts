import { laneSql } from '../events/lane.ts';
import type { Statement } from './under-account.ts';

/** What a new version may take along. Its parameters follow those of every version, in this order. */
export interface Along {
  /** The side version of the device that this one folds: version. */
  readonly folds: boolean;
  /** The slot was deleted, and its versions are to be kept for a while: until when. */
  readonly revives: boolean;
  /** Versions that nothing keeps any more: their numbers, and the objects that only they referred to. */
  readonly trims: boolean;
}

/** How many parameters every version has: see `writeVersion`. */
const OF_EVERY_VERSION = 20;

const OF_THE_SLOT = 'v.user_id = account.user_id AND v.game_id = $10::uuid AND v.slot = $11::text';

const fold = (version: string): string => `,
folded AS (
  UPDATE savegame_versions v SET settled_as = 'folded', settled_at = $9::timestamptz
  FROM account WHERE ${OF_THE_SLOT} AND v.version = ${version}::bigint
)`;

const revive = (until: string): string => `,
revived AS (
  UPDATE savegame_versions v SET kept_until = GREATEST(v.kept_until, ${until}::timestamptz)
  FROM account WHERE ${OF_THE_SLOT}
)`;

const trim = (versions: string, objects: string): string => `,
trimmed AS (
  DELETE FROM savegame_versions v USING account WHERE ${OF_THE_SLOT} AND v.version = ANY (${versions}::bigint[])
),
forgotten AS (
  DELETE FROM savegame_objects o USING account
  WHERE o.user_id = account.user_id AND o.object_id = ANY (${objects}::uuid[])
),
garbage AS (
  INSERT INTO savegame_garbage (object_id, every_version, due_at)
  SELECT object_id, false, $9::timestamptz FROM account, unnest(${objects}::uuid[]) AS object_id
  ON CONFLICT (object_id) DO NOTHING
)`;

const statements = new Map<string, Statement>();

/**
 * An upload becomes a version. One row when it was written; none when the account changed since it was read, or the
 * user was erased: everything follows from the account's row. What is not needed is left out, for a plan has to be set
 * up at each use however little there is to do.
 *
 * It ends as `lib/events/emit.ts` ends transactions: the event is numbered while the revision is held.
 */
export function versionStatement({ folds, revives, trims }: Along): Statement {
  const name = `save-write-version${folds ? '-fold' : ''}${revives ? '-revive' : ''}${trims ? '-trim' : ''}`;
  const known = statements.get(name);
  if (known !== undefined) return known;
  let parameters = OF_EVERY_VERSION;
  const next = (): string => `$${(parameters += 1)}`;
  const along = (folds ? fold(next()) : '') + (revives ? revive(next()) : '') + (trims ? trim(next(), next()) : '');
  const statement = { name, text: textWith(along) };
  statements.set(name, statement);
  return statement;
}

const textWith = (along: string): string => `
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
slot AS (
  INSERT INTO savegame_metadata (user_id, game_id, slot, head_version, deleted_at, updated_at)
  SELECT
    user_id, $10::uuid, $11::text, CASE WHEN NOT $14::boolean THEN $3::bigint END,
    CASE WHEN $14::boolean THEN $9::timestamptz END, $9::timestamptz
  FROM account WHERE $18::boolean
  ON CONFLICT (user_id, game_id, slot) DO UPDATE SET
    head_version = excluded.head_version, deleted_version = NULL, deleted_at = excluded.deleted_at,
    updated_at = excluded.updated_at
)${along},
revision AS (
  INSERT INTO user_revisions AS r (user_id) SELECT user_id FROM account
  ON CONFLICT (user_id) DO UPDATE SET revision = r.revision + 1
  RETURNING r.user_id
)
INSERT INTO outbox_events (lane, user_id, event_type, occurred_at, data)
SELECT ${laneSql('user_id')}, user_id, $19::text, $9::timestamptz, $20::jsonb FROM revision
RETURNING event_number`;
