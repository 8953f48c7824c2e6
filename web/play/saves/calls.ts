/** The calls of cloud saves. */
import type { Call } from '../../common/api.ts';
import type { SaveSlot, SaveVersion } from '../../../lib/contract/savegames.ts';
import type { ResolveBody, UploadUrlBody } from '../../../lib/contract/savegame-transfers.ts';

export const QUOTA_CALL: Call = { method: 'GET', path: '/savegames/quota' };

export function slotsCall(gameId: string, deleted: boolean): Call {
  return { method: 'GET', path: `/savegames?game_id=${gameId}&limit=200${deleted ? '&deleted=true' : ''}` };
}

export function versionsCall(gameId: string, slot: string): Call {
  return { method: 'GET', path: `/savegames/${gameId}/${slot}/versions?limit=100` };
}

export function announceCall(body: UploadUrlBody): Call {
  return { method: 'POST', path: '/savegames/upload-url', body };
}

export function confirmCall(uploadId: string): Call {
  return { method: 'POST', path: '/savegames/confirm-upload', body: { upload_id: uploadId } };
}

export function downloadCall(gameId: string, slot: string, version?: number): Call {
  const body = { game_id: gameId, slot, ...(version === undefined ? {} : { version }) };
  return { method: 'POST', path: '/savegames/download-url', body };
}

export function resolveCall({ game_id, slot, head }: SaveSlot, side: SaveVersion, keep: ResolveBody['keep']): Call {
  const body: ResolveBody = {
    game_id,
    slot,
    keep,
    side_version: side.version,
    head_version: head?.version ?? null,
    device_id: side.device_id,
  };
  return { method: 'POST', path: '/savegames/resolve', body };
}

/** @param version of a deleted slot may be left out: what it was at */
export function restoreCall({ game_id, slot, head }: SaveSlot, deviceId: string, version?: number): Call {
  const wanted = version === undefined ? {} : { version };
  const body = { game_id, slot, ...wanted, head_version: head?.version ?? null, device_id: deviceId };
  return { method: 'POST', path: '/savegames/restore', body };
}

export function pinCall({ game_id, slot }: SaveSlot, { version, pinned }: SaveVersion): Call {
  const path = `/savegames/${game_id}/${slot}/versions/${version}`;
  return { method: 'PATCH', path, body: { pinned: !pinned } };
}

export function removeVersionCall({ game_id, slot }: SaveSlot, version: number): Call {
  return { method: 'DELETE', path: `/savegames/${game_id}/${slot}/versions/${version}` };
}

export function removeSlotCall({ game_id, slot }: SaveSlot): Call {
  return { method: 'DELETE', path: `/savegames/${game_id}/${slot}` };
}
