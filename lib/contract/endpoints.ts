import * as admin from './admin.ts';
import type { Endpoint } from './endpoint.ts';
import * as library from './library.ts';
import * as playtime from './playtime-endpoints.ts';

/** Where the API lives. */
export const BASE_PATH = '/api/v1/library';

/** The whole REST API, in the order of its documentation. */
export const ENDPOINTS: readonly Endpoint[] = [
  library.listLibrary,
  library.getLibraryItem,
  library.patchLibraryItem,
  playtime.startSession,
  playtime.heartbeat,
  playtime.endSession,
  playtime.reportOffline,
  playtime.playtimeStats,
  playtime.listSessions,
  playtime.liveSessions,
  playtime.correctSession,
  admin.grantGame,
  admin.revokeGame,
  admin.putGame,
  admin.listUserLibrary,
  admin.userPlaytimeStats,
  admin.userLiveSessions,
  admin.userSessions,
];
