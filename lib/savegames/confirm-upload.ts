import type { Kysely } from 'kysely';
import type { ConfirmUploadReply } from '../contract/savegame-transfers.ts';
import type { Schema } from '../db/schema.ts';
import { LibraryError } from '../errors.ts';
import type { SavesContext } from './account.ts';
import { isContentOf } from './announcement.ts';
import { conflictOf, savegameConflict } from './conflict.ts';
import { giveUpUploads } from './give-up-uploads.ts';
import { selectVersions, shownVersion, type VersionRow } from './shown.ts';
import { situationOfUpload, type Upload, type UploadSituation } from './situation.ts';
import type { StoredObject } from '../ports/save-store.ts';
import { storeAnswer } from './store-answer.ts';
import { mustBeStored } from './stored-content.ts';
import type { TransferContext } from './transfer-context.ts';
import { MOVED, underAccount, type Run } from './under-account.ts';
import { confirmIfPlain, writeVersion } from './write-version.ts';

interface Confirmed {
  /** What the save became, or the version that has its content already. */
  readonly version: VersionRow;
  readonly head: VersionRow | null;
  readonly lost: boolean;
  readonly upload: Upload;
}

/**
 * Makes an upload a version: the head, if its base (still) is; else, and when it was announced so, a side version. A
 * save whose content is the head meanwhile, or that of the side version it would fold, is that version: it is not kept
 * twice, and its upload is given up.
 *
 * @throws LibraryError NOT_FOUND when the user has no such upload (cancelled, replaced, swept, another user's, never
 *   there), SAVEGAME_ALREADY_CONFIRMED with what it became, SAVEGAME_UPLOAD_EXPIRED, SAVEGAME_NOT_UPLOADED,
 *   SAVEGAME_CONTENT_MISMATCH, SAVEGAME_CONFLICT when it lost: it is kept then, USER_ERASED, UNAVAILABLE
 */
export async function confirmUpload(context: TransferContext, uploadId: string): Promise<ConfirmUploadReply> {
  const id = uploadId.toLowerCase();
  // Asked before anybody knows whose it is: what it holds is told to nobody but its owner.
  const stored = await storeAnswer(context.store.describe(id));
  const found = await confirmIfPlain(context, id, stored);
  if (found === null) throw await notUnderWay(context.db, context.userId, id);
  const { situation: seen, became } = found;
  const { version, head, lost, upload } =
    became === null
      ? await confirmByRules(context, seen, stored)
      : { version: became, head: became, lost: false, upload: seen.upload };
  const reply = {
    game_id: upload.game_id,
    slot: upload.slot,
    version: shownVersion(version),
    head: head === null ? null : shownVersion(head),
  };
  if (!lost) return reply;
  throw savegameConflict({
    gameId: upload.game_id,
    slot: upload.slot,
    cloud: reply.head,
    local: reply.version,
    baseVersion: upload.base_version,
  });
}

async function confirmByRules(
  context: TransferContext,
  seen: UploadSituation,
  stored: StoredObject | null,
): Promise<Confirmed> {
  const { upload } = seen;
  if (seen.erased) throw new LibraryError('USER_ERASED', 'The account was deleted');
  if (upload.expires_at.getTime() <= context.now) throw expired(upload);
  await mustBeStored(context, upload, stored);
  return underAccount(context, async (run) =>
    attempt(run, context, run.holding === null ? seen : await seenAgain(run.holding, run, context, upload.upload_id)),
  );
}

/** The upload may have been confirmed, or given up, since it was found. Its content is as it was: ids never come twice. */
async function seenAgain(
  db: Kysely<Schema>,
  run: Run,
  context: SavesContext,
  uploadId: string,
): Promise<UploadSituation> {
  const seen = await situationOfUpload(run, context, uploadId);
  if (seen === null) throw await notUnderWay(db, context.userId, uploadId);
  return seen;
}

async function attempt(run: Run, context: SavesContext, situation: UploadSituation): Promise<Confirmed | typeof MOVED> {
  const { upload, head, ownSide } = situation;
  const lost = !upload.side && conflictOf(upload.base_version, head?.version ?? null) !== null;
  const content = { sizeBytes: upload.size_bytes, sha256: upload.sha256 };
  const side = upload.side || lost;
  const same = side ? [head, ownSide].find((version) => isContentOf(content, version)) : undefined;
  if (same) {
    if (run.holding === null) return MOVED;
    await giveUpUploads(run.holding, context, { uploadId: upload.upload_id });
    return { version: same, head, lost: lost && same !== head, upload };
  }
  const version = await writeVersion(run, context, situation, side);
  if (version === null) return MOVED;
  return { version, head: side ? head : version, lost, upload };
}

/** One look at both: between two, the slot could be deleted, and the answer would be of no moment. */
async function notUnderWay(db: Kysely<Schema>, userId: string, uploadId: string): Promise<LibraryError> {
  const became = db
    .selectFrom('savegame_versions')
    .select(['game_id', 'slot', 'version'])
    .where('user_id', '=', userId)
    .where('object_id', '=', uploadId)
    .orderBy('version')
    .limit(1)
    .as('became');
  const rows = await selectVersions(db, userId)
    .innerJoin(became, (join) => join.onRef('became.game_id', '=', 'v.game_id').onRef('became.slot', '=', 'v.slot'))
    .where((the) =>
      the.or([the('v.version', '=', the.ref('became.version')), the('v.version', '=', the.ref('m.head_version'))]),
    )
    .orderBy('v.version')
    .execute();
  const version = rows.find(({ object_id }) => object_id === uploadId);
  if (version === undefined) return new LibraryError('NOT_FOUND', 'There is no such upload');
  const head = rows.find((row) => row.version === row.head_version);
  return new LibraryError('SAVEGAME_ALREADY_CONFIRMED', 'This upload was confirmed before', {
    game_id: version.game_id,
    slot: version.slot,
    version: shownVersion(version),
    head: head === undefined ? null : shownVersion(head),
  });
}

function expired({ upload_id, expires_at }: Upload): LibraryError {
  return new LibraryError('SAVEGAME_UPLOAD_EXPIRED', 'The upload was not confirmed in time: announce the save again', {
    upload_id,
    expires_at: expires_at.toISOString(),
  });
}
