import type { SignedRequest as ShownRequest, UploadUrlReply } from '../contract/savegame-transfers.ts';
import { LibraryError } from '../errors.ts';
import type { SignedRequest } from '../ports/save-store.ts';
import { uploadUrlLifeMs } from './give-up-uploads.ts';
import { hashesIn, objectParts } from './parts.ts';
import type { Upload } from './situation.ts';
import { storeAnswer } from './store-answer.ts';
import { isAsAnnounced } from './stored-content.ts';
import type { TransferContext } from './transfer-context.ts';
import { unheld } from './under-account.ts';
import { setParts } from './write-upload.ts';

/**
 * The upload with fresh signed requests, for what is not in the store yet. Its row is committed: from now on bytes may
 * come (S8).
 *
 * @param resumed it was announced before
 */
export async function signedUpload(
  context: TransferContext,
  upload: Upload,
  resumed: boolean,
): Promise<NonNullable<UploadUrlReply['upload']>> {
  const { store, rules, origin } = context;
  const shown = {
    upload_id: upload.upload_id,
    as: upload.side ? ('side' as const) : ('head' as const),
    expires_at: upload.expires_at.toISOString(),
  };
  const validity = { forMs: uploadUrlLifeMs(rules), origin };
  if (upload.part_sha256 === null) {
    const object = { objectId: upload.upload_id, sizeBytes: upload.size_bytes, sha256: upload.sha256.toString('hex') };
    return { ...shown, put: shownRequest(await storeAnswer(store.signPut(object, validity))), parts: null };
  }
  const parts = objectParts(upload.size_bytes, hashesIn(upload.part_sha256));
  const underWay = await partsUnderWay(context, upload, resumed);
  const stored = new Set(underWay === 'complete' ? parts.map(({ number }) => number) : underWay.stored);
  return {
    ...shown,
    put: null,
    parts: await Promise.all(
      parts.map(async (part) => ({
        number: part.number,
        size_bytes: part.sizeBytes,
        put:
          underWay === 'complete' || stored.has(part.number)
            ? null
            : shownRequest(await storeAnswer(store.signPutPart(underWay, part, validity))),
      })),
    ),
  };
}

interface PartsUnderWay {
  readonly objectId: string;
  readonly partsId: string;
  readonly stored: readonly number[];
}

/**
 * The parts that the store is taking. Where there are none (any more), either they were put together already and only
 * the confirmation is missing, or they are begun (anew).
 */
async function partsUnderWay(
  context: TransferContext,
  upload: Upload,
  resumed: boolean,
): Promise<PartsUnderWay | 'complete'> {
  const { store } = context;
  const objectId = upload.upload_id;
  if (resumed && upload.parts_id !== null) {
    const begun = { objectId, partsId: upload.parts_id };
    const stored = await storeAnswer(store.storedParts(begun));
    if (stored.length > 0) return { ...begun, stored };
    const found = await storeAnswer(store.describe(objectId));
    if (found !== null && isAsAnnounced(found, upload)) return 'complete';
  }
  return { ...(await beginParts(context, upload)), stored: [] };
}

/** @throws LibraryError UNAVAILABLE when the device asked twice at once */
async function beginParts({ store, executor, userId }: TransferContext, upload: Upload): Promise<Begun> {
  const objectId = upload.upload_id;
  const partsId = await storeAnswer(store.beginParts(objectId));
  const remembered = await setParts(unheld(executor), userId, upload, partsId);
  // What is not remembered must not be used: nobody would put it together. What was before had nothing in it.
  const idle = remembered ? upload.parts_id : partsId;
  if (idle !== null) await storeAnswer(store.abandonParts({ objectId, partsId: idle }));
  if (!remembered) {
    throw new LibraryError('UNAVAILABLE', 'The upload was changed by another request of the device meanwhile');
  }
  return { objectId, partsId };
}

type Begun = Omit<PartsUnderWay, 'stored'>;

function shownRequest({ method, url, headers, expiresAt }: SignedRequest): ShownRequest {
  return { method, url, headers: { ...headers }, expires_at: new Date(expiresAt).toISOString() };
}
