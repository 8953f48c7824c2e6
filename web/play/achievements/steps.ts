import type { Call } from '../../common/api.ts';
import type { UserAchievement } from '../../../lib/contract/achievements.ts';
import { player, shop, type Account } from '../calls.ts';
import { progressCall, serverProgressCall, unlockCall } from './calls.ts';

/** Something a game, or its server, reports of an achievement. */
export interface Step {
  readonly key: 'unlock' | 'advance' | 'server_advances';
  readonly count: number;
  readonly by: Account;
  readonly call: Call;
}

/** What can be reported of it: small steps, and for those that take many a greater one. */
export function stepsOf(achievement: UserAchievement): readonly Step[] {
  const { game_id, achievement_id, authority, target, progress, progress_kind } = achievement;
  if (authority === 'server') {
    const userId = player.person.value?.userId ?? '';
    const call = serverProgressCall(userId, game_id, achievement_id, 10);
    return [{ key: 'server_advances', count: 10, by: shop, call }];
  }
  // Of a masked one, nobody is told what it takes.
  if (target === null || target === 1) {
    return [{ key: 'unlock', count: 1, by: player, call: unlockCall(game_id, achievement_id) }];
  }
  const known = progress ?? 0;
  const counts = progress_kind === 'increment' ? [60, 100] : [1, 10];
  return counts.map((count) => {
    const report = progress_kind === 'increment' ? { increment: count } : { value: Math.min(target, known + count) };
    return { key: 'advance', count, by: player, call: progressCall(game_id, achievement_id, report) };
  });
}
