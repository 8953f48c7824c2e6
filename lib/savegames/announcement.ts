import type { UploadUrlBody } from '../contract/savegame-transfers.ts';
import { invalid } from '../contract/validation.ts';
import type { SaveRules } from './account.ts';
import { composedSha256, partsOf } from './parts.ts';
import type { Upload } from './situation.ts';

/** A save that a device wants to upload, checked as far as it can be by itself. */
export interface Announcement {
  readonly gameId: string;
  readonly slot: string;
  readonly deviceId: string;
  readonly sizeBytes: number;
  readonly sha256: Buffer;
  /** Of a save in parts: 32 bytes a part, in order. */
  readonly partSha256: Buffer | null;
  readonly baseVersion: number | null;
  readonly side: boolean;
  readonly label: string | null;
  readonly clientSavedAt: Date | null;
}

/** @throws LibraryError VALIDATION_ERROR naming the fields */
export function announcementIn(body: UploadUrlBody, { maxSaveBytes }: Pick<SaveRules, 'maxSaveBytes'>): Announcement {
  mustBeAllowed(body.size_bytes, maxSaveBytes);
  mustMatchParts(body);
  return {
    gameId: body.game_id.toLowerCase(),
    slot: body.slot,
    deviceId: body.device_id.toLowerCase(),
    sizeBytes: body.size_bytes,
    sha256: Buffer.from(body.sha256, 'hex'),
    partSha256: body.part_sha256 === undefined ? null : Buffer.from(body.part_sha256.join(''), 'hex'),
    baseVersion: body.base_version,
    side: body.as === 'side',
    label: body.label ?? null,
    clientSavedAt: typeof body.client_saved_at === 'string' ? new Date(body.client_saved_at) : null,
  };
}

function mustBeAllowed(sizeBytes: number, maxSaveBytes: number): void {
  if (sizeBytes <= maxSaveBytes) return;
  throw invalid([{ field: 'size_bytes', message: `must not be above ${maxSaveBytes}` }]);
}

function mustMatchParts({ size_bytes, sha256, part_sha256 }: UploadUrlBody): void {
  const field = 'part_sha256';
  const parts = partsOf(size_bytes);
  if (parts === null) {
    if (part_sha256 === undefined) return;
    throw invalid([{ field, message: 'is for saves above 64 MiB only' }]);
  }
  if (part_sha256 === undefined) throw invalid([{ field, message: 'is required for a save above 64 MiB' }]);
  if (part_sha256.length !== parts) {
    throw invalid([{ field, message: `must have ${parts} items, one for each 16 MiB` }]);
  }
  if (composedSha256(part_sha256) !== sha256) {
    throw invalid([{ field: 'sha256', message: 'must be the SHA-256 of the SHA-256s of the parts' }]);
  }
}

/** Whether it is what was announced before: then the upload goes on. */
export function isSameAs({ sizeBytes, sha256, baseVersion, side }: Announcement, upload: Upload): boolean {
  return (
    upload.size_bytes === sizeBytes &&
    upload.sha256.equals(sha256) &&
    upload.base_version === baseVersion &&
    upload.side === side
  );
}

/** Whether the cloud has this very content, and can give it out. */
export function isContentOf(
  { sizeBytes, sha256 }: Pick<Announcement, 'sizeBytes' | 'sha256'>,
  version: { readonly size_bytes: number; readonly sha256: Buffer; readonly missing_since: Date | null } | null,
): boolean {
  return (
    version !== null &&
    version.missing_since === null &&
    version.size_bytes === sizeBytes &&
    version.sha256.equals(sha256)
  );
}
