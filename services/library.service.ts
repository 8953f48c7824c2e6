/** Who owns what, and what they marked on it. */
import type { ServiceSchema } from 'moleculer';
import { action, endpointAction } from './action.ts';
import { userActor } from './user-actor-calls.ts';
import type { Engine } from '../actors/engine.ts';
import type * as admin from '../lib/contract/admin.ts';
import type { Request } from '../lib/contract/endpoint.ts';
import type * as contract from '../lib/contract/library.ts';
import type { Database } from '../lib/db/database.ts';
import { grantGame, hasAccess, revokeGame } from '../lib/library/access.ts';
import { libraryItem, libraryPage, ownedGames } from '../lib/library/library-items.ts';
import { ownedGame, patchMarks } from '../lib/library/marks.ts';
import type { Clock } from '../lib/ports/clock.ts';

export interface LibraryDeps {
  readonly database: Pick<Database, 'db'>;
  readonly engine: Engine;
  readonly clock: Clock;
}

export function libraryService({ database: { db }, engine, clock }: LibraryDeps): ServiceSchema {
  const change = ({ caller, userId }: Pick<Request, 'caller' | 'userId'>) => ({ db, caller, userId, now: clock.now() });

  return {
    name: 'library',
    actions: {
      list: endpointAction<typeof contract.listLibrary>(async ({ userId, query }) => {
        const now = clock.now();
        const { items, nextCursor } = libraryPage(await ownedGames(db, userId, now), query, now);
        return { items: items.map(libraryItem), next_cursor: nextCursor };
      }),
      get: endpointAction<typeof contract.getLibraryItem>(async ({ userId, params }) =>
        libraryItem(await ownedGame(db, userId, params.game_id, clock.now())),
      ),
      patch: endpointAction<typeof contract.patchLibraryItem>(async ({ userId, params, body }) =>
        libraryItem(await patchMarks(db, userId, params.game_id, body, clock.now())),
      ),
      grant: endpointAction<typeof admin.grantGame>((request) => grantGame(change(request), request.body)),
      revoke: endpointAction<typeof admin.revokeGame>(async (request) => {
        const { userId, deadline, params } = request;
        await revokeGame(change(request), userActor(engine, userId, deadline), params.game_id);
        return undefined;
      }),
      /** For other services: whether the user may play the game now. */
      access: action(({ userId, gameId }: { userId: string; gameId: string }) => hasAccess(db, userId, gameId)),
    },
  };
}
