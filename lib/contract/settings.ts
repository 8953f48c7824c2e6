import Type from 'typebox';
import type { Static } from 'typebox';
import type { Endpoint } from './endpoint.ts';
import { choice, closed, DeviceId, GameId, nullable, page, pagination, timestamp, UserId } from './fields.ts';

/** Bytes of the settings' JSON text in UTF-8. */
export const MAX_SETTINGS_BYTES = 65_536;
/** Versions that are kept of the settings of a game, of one device or of all. */
export const HISTORY_VERSIONS = 20;
/** Devices that may have settings of their own for a game. */
export const MAX_DEVICE_SETTINGS = 20;

const Settings = Type.Object(
  {},
  {
    description: `Whatever the game or launcher keeps: any JSON object of at most ${MAX_SETTINGS_BYTES} bytes of UTF-8. Comes back byte for byte`,
    examples: [{ graphics: { quality: 'high', fps_limit: 144 }, keys: { jump: 'Space' } }],
  },
);

const Version = Type.Integer({
  minimum: 1,
  description: "Rises with every change of the user's settings of the game, whichever device they are of",
  examples: [3],
});

const scope = {
  scope: choice(['device', 'all'], 'Whether these are the settings of one device, or those that all devices share'),
  device_id: nullable(DeviceId),
};
const sizeBytes = Type.Integer({
  minimum: 0,
  maximum: MAX_SETTINGS_BYTES,
  description: 'Of the text of the settings',
  examples: [78],
});

export const GameSettings = closed(
  {
    game_id: GameId,
    ...scope,
    version: Version,
    size_bytes: sizeBytes,
    updated_at: timestamp('When they were saved'),
    settings: Settings,
  },
  { title: 'GameSettings' },
);
export type GameSettings = Static<typeof GameSettings>;

export const SettingsBody = closed({ settings: Settings }, { title: 'SettingsBody' });

export const SettingsVersion = closed(
  {
    game_id: GameId,
    ...scope,
    version: Version,
    current: Type.Boolean({ description: 'Whether this is what is there now' }),
    deleted: Type.Boolean({ description: 'This version was the deletion; there is nothing to roll back to' }),
    restored_version: nullable(Type.Integer({ minimum: 1, description: 'The version that a rollback brought back' })),
    size_bytes: sizeBytes,
    saved_at: timestamp('When'),
  },
  { title: 'SettingsVersion' },
);
export type SettingsVersion = Static<typeof SettingsVersion>;

export const SettingsVersionPage = page(SettingsVersion, 'SettingsVersionPage');
export type SettingsVersionPage = Static<typeof SettingsVersionPage>;

export const RollbackBody = closed(
  {
    version: Type.Integer({
      minimum: 1,
      maximum: Number.MAX_SAFE_INTEGER,
      description: 'One of the history, of the same device or all',
      examples: [2],
    }),
  },
  { title: 'RollbackBody' },
);
export type RollbackBody = Static<typeof RollbackBody>;

const deviceQuery = { device_id: Type.Optional(DeviceId) };
export const SettingsQuery = closed(deviceQuery);
export const SettingsHistoryQuery = closed({ ...deviceQuery, ...pagination });
export type SettingsHistoryQuery = Static<typeof SettingsHistoryQuery>;

const tag = 'Game settings';
const own = { user: 'own', admin: 'own' } as const;
const readAny = { support: 'any', admin: 'any', service: 'any' } as const;
const params = closed({ game_id: GameId });
const adminParams = closed({ user_id: UserId, game_id: GameId });
const versionParams = closed({
  game_id: GameId,
  version: Type.String({ pattern: '^[1-9][0-9]{0,14}$', description: 'A version of the history', examples: ['2'] }),
});
const WHICH =
  'With `device_id`: of that device; without: those that all devices share. `scope` tells which of them the answer holds.';

export const getSettings = {
  id: 'getGameSettings',
  method: 'GET',
  path: '/settings/{game_id}',
  tag,
  summary: 'The settings of a game',
  description: `${WHICH} A device without settings of its own gets the shared ones.`,
  access: own,
  params,
  query: SettingsQuery,
  status: 200,
  response: GameSettings,
  errors: ['GAME_NOT_IN_LIBRARY', 'NOT_FOUND'],
  action: 'settings.get',
  prepared: true,
} as const satisfies Endpoint;

export const putSettings = {
  id: 'putGameSettings',
  method: 'PUT',
  path: '/settings/{game_id}',
  tag,
  summary: 'Save the settings of a game',
  description:
    `${WHICH} What is there already is overwritten only with \`If-Match\`: its ETag, or \`*\` for whatever there is. ` +
    'The first settings need none; a device that is about to get its own may name the ETag of the shared ones. ' +
    `The same text again changes nothing. At most ${MAX_DEVICE_SETTINGS} devices have settings of their own for a game.`,
  access: own,
  params,
  query: SettingsQuery,
  body: SettingsBody,
  verbatim: 'settings',
  status: 200,
  response: GameSettings,
  errors: ['GAME_NOT_IN_LIBRARY', 'PRECONDITION_FAILED', 'PRECONDITION_REQUIRED', 'QUOTA_EXCEEDED'],
  action: 'settings.put',
  versioned: true,
  prepared: true,
} as const satisfies Endpoint;

export const deleteSettings = {
  id: 'deleteGameSettings',
  method: 'DELETE',
  path: '/settings/{game_id}',
  tag,
  summary: 'Delete the settings of a game',
  description: `${WHICH} The device gets the shared ones from then on. The history stays, and a rollback brings them back.`,
  access: own,
  params,
  query: SettingsQuery,
  status: 204,
  errors: ['GAME_NOT_IN_LIBRARY', 'NOT_FOUND', 'PRECONDITION_FAILED'],
  action: 'settings.delete',
  versioned: true,
} as const satisfies Endpoint;

export const settingsHistory = {
  id: 'listGameSettingsHistory',
  method: 'GET',
  path: '/settings/{game_id}/history',
  tag,
  summary: 'The last versions of the settings, latest first',
  description: `${WHICH} The last ${HISTORY_VERSIONS} are kept, the current one among them.`,
  access: own,
  params,
  query: SettingsHistoryQuery,
  status: 200,
  response: SettingsVersionPage,
  errors: ['GAME_NOT_IN_LIBRARY'],
  action: 'settings.history',
} as const satisfies Endpoint;

export const settingsVersion = {
  id: 'getGameSettingsVersion',
  method: 'GET',
  path: '/settings/{game_id}/history/{version}',
  tag,
  summary: 'The settings of a game as they were',
  description: 'Versions are unique within a game: no device is needed to name one.',
  access: own,
  params: versionParams,
  status: 200,
  response: GameSettings,
  errors: ['GAME_NOT_IN_LIBRARY', 'NOT_FOUND'],
  action: 'settings.version',
  prepared: true,
} as const satisfies Endpoint;

export const rollbackSettings = {
  id: 'rollbackGameSettings',
  method: 'POST',
  path: '/settings/{game_id}/rollback',
  tag,
  summary: 'Bring an earlier version of the settings back',
  description: `${WHICH} As a new version: what is overwritten stays in the history. \`If-Match\` is honoured.`,
  access: own,
  params,
  query: SettingsQuery,
  body: RollbackBody,
  status: 200,
  response: GameSettings,
  errors: ['GAME_NOT_IN_LIBRARY', 'NOT_FOUND', 'PRECONDITION_FAILED', 'QUOTA_EXCEEDED'],
  action: 'settings.rollback',
  versioned: true,
  prepared: true,
} as const satisfies Endpoint;

export const getUserSettings = {
  id: 'getUserGameSettings',
  method: 'GET',
  path: '/admin/users/{user_id}/settings/{game_id}',
  tag: 'Support and services',
  summary: "A user's settings of a game",
  access: readAny,
  params: adminParams,
  query: SettingsQuery,
  status: 200,
  response: GameSettings,
  errors: ['GAME_NOT_IN_LIBRARY', 'NOT_FOUND'],
  action: 'settings.get',
  prepared: true,
} as const satisfies Endpoint;

export const userSettingsHistory = {
  id: 'listUserGameSettingsHistory',
  method: 'GET',
  path: '/admin/users/{user_id}/settings/{game_id}/history',
  tag: 'Support and services',
  summary: "The last versions of a user's settings of a game, latest first",
  access: readAny,
  params: adminParams,
  query: SettingsHistoryQuery,
  status: 200,
  response: SettingsVersionPage,
  errors: ['GAME_NOT_IN_LIBRARY'],
  action: 'settings.history',
} as const satisfies Endpoint;

export const SETTINGS_ENDPOINTS: readonly Endpoint[] = [
  getSettings,
  putSettings,
  deleteSettings,
  settingsHistory,
  settingsVersion,
  rollbackSettings,
  getUserSettings,
  userSettingsHistory,
];
