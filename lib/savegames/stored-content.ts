import { LibraryError } from '../errors.ts';
import type { StoredObject } from '../ports/save-store.ts';
import { hashesIn, objectParts, partsOf } from './parts.ts';
import type { Upload } from './situation.ts';
import { storeAnswer } from './store-answer.ts';
import type { TransferContext } from './transfer-context.ts';
import { unheld } from './under-account.ts';
import { setParts } from './write-upload.ts';

/** Whether the store holds what was announced, by its own count; of unknown checksums nobody can tell (S7). */
export function isAsAnnounced(
  { sizeBytes, sha256, parts }: StoredObject,
  upload: Pick<Upload, 'size_bytes' | 'sha256'>,
): boolean {
  return (
    sizeBytes === upload.size_bytes && sha256 === upload.sha256.toString('hex') && parts === partsOf(upload.size_bytes)
  );
}

/**
 * Makes sure that the store holds the upload's bytes, having put the parts together where there are any.
 *
 * Wrong bytes are left where they are: the right ones, when they come, take their place, and those of an upload that is
 * given up are garbage. To remove them here could hit the right ones that came meanwhile, and were confirmed.
 *
 * @param seen what the store held when it was asked last
 * @throws LibraryError SAVEGAME_NOT_UPLOADED, SAVEGAME_CONTENT_MISMATCH, UNAVAILABLE
 */
export async function mustBeStored(context: TransferContext, upload: Upload, seen: StoredObject | null): Promise<void> {
  const { executor, userId } = context;
  const found = upload.part_sha256 === null ? seen : await putTogether(context, upload, seen);
  if (found === null) {
    throw new LibraryError('SAVEGAME_NOT_UPLOADED', 'The file, or a part of it, is not in the store', {
      upload_id: upload.upload_id,
    });
  }
  if (isAsAnnounced(found, upload)) return;
  // The parts are used up: they are to be begun anew when the save is announced again.
  if (upload.parts_id !== null) await setParts(unheld(executor), userId, upload, null);
  throw new LibraryError('SAVEGAME_CONTENT_MISMATCH', 'The file in the store is not the one that was announced', {
    upload_id: upload.upload_id,
    expected: { size_bytes: upload.size_bytes, sha256: upload.sha256.toString('hex') },
    found: { size_bytes: found.sizeBytes, sha256: found.sha256 },
  });
}

async function putTogether(
  { store }: TransferContext,
  { upload_id: objectId, parts_id: partsId, part_sha256, size_bytes }: Upload,
  seen: StoredObject | null,
): Promise<StoredObject | null> {
  if (part_sha256 === null || partsId === null) return seen;
  // Not all there, or done before: what is in the store tells.
  await storeAnswer(store.completeParts({ objectId, partsId }, objectParts(size_bytes, hashesIn(part_sha256))));
  return storeAnswer(store.describe(objectId));
}
