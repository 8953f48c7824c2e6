/** Who owns what, and what they made of it. */
import type { ServiceSchema } from 'moleculer';
import { action, endpointAction } from './action.ts';
import { userActor } from './user-actor-calls.ts';
import type { Engine } from '../actors/engine.ts';
import type { UserPages } from '../lib/cache/user-pages.ts';
import type * as admin from '../lib/contract/admin.ts';
import type { Request } from '../lib/contract/endpoint.ts';
import type * as contract from '../lib/contract/library.ts';
import type { exportUserData } from '../lib/contract/export.ts';
import type * as twins from '../lib/contract/service-twins.ts';
import type { Database } from '../lib/db/database.ts';
import { exportLines } from '../lib/library/export.ts';
import { grantGame, hasAccess, revokeGame } from '../lib/library/access.ts';
import { checkAccess, type AccessCheck } from '../lib/library/check-access.ts';
import { fetchGame } from '../lib/library/fetch-game.ts';
import { setInstallStatus } from '../lib/library/install-status.ts';
import { ownedGame } from '../lib/library/library-items.ts';
import { listLibrary } from '../lib/library/list-library.ts';
import { patchGame } from '../lib/library/marks.ts';
import type { CatalogSource } from '../lib/ports/catalog-source.ts';
import type { Clock } from '../lib/ports/clock.ts';

export interface LibraryDeps {
  readonly database: Pick<Database, 'db' | 'executor'>;
  readonly engine: Engine;
  readonly clock: Clock;
  readonly pages: UserPages;
  /** Asked for games that are granted and not known. */
  readonly catalog: CatalogSource;
}

export function libraryService({ database, engine, clock, pages, catalog }: LibraryDeps): ServiceSchema {
  const { db, executor } = database;
  const of = ({ userId }: Pick<Request, 'userId'>) => ({ database, userId, now: clock.now() });
  const change = ({ caller, userId }: Pick<Request, 'caller' | 'userId'>) => ({ db, caller, userId, now: clock.now() });

  return {
    name: 'library',
    actions: {
      list: endpointAction<typeof contract.listLibrary>((request) => {
        const { userId, query } = request;
        return pages({ userId, name: 'library.list', query, build: () => listLibrary(of(request), query) });
      }),
      get: endpointAction<typeof contract.getLibraryItem>(({ userId, params }) =>
        ownedGame(executor, userId, params.game_id, clock.now()),
      ),
      patch: endpointAction<typeof contract.patchLibraryItem>((request) =>
        patchGame(of(request), request.params.game_id, request.body, request.ifMatch),
      ),
      export: endpointAction<typeof exportUserData>(async ({ userId, deadline }) => {
        // What was played up to now belongs to it, too.
        await userActor(engine, userId, deadline).flush();
        return exportLines(executor, userId, clock.now());
      }),
      grant: endpointAction<typeof admin.grantGame>(async (request) => {
        await fetchGame({ db, catalog, clock }, request.body.game_id.toLowerCase(), request.deadline);
        return grantGame(change(request), request.body);
      }),
      revoke: endpointAction<typeof admin.revokeGame>(async (request) => {
        const { deadline, params } = request;
        await revokeGame(change(request), (id) => userActor(engine, id, deadline), params.game_id);
        return undefined;
      }),
      checkAccess: endpointAction<typeof twins.checkGameAccess>(async ({ params }) => {
        const [access] = await checkAccess(executor, [params]);
        if (access === undefined) throw new TypeError('a check was not answered');
        return access;
      }),
      checkAccesses: endpointAction<typeof twins.batchCheckGameAccess>(async ({ body }) => ({
        results: await checkAccess(executor, body.checks),
      })),
      /** For gateways: what came in together is asked together. */
      accessOf: action(({ checks }: { checks: readonly AccessCheck[] }) => checkAccess(executor, checks)),
      setInstallStatus: endpointAction<typeof twins.setInstallStatus>(({ userId, params, body }) =>
        setInstallStatus({ db, userId, gameId: params.game_id, deviceId: params.device_id, now: clock.now() }, body),
      ),
      /** For other services: whether the user may play the game now. */
      access: action(({ userId, gameId }: { userId: string; gameId: string }) => hasAccess(db, userId, gameId)),
    },
  };
}
