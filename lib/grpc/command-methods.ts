/** LibraryCommandService: messages and the contract. */
import { unlockUserAchievement } from '../contract/achievements.ts';
import { grantGame, revokeGame } from '../contract/admin.ts';
import { setInstallStatus } from '../contract/service-twins.ts';
import type { GrantGameRequest__Output as GrantRequest } from './generated/library/v1/GrantGameRequest.ts';
import type { GrantGameResponse } from './generated/library/v1/GrantGameResponse.ts';
import type { RevokeGameRequest__Output as RevokeRequest } from './generated/library/v1/RevokeGameRequest.ts';
import type { RevokeGameResponse } from './generated/library/v1/RevokeGameResponse.ts';
import type { SetInstallStatusRequest__Output as InstallRequest } from './generated/library/v1/SetInstallStatusRequest.ts';
import type { SetInstallStatusResponse } from './generated/library/v1/SetInstallStatusResponse.ts';
import type { UnlockAchievementRequest__Output as UnlockRequest } from './generated/library/v1/UnlockAchievementRequest.ts';
import type { UnlockAchievementResponse } from './generated/library/v1/UnlockAchievementResponse.ts';
import { enumOf, members, said, textOfTimestamp, timestampOf, wordOf } from './messages.ts';
import type { Method } from './method.ts';

export const grant: Method<GrantRequest, GrantGameResponse, typeof grantGame> = {
  endpoint: grantGame,
  read: ({ user_id, game_id, source }) => ({
    params: { user_id },
    body: members({ game_id, source: wordOf('ACQUISITION_SOURCE', source) }),
  }),
  write: ({ source, acquired_at, ...rest }) => ({
    ...rest,
    source: enumOf('ACQUISITION_SOURCE', source),
    acquired_at: timestampOf(acquired_at),
  }),
};

export const revoke: Method<RevokeRequest, RevokeGameResponse, typeof revokeGame> = {
  endpoint: revokeGame,
  read: ({ user_id, game_id }) => ({ params: { user_id, game_id } }),
  write: () => ({}),
};

export const unlock: Method<UnlockRequest, UnlockAchievementResponse, typeof unlockUserAchievement> = {
  endpoint: unlockUserAchievement,
  read: ({ user_id, game_id, achievement_id, offline, unlocked_at }) => ({
    params: { user_id },
    body: members({
      game_id,
      achievement_id,
      offline: offline || undefined,
      unlocked_at: textOfTimestamp(unlocked_at),
    }),
  }),
  write: ({ unlocked_at, ...rest }) => ({ ...rest, unlocked_at: timestampOf(unlocked_at) }),
};

export const install: Method<InstallRequest, SetInstallStatusResponse, typeof setInstallStatus> = {
  endpoint: setInstallStatus,
  read: ({ user_id, game_id, device_id, status, version }) => ({
    params: { user_id, game_id, device_id },
    body: members({ status: wordOf('INSTALL_STATUS', status), version: said(version) }),
  }),
  write: ({ changed }) => ({ changed }),
};
