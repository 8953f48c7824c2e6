import { uploadUrlLifeMs } from './give-up-uploads.ts';
import type { SavesContext } from './account.ts';
import { plainTransfersIn } from './plain-transfers.ts';
import { slotSituationIn, type SlotSituation, type Upload } from './situation.ts';
import type { TransferContext } from './transfer-context.ts';
import type { Run, Statement } from './under-account.ts';

/**
 * Reads what an announcement meets, and in the plain case makes it: then `announced` says so, and nothing is left to be
 * decided.
 */
export async function announceIfPlain(
  run: Run,
  { plain, userId, now, rules }: Pick<TransferContext, 'plain' | 'userId' | 'now' | 'rules'>,
  upload: Upload,
): Promise<{ readonly situation: SlotSituation; readonly announced: boolean }> {
  const transfers = run.holding === null ? plain : plainTransfersIn(run);
  const rows = await transfers.announce({
    ...upload,
    at: new Date(now),
    user_id: userId,
    quota_bytes: rules.quotaBytes,
  });
  return { situation: slotSituationIn(rows), announced: rows[0]?.announced === true };
}

/**
 * One row when it was written; none when the account changed since it was read, or the user was erased. The account
 * comes first: everything else follows from its row.
 */
const WRITE_UPLOAD: Statement = {
  name: 'save-write-upload',
  text: `
WITH account AS (
  INSERT INTO savegame_accounts AS a (user_id, changes, reserved_bytes)
  SELECT $1::uuid, 1, GREATEST($3::bigint, 0)
  WHERE NOT EXISTS (SELECT FROM erasures e WHERE e.user_digest = sha256(uuid_send($1::uuid)))
    AND ($2::bigint = 0 OR EXISTS (SELECT FROM savegame_accounts k WHERE k.user_id = $1::uuid))
  ON CONFLICT (user_id) DO UPDATE SET changes = a.changes + 1, reserved_bytes = a.reserved_bytes + $3::bigint
    WHERE a.changes = $2::bigint
  RETURNING a.user_id
),
replaced AS (
  INSERT INTO savegame_garbage (object_id, parts_id, every_version, due_at)
  SELECT $4::uuid, $5::text, false, $6::timestamptz FROM account WHERE $4::uuid IS NOT NULL
  ON CONFLICT (object_id) DO NOTHING
)
INSERT INTO savegame_uploads AS u (
  user_id, game_id, slot, device_id, upload_id, size_bytes, sha256, part_sha256, base_version, side, label,
  client_saved_at, parts_id, created_at, expires_at
)
SELECT
  user_id, $7::uuid, $8::text, $9::uuid, $10::uuid, $11::bigint, $12::bytea, $13::bytea, $14::bigint, $15::boolean,
  $16::text, $17::timestamptz, $18::text, $19::timestamptz, $20::timestamptz
FROM account
ON CONFLICT (user_id, game_id, slot, device_id) DO UPDATE SET
  upload_id = excluded.upload_id, size_bytes = excluded.size_bytes, sha256 = excluded.sha256,
  part_sha256 = excluded.part_sha256, base_version = excluded.base_version, side = excluded.side,
  label = excluded.label, client_saved_at = excluded.client_saved_at, parts_id = excluded.parts_id,
  created_at = excluded.created_at, expires_at = excluded.expires_at
RETURNING u.upload_id`,
};

/**
 * Announces an upload, or renews it, or puts it in the place of the device's other one for the slot, whose bytes become
 * garbage once no URL can bring them any more. Returns false when the situation is not what it was.
 */
export async function writeUpload(
  run: Run,
  { userId, now, rules }: SavesContext,
  { changes, upload: previous }: Pick<SlotSituation, 'changes' | 'upload'>,
  upload: Upload,
): Promise<boolean> {
  const replaced = previous !== null && previous.upload_id !== upload.upload_id ? previous : null;
  const rows = await run.query(WRITE_UPLOAD, [
    ...[userId, changes, upload.size_bytes - (previous?.size_bytes ?? 0)],
    ...[replaced?.upload_id ?? null, replaced?.parts_id ?? null, new Date(now + uploadUrlLifeMs(rules))],
    ...[upload.game_id, upload.slot, upload.device_id, upload.upload_id, upload.size_bytes, upload.sha256],
    ...[upload.part_sha256, upload.base_version, upload.side, upload.label, upload.client_saved_at],
    ...[upload.parts_id, upload.created_at, upload.expires_at],
  ]);
  return rows.length > 0;
}

const SET_PARTS: Statement = {
  name: 'save-set-parts',
  text: `
WITH account AS (
  UPDATE savegame_accounts SET changes = changes + 1 WHERE user_id = $1::uuid RETURNING user_id
)
UPDATE savegame_uploads u SET parts_id = $4::text
FROM account
WHERE u.user_id = account.user_id AND u.upload_id = $2::uuid AND u.parts_id IS NOT DISTINCT FROM $3::text
RETURNING u.upload_id`,
};

/** Remembers what the store calls the parts under way. Returns false when they are not `previous` (any more). */
export async function setParts(
  run: Run,
  userId: string,
  { upload_id, parts_id: previous }: Pick<Upload, 'upload_id' | 'parts_id'>,
  partsId: string | null,
): Promise<boolean> {
  return (await run.query(SET_PARTS, [userId, upload_id, previous, partsId])).length > 0;
}
