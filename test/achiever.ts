import { expect } from '@jest/globals';
import { newPlayer, type Player } from './player.ts';
import { id } from './playtime-rows.ts';
import { reportProgress } from '../lib/achievements/report-progress.ts';
import type { Reporter } from '../lib/achievements/reporter.ts';
import { unlock } from '../lib/achievements/unlock.ts';
import type { ProgressReply, UnlockBody, UnlockReply } from '../lib/contract/achievements.ts';
import type { Caller } from '../lib/contract/endpoint.ts';
import { PRODUCED_EVENTS } from '../lib/contract/events/produced.ts';
import { compileCheck, type Check } from '../lib/contract/validation.ts';
import type { Database } from '../lib/db/database.ts';
import type { AchievementDefinition } from '../lib/db/schema/catalog.ts';
import { putGame } from '../lib/library/catalog.ts';
import { grantGame } from '../lib/library/access.ts';

export const GAME_SERVER: Caller = { userId: id(997, 'user'), roles: ['service'] };

const CHECKS = new Map<string, Check>(PRODUCED_EVENTS.map(({ type, data }) => [type, compileCheck(data)]));

let lastGame = 1000;

/** A definition with everything that a test does not care about filled in. */
export function achievement(achievement_id: string, more: Partial<AchievementDefinition> = {}): AchievementDefinition {
  return { achievement_id, title: `Title of ${achievement_id}`, description: 'How', hidden: false, target: 1, ...more };
}

/** A user with a game of their own that has achievements. */
export interface Achiever {
  readonly player: Player;
  readonly userId: string;
  readonly gameId: string;
  /** Reports as the launcher; exactly one of value and increment. */
  progress(achievementId: string, report: { value: number } | { increment: number }): Promise<ProgressReply>;
  unlock(achievementId: string, more?: Partial<UnlockBody>): Promise<UnlockReply>;
  /** The same, as a service. */
  readonly served: Pick<Achiever, 'progress' | 'unlock'>;
  /** What the outbox tells of the user's achievements, in order; fails when it does not fit the contract. */
  events(): Promise<readonly (readonly [type: string, data: Record<string, unknown>])[]>;
  /** The audit log, in order. */
  audited(): Promise<readonly Record<string, unknown>[]>;
}

export async function newAchiever(
  database: Database,
  achievements: readonly AchievementDefinition[],
): Promise<Achiever> {
  const { db } = database;
  const player = await newPlayer(database);
  const { userId, caller } = player;
  const gameId = id((lastGame += 1), 'game');
  await putGame(db, gameId, { title: `Game ${lastGame}`, achievements: [...achievements] }, player.engine.now);
  await grantGame({ db, caller, userId, now: player.engine.now }, { game_id: gameId, source: 'purchase' });

  const reports = (by: Caller, reporter: () => Reporter): Pick<Achiever, 'progress' | 'unlock'> => ({
    progress: (achievement_id, report) =>
      reportProgress({ ...player.context, caller: by }, reporter(), { game_id: gameId, achievement_id, ...report }),
    unlock: (achievement_id, more = {}) =>
      unlock({ ...player.context, caller: by }, reporter(), { game_id: gameId, achievement_id, ...more }),
  });
  return {
    player,
    userId,
    gameId,
    ...reports(caller, () => ({ kind: 'player', actor: player.context.actor })),
    served: reports(GAME_SERVER, () => ({ kind: 'service' })),
    async events() {
      const rows = await db
        .selectFrom('outbox_events')
        .select(['event_type', 'data'])
        .where('user_id', '=', userId)
        .where('event_type', 'like', 'library.achievement.%')
        .orderBy('event_number')
        .execute();
      for (const { event_type, data } of rows) expect(CHECKS.get(event_type)?.(data)).toBeNull();
      return rows.map(({ event_type, data }) => [event_type, data] as const);
    },
    async audited() {
      return db
        .selectFrom('achievement_audit_log')
        .select(['action', 'actor_id', 'actor_roles', 'game_id', 'achievement_id', 'reason', 'details'])
        .where('user_id', '=', userId)
        .orderBy('entry_id')
        .execute();
    },
  };
}
