import type { NewEvent } from '../events/emit.ts';
import type { SavesContext } from './account.ts';
import type { StoredObject } from '../ports/save-store.ts';
import { uploadSituationIn, type Expendable, type UploadSituation } from './situation.ts';
import type { TransferContext } from './transfer-context.ts';
import type { Run } from './under-account.ts';
import { WRITE_VERSION } from './version-statement.ts';
import { DAY_MS } from '../playtime/days.ts';
import type { VersionRow } from './shown.ts';
import { currentSpan } from '../telemetry/tracing/current.ts';

/**
 * Reads what a confirmation meets, and in the plain case makes it: then `became` is the new head, and nothing is left to
 * be decided. Null: the user has no such upload.
 *
 * @param stored what the store holds of it
 */
export async function confirmIfPlain(
  context: TransferContext,
  uploadId: string,
  stored: StoredObject | null,
): Promise<{ readonly situation: UploadSituation; readonly became: VersionRow | null } | null> {
  const hash = stored?.parts === null ? stored.sha256 : null;
  const rows = await context.plain.confirm({
    at: new Date(context.now),
    user_id: context.userId,
    upload_id: uploadId,
    keep_versions: context.rules.keepVersions,
    stored_bytes: stored?.sizeBytes ?? null,
    stored_sha256: hash === null ? null : Buffer.from(hash, 'hex'),
    traceparent: currentSpan()?.traceparent ?? null,
  });
  const situation = uploadSituationIn(rows);
  if (situation === null) return null;
  const number = rows[0]?.became ?? null;
  return { situation, became: number === null ? null : versionOf(context, situation, false) };
}

/**
 * Makes the upload the head, or a side version, with all that follows: quota, what the slot is at, older side versions
 * of the device, retention, the event. Returns null when the situation is not what it was.
 */
export async function writeVersion(
  run: Run,
  context: SavesContext,
  situation: UploadSituation,
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
    ...[new Date(now), userId, situation.changes, row.version, upload.size_bytes - freedBytes, upload.size_bytes],
    ...[upload.upload_id, upload.sha256, upload.part_sha256, upload.game_id, upload.slot, upload.device_id],
    ...[upload.base_version, side, row.kept_until, upload.label, upload.client_saved_at, !side || slot === null],
    ...[event.type, JSON.stringify(event.data)],
    trimmed.map(({ version }) => version),
    unused.map(({ objectId }) => objectId),
    ...[side ? (ownSide?.version ?? null) : null, revivedUntil, currentSpan()?.traceparent ?? null],
  ]);
  return rows.length > 0 ? row : null;
}

/** What the upload becomes if it is confirmed in this situation. */
export function versionOf(
  { now, rules }: SavesContext,
  { upload, head, lastVersion }: UploadSituation,
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
