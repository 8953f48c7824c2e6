import type { SignedRequest, UploadUrlReply } from '../../lib/contract/savegame-transfers.ts';
import type { SaveVersion } from '../../lib/contract/savegames.ts';
import { partBytes, PART_BYTES } from '../../lib/savegames/parts.ts';
import { RequestFailed } from '../client/library-client.ts';
import type { PackedSave } from './local-save.ts';
import { retried, type RetryRules } from './retry.ts';
import type { SaveService } from './save-service.ts';
import { putRange, type FileRange, type TransferRules } from './signed-transfer.ts';
import type { StateStore } from './state-file.ts';

export interface UploadPorts {
  readonly service: SaveService;
  readonly store: StateStore;
  readonly retry: RetryRules;
  readonly transfer: TransferRules;
  readonly progress: Progress;
}

/** Told how much of a save was moved so far. */
export type Progress = (bytes: number, ofBytes: number) => void;

export interface AsVersion {
  readonly baseVersion: number | null;
  readonly as: 'head' | 'side';
}

type Upload = NonNullable<UploadUrlReply['upload']>;

/** How often an upload is begun anew that the service or the store does not know (any more), or took for another file. */
const ATTEMPTS = 3;
const BEGIN_ANEW = new Set([
  'SAVEGAME_NOT_UPLOADED',
  'SAVEGAME_UPLOAD_EXPIRED',
  'SAVEGAME_CONTENT_MISMATCH',
  'NOT_FOUND',
]);

/**
 * Brings a packed save to the cloud: announces it, sends what the store does not have of it, confirms it. After a crash
 * the same call goes on where that one was.
 *
 * @returns the version it became, or that has its content already; null: the slot is not what it was thought to be, and
 *   has to be looked at anew. A save that lost between announcement and confirmation is returned as the side version it is kept as.
 */
export async function upload(ports: UploadPorts, packed: PackedSave, as: AsVersion): Promise<SaveVersion | null> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      const announced = await announce(ports, packed, as);
      if (announced.upload === null) {
        return announced.head?.sha256 === packed.sha256 ? announced.head : null;
      }
      await send(ports, packed, as, announced.upload);
      return await confirm(ports.service, announced.upload.upload_id);
    } catch (error) {
      if (!(error instanceof RequestFailed)) throw error;
      if (error.code === 'SAVEGAME_CONFLICT') return null;
      if (!BEGIN_ANEW.has(error.code) || attempt === ATTEMPTS) throw error;
    }
  }
}

async function announce({ service, store }: UploadPorts, packed: PackedSave, { baseVersion, as }: AsVersion) {
  const reply = await service.announce({
    size_bytes: packed.sizeBytes,
    sha256: packed.sha256,
    ...(packed.partSha256 === null ? {} : { part_sha256: [...packed.partSha256] }),
    base_version: baseVersion,
    as,
    client_saved_at: new Date(packed.savedAt).toISOString(),
  });
  // Before the first byte: whatever happens next, a later run asks what became of it.
  if (reply.upload !== null && reply.upload.upload_id !== store.state.upload?.upload_id) {
    await store.write({ upload: { upload_id: reply.upload.upload_id, sha256: packed.sha256 } });
  }
  return reply;
}

async function send(ports: UploadPorts, packed: PackedSave, as: AsVersion, announced: Upload): Promise<void> {
  let current: Upload | null = announced;
  for (const range of rangesOf(packed, announced)) {
    await retried(async () => {
      // After a failure: the URL may have expired, and the bytes may have arrived all the same.
      current ??= (await announce(ports, packed, as)).upload;
      const request = current === null ? null : requestFor(current, range);
      if (request === null) return;
      try {
        await putRange(request, range, ports.transfer, (bytes) => ports.progress(bytes, packed.sizeBytes));
      } catch (error) {
        current = null;
        throw error;
      }
    }, ports.retry);
    ports.progress(range.start + range.sizeBytes, packed.sizeBytes);
  }
}

function rangesOf({ file, sizeBytes }: PackedSave, { parts }: Upload): readonly FileRange[] {
  if (parts === null) return [{ file, start: 0, sizeBytes }];
  return parts.map((_part, at) => ({ file, start: at * PART_BYTES, sizeBytes: partBytes(sizeBytes, at + 1) }));
}

/** Null: the store has these bytes. */
function requestFor({ put, parts }: Upload, { start }: FileRange): SignedRequest | null {
  return parts === null ? put : (parts[start / PART_BYTES]?.put ?? null);
}

/**
 * Makes an upload a version. One that lost meanwhile was kept beside the head, and one that was confirmed before is what
 * it became then: both are told like a success, for both are safe in the cloud.
 */
export async function confirm(service: SaveService, uploadId: string): Promise<SaveVersion> {
  try {
    return (await service.confirm(uploadId)).version;
  } catch (error) {
    if (!(error instanceof RequestFailed)) throw error;
    if (error.code === 'SAVEGAME_ALREADY_CONFIRMED') return error.problem['version'] as SaveVersion;
    if (error.code === 'SAVEGAME_CONFLICT') return error.problem['local'] as SaveVersion;
    throw error;
  }
}
