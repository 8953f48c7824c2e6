import type { Endpoint } from './endpoint.ts';
import * as transfer from './savegame-transfers.ts';
import * as shape from './savegames.ts';

const tag = 'Cloud saves';
const own = { user: 'own', admin: 'own' } as const;

export const listSaves = {
  id: 'listSaves',
  method: 'GET',
  path: '/savegames',
  tag,
  summary: 'Save slots, with what each is at and the conflicts that wait for a decision',
  description: 'By game and slot. Deleted slots with `deleted`. Saves stay when a game leaves the library.',
  access: own,
  query: shape.SaveSlotsQuery,
  status: 200,
  response: shape.SaveSlotPage,
  errors: [],
  action: 'savegames.list',
} as const satisfies Endpoint;

export const saveQuota = {
  id: 'getSaveQuota',
  method: 'GET',
  path: '/savegames/quota',
  tag,
  summary: 'What is stored, and what is left',
  access: own,
  status: 200,
  response: shape.SaveQuota,
  errors: [],
  action: 'savegames.quota',
} as const satisfies Endpoint;

export const getSyncSettings = {
  id: 'getSaveSyncSettings',
  method: 'GET',
  path: '/savegames/sync-settings',
  tag,
  summary: 'How saves are synchronised',
  description: 'With `game_id`: of that game, which are those for all games unless it has its own.',
  access: own,
  query: shape.SyncSettingsQuery,
  status: 200,
  response: shape.SyncSettings,
  errors: [],
  action: 'savegames.syncSettings',
  versioned: true,
} as const satisfies Endpoint;

export const putSyncSettings = {
  id: 'putSaveSyncSettings',
  method: 'PUT',
  path: '/savegames/sync-settings',
  tag,
  summary: 'Set how saves are synchronised',
  description: 'For all games, or with `game_id` for one. `If-Match` is honoured.',
  access: own,
  query: shape.SyncSettingsQuery,
  body: shape.SyncSettingsBody,
  status: 200,
  response: shape.SyncSettings,
  errors: ['PRECONDITION_FAILED', 'QUOTA_EXCEEDED'],
  action: 'savegames.putSyncSettings',
  versioned: true,
} as const satisfies Endpoint;

export const syncStatus = {
  id: 'getSaveSyncStatus',
  method: 'GET',
  path: '/savegames/sync-status',
  tag,
  summary: 'Where the saves of a game stand, and what other devices are doing with it',
  description:
    'To be asked before a game starts: another device may be playing it, or may not have finished its upload. ' +
    'With `device_id`, what that device does itself is left out.',
  access: own,
  query: shape.SyncStatusQuery,
  status: 200,
  response: shape.SyncStatus,
  errors: [],
  action: 'savegames.syncStatus',
} as const satisfies Endpoint;

export const uploadUrl = {
  id: 'createSaveUpload',
  method: 'POST',
  path: '/savegames/upload-url',
  tag,
  summary: 'Announce a save, and get the signed request that uploads it',
  description:
    'Reserves room. `base_version` is what the device last synchronised; when the cloud is at another version, 409 ' +
    '`SAVEGAME_CONFLICT` says what can be done. A save that the cloud has already needs no upload (`unchanged`). The same ' +
    'announcement again gets the same upload with fresh URLs; another one of the same device and slot takes its place. ' +
    'Saves above 64 MiB are uploaded in parts of 16 MiB.',
  access: own,
  body: transfer.UploadUrlBody,
  status: 200,
  response: transfer.UploadUrlReply,
  errors: ['GAME_NOT_IN_LIBRARY', 'SAVEGAME_CONFLICT', 'SAVEGAME_SYNC_OFF', 'QUOTA_EXCEEDED', 'USER_ERASED'],
  action: 'savegames.uploadUrl',
  quota: 'uploads',
} as const satisfies Endpoint;

export const confirmUpload = {
  id: 'confirmSaveUpload',
  method: 'POST',
  path: '/savegames/confirm-upload',
  tag,
  summary: 'Make what was uploaded a version',
  description:
    'The store is asked for size and checksum. When the head moved since the announcement, the save is kept as a side ' +
    'version and the answer is 409 `SAVEGAME_CONFLICT`.',
  access: own,
  body: transfer.ConfirmUploadBody,
  status: 200,
  response: transfer.ConfirmUploadReply,
  errors: [
    'NOT_FOUND',
    'SAVEGAME_CONFLICT',
    'SAVEGAME_NOT_UPLOADED',
    'SAVEGAME_ALREADY_CONFIRMED',
    'SAVEGAME_UPLOAD_EXPIRED',
    'SAVEGAME_CONTENT_MISMATCH',
    'USER_ERASED',
  ],
  action: 'savegames.confirmUpload',
} as const satisfies Endpoint;

export const cancelUpload = {
  id: 'cancelSaveUpload',
  method: 'DELETE',
  path: '/savegames/uploads/{upload_id}',
  tag,
  summary: 'Give up an upload; its room is free at once',
  access: own,
  params: transfer.UploadParams,
  status: 204,
  errors: ['NOT_FOUND'],
  action: 'savegames.cancelUpload',
} as const satisfies Endpoint;

export const downloadUrl = {
  id: 'createSaveDownload',
  method: 'POST',
  path: '/savegames/download-url',
  tag,
  summary: 'Get the signed request that downloads a save',
  description: 'Ranges may be asked for. Check what arrives against `sha256`.',
  access: own,
  body: transfer.DownloadUrlBody,
  status: 200,
  response: transfer.DownloadUrlReply,
  errors: ['NOT_FOUND', 'SAVEGAME_LOST'],
  action: 'savegames.downloadUrl',
} as const satisfies Endpoint;

export const resolveConflict = {
  id: 'resolveSaveConflict',
  method: 'POST',
  path: '/savegames/resolve',
  tag,
  summary: 'Decide a conflict',
  description:
    'About the head that was seen: when it has moved since, 409. The loser is kept for 30 days. With `both`, ' +
    '`into_slot` names the new slot; default: the first free one of `slot-2`, `slot-3` and so on after the name.',
  access: own,
  body: transfer.ResolveBody,
  status: 200,
  response: transfer.ResolveReply,
  errors: ['NOT_FOUND', 'CONFLICT', 'SAVEGAME_CONFLICT', 'SAVEGAME_LOST', 'QUOTA_EXCEEDED', 'USER_ERASED'],
  action: 'savegames.resolve',
} as const satisfies Endpoint;

export const restoreSave = {
  id: 'restoreSave',
  method: 'POST',
  path: '/savegames/restore',
  tag,
  summary: 'Bring a kept version back, as a new one',
  description:
    'Also of a deleted slot. About the head that was seen: when it has moved since, 409. What was head stays in the history.',
  access: own,
  body: transfer.RestoreBody,
  status: 200,
  response: shape.SaveSlot,
  errors: ['NOT_FOUND', 'SAVEGAME_CONFLICT', 'SAVEGAME_LOST', 'QUOTA_EXCEEDED', 'USER_ERASED'],
  action: 'savegames.restore',
} as const satisfies Endpoint;

export const listSaveVersions = {
  id: 'listSaveVersions',
  method: 'GET',
  path: '/savegames/{game_id}/{slot}/versions',
  tag,
  summary: 'The kept versions of a slot, latest first',
  access: own,
  params: transfer.SlotParams,
  query: shape.SaveVersionsQuery,
  status: 200,
  response: shape.SaveVersionPage,
  errors: ['NOT_FOUND'],
  action: 'savegames.versions',
} as const satisfies Endpoint;

export const patchSaveVersion = {
  id: 'patchSaveVersion',
  method: 'PATCH',
  path: '/savegames/{game_id}/{slot}/versions/{version}',
  tag,
  summary: 'Pin a version, or name it',
  access: own,
  params: transfer.VersionParams,
  body: transfer.PatchVersionBody,
  status: 200,
  response: shape.SaveVersion,
  errors: ['NOT_FOUND', 'QUOTA_EXCEEDED', 'USER_ERASED'],
  action: 'savegames.patchVersion',
} as const satisfies Endpoint;

export const deleteSaveVersion = {
  id: 'deleteSaveVersion',
  method: 'DELETE',
  path: '/savegames/{game_id}/{slot}/versions/{version}',
  tag,
  summary: 'Delete a version for good; its room is free at once',
  description: 'Not what the slot is at: restore another one first, or delete the slot.',
  access: own,
  params: transfer.VersionParams,
  status: 204,
  errors: ['NOT_FOUND', 'CONFLICT', 'USER_ERASED'],
  action: 'savegames.deleteVersion',
} as const satisfies Endpoint;

export const deleteSlot = {
  id: 'deleteSaveSlot',
  method: 'DELETE',
  path: '/savegames/{game_id}/{slot}',
  tag,
  summary: 'Delete a slot',
  description:
    'It can be restored for 7 days and counts until then; with `permanently` it is gone at once, also when it was deleted ' +
    'before. `If-Match` names the head that is meant.',
  access: own,
  params: transfer.SlotParams,
  query: transfer.DeleteSlotQuery,
  status: 204,
  errors: ['NOT_FOUND', 'PRECONDITION_FAILED', 'USER_ERASED'],
  action: 'savegames.deleteSlot',
  versioned: true,
} as const satisfies Endpoint;

export const SAVEGAME_ENDPOINTS: readonly Endpoint[] = [
  listSaves,
  saveQuota,
  getSyncSettings,
  putSyncSettings,
  syncStatus,
  uploadUrl,
  confirmUpload,
  cancelUpload,
  downloadUrl,
  resolveConflict,
  restoreSave,
  listSaveVersions,
  patchSaveVersion,
  deleteSaveVersion,
  deleteSlot,
];
