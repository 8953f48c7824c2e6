import type { Call } from '../../common/api.ts';
import type { AchievementPage } from '../../../lib/contract/achievements.ts';

export type AchievementList = AchievementPage;

export function listCall(gameId: string): Call {
  return { method: 'GET', path: `/achievements?game_id=${gameId}&limit=200` };
}

export function unlockCall(gameId: string, achievementId: string): Call {
  return { method: 'POST', path: '/achievements/unlock', body: { game_id: gameId, achievement_id: achievementId } };
}

/** As the game reports it, by its launcher's token. */
export function progressCall(
  gameId: string,
  achievementId: string,
  report: { readonly value: number } | { readonly increment: number },
): Call {
  return {
    method: 'POST',
    path: '/achievements/progress',
    body: { game_id: gameId, achievement_id: achievementId, ...report },
  };
}

/** As the game's server reports it: the user cannot. */
export function serverProgressCall(userId: string, gameId: string, achievementId: string, increment: number): Call {
  return {
    method: 'POST',
    path: `/admin/users/${userId}/achievements/progress`,
    body: { game_id: gameId, achievement_id: achievementId, increment },
  };
}
