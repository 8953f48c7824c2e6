import Type from 'typebox';
import type { Static } from 'typebox';
import type { Endpoint } from './endpoint.ts';
import { choice, closed, DeviceId, GameId, nullable, text, timestamp, UserId } from './fields.ts';
import { AcquisitionSource, InstallStatus, LibraryItem } from './library.ts';

/** What services ask over gRPC and the API has no other endpoint for, by hand and for tests. */

const CHECKS_AT_ONCE = 500;

export const GameAccess = closed(
  {
    user_id: UserId,
    game_id: GameId,
    access: choice(['owned', 'borrowed', 'none'], 'borrowed: somebody of the family lends the game'),
    source: nullable(AcquisitionSource),
    acquired_at: nullable(timestamp('When the user got the game')),
  },
  { title: 'GameAccess' },
);
export type GameAccess = Static<typeof GameAccess>;

export const AccessChecks = closed(
  {
    checks: Type.Array(closed({ user_id: UserId, game_id: GameId }, { title: 'AccessCheck' }), {
      minItems: 1,
      maxItems: CHECKS_AT_ONCE,
    }),
  },
  { title: 'AccessChecks' },
);
export type AccessChecks = Static<typeof AccessChecks>;

export const AccessResults = closed(
  { results: Type.Array(GameAccess, { description: 'In the order asked' }) },
  { title: 'AccessResults' },
);
export type AccessResults = Static<typeof AccessResults>;

export const InstallStatusBody = closed(
  {
    status: InstallStatus,
    version: Type.Optional(
      nullable(text('The installed version, as the developer names it', 100, { example: '1.4.2' })),
    ),
  },
  { title: 'DeviceInstallStatus' },
);
export type InstallStatusBody = Static<typeof InstallStatusBody>;

export const InstallStatusReply = closed(
  { changed: Type.Boolean({ description: 'False when it was so already' }) },
  { title: 'InstallStatusReply' },
);
export type InstallStatusReply = Static<typeof InstallStatusReply>;

const tag = 'Support and services';
const readAny = { support: 'any', admin: 'any', service: 'any' } as const;
const changeAny = { admin: 'any', service: 'any' } as const;
const ofGame = closed({ user_id: UserId, game_id: GameId });

export const userLibraryItem = {
  id: 'getUserLibraryItem',
  method: 'GET',
  path: '/admin/users/{user_id}/games/{game_id}',
  tag,
  summary: "One of a user's games",
  access: readAny,
  params: ofGame,
  status: 200,
  response: LibraryItem,
  errors: ['GAME_NOT_IN_LIBRARY'],
  action: 'library.get',
} as const satisfies Endpoint;

export const checkGameAccess = {
  id: 'checkGameAccess',
  method: 'GET',
  path: '/admin/users/{user_id}/games/{game_id}/access',
  tag,
  summary: 'Whether a user may play a game now, and why',
  description: 'A user or a game that nobody knows has no access; that is no error.',
  access: readAny,
  params: ofGame,
  status: 200,
  response: GameAccess,
  errors: [],
  action: 'library.checkAccess',
} as const satisfies Endpoint;

export const batchCheckGameAccess = {
  id: 'batchCheckGameAccess',
  method: 'POST',
  path: '/admin/access-checks',
  tag,
  summary: 'Whether users may play games now',
  access: readAny,
  body: AccessChecks,
  status: 200,
  response: AccessResults,
  errors: [],
  action: 'library.checkAccesses',
} as const satisfies Endpoint;

export const setInstallStatus = {
  id: 'setInstallStatus',
  method: 'PUT',
  path: '/admin/users/{user_id}/games/{game_id}/installations/{device_id}',
  tag,
  summary: 'Say whether a game is installed on a device of a user',
  description: 'What `download.game.installed` and `download.game.uninstalled` do. May be told before the purchase is.',
  access: changeAny,
  params: closed({ user_id: UserId, game_id: GameId, device_id: DeviceId }),
  body: InstallStatusBody,
  status: 200,
  response: InstallStatusReply,
  errors: ['USER_ERASED'],
  action: 'library.setInstallStatus',
} as const satisfies Endpoint;

export const SERVICE_TWINS: readonly Endpoint[] = [
  ...([userLibraryItem, checkGameAccess] as const),
  ...([batchCheckGameAccess, setInstallStatus] as const),
];
