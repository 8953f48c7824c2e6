import { ACHIEVEMENT_ENDPOINTS } from './achievements.ts';
import * as admin from './admin.ts';
import { getGame, searchCatalog } from './catalog-search.ts';
import { CATEGORY_ENDPOINTS } from './categories.ts';
import { runCommand } from './commands.ts';
import { CONSOLE_ENDPOINTS } from './console.ts';
import type { Endpoint } from './endpoint.ts';
import { exportUserData } from './export.ts';
import { FAMILY_ENDPOINTS } from './family.ts';
import * as library from './library.ts';
import * as playtime from './playtime-endpoints.ts';
import { SERVICE_TWINS } from './service-twins.ts';
import { FINDING_ENDPOINTS } from './findings.ts';
import { SUPPORT_ENDPOINTS } from './support.ts';
import { SAVEGAME_ENDPOINTS } from './savegame-endpoints.ts';
import { SAVEGAME_SUPPORT_ENDPOINTS } from './savegame-support.ts';
import { SETTINGS_ENDPOINTS } from './settings.ts';
import { WISHLIST_ENDPOINTS } from './wishlist.ts';

/** Where the API lives. */
export const BASE_PATH = '/api/v1/library';

/** The whole REST API, in the order of its documentation. */
export const ENDPOINTS: readonly Endpoint[] = [
  library.listLibrary,
  library.getLibraryItem,
  library.patchLibraryItem,
  ...CATEGORY_ENDPOINTS,
  exportUserData,
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
  searchCatalog,
  getGame,
  admin.listUserLibrary,
  admin.userPlaytimeStats,
  admin.userLiveSessions,
  admin.userSessions,
  ...SERVICE_TWINS,
  ...ACHIEVEMENT_ENDPOINTS,
  ...WISHLIST_ENDPOINTS,
  ...FAMILY_ENDPOINTS,
  ...SETTINGS_ENDPOINTS,
  ...SAVEGAME_ENDPOINTS,
  ...SAVEGAME_SUPPORT_ENDPOINTS,
  ...SUPPORT_ENDPOINTS,
  ...FINDING_ENDPOINTS,
  ...CONSOLE_ENDPOINTS,
  runCommand,
];
