/** The catalogue cache: what the library knows of games. */
import type { ServiceSchema } from 'moleculer';
import { endpointAction } from './action.ts';
import type * as contract from '../lib/contract/admin.ts';
import type { getGame as get, searchCatalog as search } from '../lib/contract/catalog-search.ts';
import type { Database } from '../lib/db/database.ts';
import { searchCatalog } from '../lib/library/catalog-search.ts';
import { gameIn, putGame } from '../lib/library/catalog.ts';
import type { Clock } from '../lib/ports/clock.ts';

export interface CatalogDeps {
  readonly database: Pick<Database, 'db' | 'executor'>;
  readonly clock: Clock;
}

export function catalogService({ database: { db, executor }, clock }: CatalogDeps): ServiceSchema {
  return {
    name: 'catalog',
    actions: {
      put: endpointAction<typeof contract.putGame>(({ params, body }) =>
        putGame(db, params.game_id, body, clock.now()),
      ),
      get: endpointAction<typeof get>(({ params }) => gameIn(db, params.game_id)),
      search: endpointAction<typeof search>(({ query }) => searchCatalog(executor, query)),
    },
  };
}
