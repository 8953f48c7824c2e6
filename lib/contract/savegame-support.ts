import type { Endpoint } from './endpoint.ts';
import * as transfer from './savegame-transfers.ts';
import * as shape from './savegames.ts';

/** What support and operators reach of users' saves. */

const tag = 'Support and services';
const readAny = { support: 'any', admin: 'any', service: 'any' } as const;

export const listUserSaves = {
  id: 'listUserSaves',
  method: 'GET',
  path: '/admin/users/{user_id}/savegames',
  tag,
  summary: "A user's save slots",
  access: readAny,
  params: transfer.UserParams,
  query: shape.SaveSlotsQuery,
  status: 200,
  response: shape.SaveSlotPage,
  errors: [],
  action: 'savegames.list',
} as const satisfies Endpoint;

export const userSaveQuota = {
  id: 'getUserSaveQuota',
  method: 'GET',
  path: '/admin/users/{user_id}/savegames/quota',
  tag,
  summary: 'What a user stores, and what is left',
  access: readAny,
  params: transfer.UserParams,
  status: 200,
  response: shape.SaveQuota,
  errors: [],
  action: 'savegames.quota',
} as const satisfies Endpoint;

export const listUserSaveVersions = {
  id: 'listUserSaveVersions',
  method: 'GET',
  path: '/admin/users/{user_id}/savegames/{game_id}/{slot}/versions',
  tag,
  summary: "The kept versions of a user's slot, latest first",
  access: readAny,
  params: transfer.UserSlotParams,
  query: shape.SaveVersionsQuery,
  status: 200,
  response: shape.SaveVersionPage,
  errors: ['NOT_FOUND'],
  action: 'savegames.versions',
} as const satisfies Endpoint;

export const resolveUserConflict = {
  id: 'resolveUserSaveConflict',
  method: 'POST',
  path: '/admin/users/{user_id}/savegames/resolve',
  tag,
  summary: "Decide a conflict of a user's saves",
  description: 'As the user could. It is written to the audit log.',
  access: { support: 'any', admin: 'any' },
  params: transfer.UserParams,
  body: transfer.ResolveBody,
  status: 200,
  response: transfer.ResolveReply,
  errors: ['NOT_FOUND', 'CONFLICT', 'SAVEGAME_CONFLICT', 'SAVEGAME_LOST', 'QUOTA_EXCEEDED', 'USER_ERASED'],
  action: 'savegames.resolve',
} as const satisfies Endpoint;

export const SAVEGAME_SUPPORT_ENDPOINTS: readonly Endpoint[] = [
  listUserSaves,
  userSaveQuota,
  listUserSaveVersions,
  resolveUserConflict,
];
