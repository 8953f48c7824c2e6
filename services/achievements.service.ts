/** What users achieve in their games. */
import type { ServiceSchema } from 'moleculer';
import { endpointAction } from './action.ts';
import { userActor } from './user-actor-calls.ts';
import type { Engine } from '../actors/engine.ts';
import { listAchievements } from '../lib/achievements/list-achievements.ts';
import { createRarities } from '../lib/achievements/rarity.ts';
import { reportProgress } from '../lib/achievements/report-progress.ts';
import type { Reporter } from '../lib/achievements/reporter.ts';
import { unlock, unlockAsService } from '../lib/achievements/unlock.ts';
import type { UserPages } from '../lib/cache/user-pages.ts';
import type * as contract from '../lib/contract/achievements.ts';
import type { Request } from '../lib/contract/endpoint.ts';
import type { Database } from '../lib/db/database.ts';
import type { Clock } from '../lib/ports/clock.ts';

export interface AchievementsDeps {
  readonly database: Pick<Database, 'db'>;
  readonly engine: Engine;
  readonly clock: Clock;
  readonly pages: UserPages;
}

export function achievementsService({ database: { db }, engine, clock, pages }: AchievementsDeps): ServiceSchema {
  const rarities = createRarities(db, clock);
  const of = ({ caller, userId }: Pick<Request, 'caller' | 'userId'>) => ({ db, caller, userId, now: clock.now() });
  const player = ({ userId, deadline }: Pick<Request, 'userId' | 'deadline'>): Reporter => ({
    kind: 'player',
    actor: userActor(engine, userId, deadline),
  });
  const service: Reporter = { kind: 'service' };
  const page = (name: string, userId: string, query: contract.AchievementsQuery, masks: boolean) =>
    pages({ userId, name, query, build: () => listAchievements({ db, rarities, userId, masks }, query) });

  return {
    name: 'achievements',
    actions: {
      list: endpointAction<typeof contract.listAchievements>(({ userId, query }) =>
        page('achievements.list', userId, query, true),
      ),
      progress: endpointAction<typeof contract.reportProgress>((request) =>
        reportProgress(of(request), player(request), request.body),
      ),
      unlock: endpointAction<typeof contract.unlockAchievement>((request) =>
        unlock(of(request), player(request), request.body),
      ),
      listUnmasked: endpointAction<typeof contract.listUserAchievements>(({ userId, query }) =>
        page('achievements.listUnmasked', userId, query, false),
      ),
      progressByService: endpointAction<typeof contract.reportUserProgress>((request) =>
        reportProgress(of(request), service, request.body),
      ),
      unlockByService: endpointAction<typeof contract.unlockUserAchievement>((request) =>
        unlockAsService(of(request), request.body),
      ),
    },
  };
}
