import { randomUUID } from 'node:crypto';
import type { UploadUrlBody, UploadUrlReply } from '../contract/savegame-transfers.ts';
import { MAX_OPEN_CONFLICTS, MAX_SLOTS, type OtherDevices } from '../contract/savegames.ts';
import { LibraryError } from '../errors.ts';
import { outOfRoom, type SavesContext } from './account.ts';
import { announcementIn, isContentOf, isSameAs, type Announcement } from './announcement.ts';
import { conflictOf, savegameConflict } from './conflict.ts';
import { giveUpUploads } from './give-up-uploads.ts';
import { liveSessions } from './other-devices.ts';
import { shownVersion, type VersionRow } from './shown.ts';
import { signedUpload } from './signed-upload.ts';
import { situationOfSlot, type SlotSituation, type Upload } from './situation.ts';
import type { TransferContext } from './transfer-context.ts';
import { MOVED, underAccount, type Run, type Statement } from './under-account.ts';
import { announceIfPlain, writeUpload } from './write-upload.ts';

interface Announced {
  readonly head: VersionRow | null;
  readonly uploads: OtherDevices['uploads'];
  /** Null: the cloud has the save already. */
  readonly upload: { readonly row: Upload; readonly resumed: boolean } | null;
}

/**
 * Announces a save: reserves room for it and signs the requests that upload it. A save that the cloud has already, as
 * the head or as the open side version that it would replace, needs none. The same announcement again goes on with the
 * same upload; another one of the same device and slot takes its place.
 *
 * A refusal changes nothing.
 *
 * @throws LibraryError VALIDATION_ERROR, USER_ERASED, GAME_NOT_IN_LIBRARY, SAVEGAME_SYNC_OFF, SAVEGAME_CONFLICT,
 *   QUOTA_EXCEEDED (`limit`: bytes, slots, or open conflicts), UNAVAILABLE
 */
export async function announceUpload(context: TransferContext, body: UploadUrlBody): Promise<UploadUrlReply> {
  const wanted = announcementIn(body, context.rules);
  const [{ head, upload, uploads }, live_sessions] = await Promise.all([
    underAccount(context, (run) => attempt(run, context, wanted)),
    liveSessions(context.actor, wanted.gameId, wanted.deviceId),
  ]);
  return {
    unchanged: upload === null,
    head: head === null ? null : shownVersion(head),
    upload: upload === null ? null : await signedUpload(context, upload.row, upload.resumed),
    other_devices: { uploads, live_sessions },
  };
}

async function attempt(run: Run, context: TransferContext, wanted: Announcement): Promise<Announced | typeof MOVED> {
  const fresh = uploadRow(context, wanted, null);
  const { situation, announced } = await announceIfPlain(run, context, fresh);
  const { head, ownSide, upload: earlier, otherUploads: uploads } = situation;
  if (announced) return { head, uploads, upload: { row: fresh, resumed: false } };
  mustBeAllowed(situation, wanted);
  if (isContentOf(wanted, head) || (wanted.side && isContentOf(wanted, ownSide))) {
    if (earlier === null) return { head, uploads, upload: null };
    // Whatever the device was about to upload, it is at this save now.
    if (run.holding === null) return MOVED;
    await giveUpUploads(run.holding, context, { uploadId: earlier.upload_id });
    return { head, uploads, upload: null };
  }
  mustFit(situation, wanted);
  if (wanted.side && ownSide === null) await mustBeFewConflicts(run, context, wanted);
  const roomy = await withRoom(run, context, situation, wanted);
  if (roomy === MOVED) return MOVED;
  const resumed = roomy.upload !== null && isSameAs(wanted, roomy.upload);
  const row = resumed ? uploadRow(context, wanted, roomy.upload) : fresh;
  return (await writeUpload(run, context, roomy, row)) ? { head, uploads, upload: { row, resumed } } : MOVED;
}

function mustBeAllowed(
  { erased, hasGame, syncEnabled, head, otherSlots }: SlotSituation,
  { gameId }: Announcement,
): void {
  if (erased) throw new LibraryError('USER_ERASED', 'The account was deleted');
  if (!hasGame) {
    throw new LibraryError('GAME_NOT_IN_LIBRARY', 'The user has no access to this game', { game_id: gameId });
  }
  if (!syncEnabled) throw new LibraryError('SAVEGAME_SYNC_OFF', 'Cloud saves are off', { game_id: gameId });
  if (head === null && otherSlots >= MAX_SLOTS) {
    throw new LibraryError('QUOTA_EXCEEDED', `The game has ${MAX_SLOTS} slots already`, { limit: MAX_SLOTS });
  }
}

function mustFit({ head, ownSide }: SlotSituation, wanted: Announcement): void {
  const { gameId, slot, baseVersion } = wanted;
  if (wanted.side || conflictOf(baseVersion, head?.version ?? null) === null) return;
  const local = {
    version: ownSide !== null && isContentOf(wanted, ownSide) ? ownSide.version : null,
    size_bytes: wanted.sizeBytes,
    sha256: wanted.sha256.toString('hex'),
    device_id: wanted.deviceId,
    base_version: baseVersion,
    label: wanted.label,
    client_saved_at: wanted.clientSavedAt?.toISOString() ?? null,
  };
  throw savegameConflict({ gameId, slot, cloud: head === null ? null : shownVersion(head), local, baseVersion });
}

const OPEN_CONFLICTS: Statement = {
  name: 'save-open-conflicts',
  text: `
    SELECT count(*) AS open FROM savegame_versions
    WHERE user_id = $1 AND game_id = $2 AND slot = $3 AND side AND settled_at IS NULL`,
};

/** One divergence cannot fill the account by devices that somebody makes up, either. */
async function mustBeFewConflicts(run: Run, { userId }: SavesContext, { gameId, slot }: Announcement): Promise<void> {
  const [row] = await run.query<{ open: number }>(OPEN_CONFLICTS, [userId, gameId, slot]);
  if (row === undefined || row.open < MAX_OPEN_CONFLICTS) return;
  throw new LibraryError('QUOTA_EXCEEDED', `${MAX_OPEN_CONFLICTS} conflicts of this slot wait for a decision already`, {
    limit: MAX_OPEN_CONFLICTS,
  });
}

/**
 * The situation in which there is room (S6): when there is none, what expired uploads hold is freed first.
 *
 * @throws LibraryError QUOTA_EXCEEDED
 */
async function withRoom(
  run: Run,
  context: SavesContext,
  situation: SlotSituation,
  wanted: Announcement,
): Promise<SlotSituation | typeof MOVED> {
  const { rules } = context;
  if (hasRoom(situation, wanted, rules.quotaBytes)) return situation;
  if (run.holding === null) return MOVED;
  await giveUpUploads(run.holding, context, 'expired');
  const freed = await situationOfSlot(run, context, wanted);
  if (hasRoom(freed, wanted, rules.quotaBytes)) return freed;
  throw outOfRoom(rules, freed);
}

/** What takes the place of as much or more needs none; else a quota that was lowered would stop what is under way. */
function hasRoom(
  { storedBytes, reservedBytes, upload }: SlotSituation,
  { sizeBytes }: Announcement,
  quota: number,
): boolean {
  const more = sizeBytes - (upload?.size_bytes ?? 0);
  return more <= 0 || storedBytes + reservedBytes + more <= quota;
}

function uploadRow({ now, rules }: SavesContext, wanted: Announcement, earlier: Upload | null): Upload {
  return {
    game_id: wanted.gameId,
    slot: wanted.slot,
    device_id: wanted.deviceId,
    upload_id: earlier?.upload_id ?? randomUUID(),
    size_bytes: wanted.sizeBytes,
    sha256: wanted.sha256,
    part_sha256: wanted.partSha256,
    base_version: wanted.baseVersion,
    side: wanted.side,
    label: wanted.label,
    client_saved_at: wanted.clientSavedAt,
    parts_id: earlier?.parts_id ?? null,
    created_at: earlier?.created_at ?? new Date(now),
    expires_at: new Date(now + rules.uploadTtlSeconds * 1000),
  };
}
