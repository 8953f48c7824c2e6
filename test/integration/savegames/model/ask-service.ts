import assert from 'node:assert/strict';
import type { Caller } from '../../../../lib/contract/endpoint.ts';
import type { UploadUrlReply } from '../../../../lib/contract/savegame-transfers.ts';
import type { SaveVersion } from '../../../../lib/contract/savegames.ts';
import { LibraryError } from '../../../../lib/errors.ts';
import { announceUpload } from '../../../../lib/savegames/announce-upload.ts';
import { cancelUpload } from '../../../../lib/savegames/cancel-upload.ts';
import { confirmUpload } from '../../../../lib/savegames/confirm-upload.ts';
import { deleteSlot } from '../../../../lib/savegames/delete-slot.ts';
import { deleteVersion } from '../../../../lib/savegames/delete-version.ts';
import { downloadUrl } from '../../../../lib/savegames/download.ts';
import { patchVersion } from '../../../../lib/savegames/pin.ts';
import { resolveConflict } from '../../../../lib/savegames/resolve.ts';
import { restoreVersion } from '../../../../lib/savegames/restore.ts';
import { putSyncSettings } from '../../../../lib/savegames/sync-settings.ts';
import type { TransferContext } from '../../../../lib/savegames/transfer-context.ts';
import type { Operation, Outcome } from './operation.ts';

export type SignedUpload = NonNullable<UploadUrlReply['upload']>;

/** What was answered, and what came with it. */
export interface Answer {
  readonly outcome: Outcome;
  readonly upload?: SignedUpload;
  /** A signed GET. */
  readonly get?: { readonly method: 'PUT' | 'GET'; readonly url: string; readonly headers: Record<string, string> };
}

export interface AskContext extends TransferContext {
  readonly gameId: string;
  readonly caller: Caller;
}

/** Asks the service as the API does. Rejects with whatever is no answer. */
export async function askService(context: AskContext, operation: Operation): Promise<Answer> {
  try {
    return await answerOf(context, operation);
  } catch (error) {
    if (!(error instanceof LibraryError) || error.type === 'UNAVAILABLE') throw error;
    return { outcome: refusalIn(error) };
  }
}

async function answerOf(context: AskContext, operation: Operation): Promise<Answer> {
  const game_id = context.gameId;
  switch (operation.kind) {
    case 'announce': {
      const { slot, device, content, base, side } = operation;
      const { unchanged, upload } = await announceUpload(context, {
        game_id,
        slot,
        device_id: device,
        base_version: base,
        as: side ? 'side' : 'head',
        size_bytes: content.sizeBytes,
        sha256: content.sha256,
        ...(content.partSha256 === null ? {} : { part_sha256: [...content.partSha256] }),
      });
      assert.equal(unchanged, upload === null);
      return upload === null ? { outcome: { unchanged: true } } : { outcome: { upload: upload.upload_id }, upload };
    }
    case 'confirm': {
      const { version, head } = await confirmUpload(context, operation.uploadId);
      return { outcome: { version: version.version, sha256: version.sha256, head: head?.version ?? null } };
    }
    case 'cancel':
      await cancelUpload(context, operation.uploadId);
      return DONE;
    case 'download': {
      const { slot, version } = operation;
      const reply = await downloadUrl(context, { game_id, slot, ...(version === null ? {} : { version }) });
      const head = reply.version.state === 'head' ? reply.version.version : null;
      return { outcome: { version: reply.version.version, sha256: reply.version.sha256, head }, get: reply.get };
    }
    case 'resolve': {
      const { slot, version, keep, head, into, device } = operation;
      const reply = await resolveConflict(context, {
        game_id,
        slot,
        side_version: version,
        keep,
        head_version: head,
        device_id: device,
        ...(into === null ? {} : { into_slot: into }),
      });
      const other = reply.other_slot?.slot ?? null;
      return { outcome: { slot: reply.slot.slot, head: reply.slot.head?.version ?? null, other } };
    }
    case 'restore': {
      const { slot, version, head, device } = operation;
      const shown = await restoreVersion(context, {
        game_id,
        slot,
        head_version: head,
        device_id: device,
        ...(version === null ? {} : { version }),
      });
      return { outcome: { slot: shown.slot, head: shown.head?.version ?? null, other: null } };
    }
    case 'pin':
      await patchVersion(context, { game_id, slot: operation.slot }, operation.version, { pinned: operation.pinned });
      return DONE;
    case 'delete version':
      await deleteVersion(context, { game_id, slot: operation.slot }, operation.version);
      return DONE;
    case 'delete slot':
      await deleteSlot(context, { game_id, slot: operation.slot }, operation, operation.ifMatch);
      return DONE;
    case 'settings': {
      const { enabled, keepVersions } = operation;
      await putSyncSettings(context, null, { enabled, keep_versions: keepVersions, on_conflict: 'ask' }, null);
      return DONE;
    }
  }
}

const DONE: Answer = { outcome: { done: true } };

interface ConflictData {
  readonly reason: string;
  readonly cloud: SaveVersion | null;
  readonly local: { readonly version: number | null; readonly base_version: number | null } | null;
  readonly base_version: number | null;
  readonly choices: readonly string[];
}

/** A conflict must say what is needed to go on (S4). */
function refusalIn(error: LibraryError): Outcome {
  if (error.type === 'SAVEGAME_ALREADY_CONFIRMED') {
    const { version, head } = error.data as { version: SaveVersion; head: SaveVersion | null };
    return { refused: error.type, about: { version: version.version, head: head?.version ?? null } };
  }
  if (error.type !== 'SAVEGAME_CONFLICT') return { refused: error.type };
  const { reason, cloud, local, base_version, choices } = error.data as unknown as ConflictData;
  const moved = base_version === null ? 'no_baseline' : 'head_moved';
  assert.equal(reason, cloud === null ? 'deleted' : moved);
  assert.deepEqual(choices, cloud === null ? ['local', 'cloud'] : ['local', 'cloud', 'both']);
  if (cloud !== null) assert.equal(cloud.state, 'head');
  return {
    refused: error.type,
    about: { cloud: cloud?.version ?? null, local: local?.version ?? null, base: base_version },
  };
}
