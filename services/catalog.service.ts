/** The catalogue cache: what the library knows of games. */
import type { ServiceSchema } from 'moleculer';
import { endpointAction } from './action.ts';
import type * as contract from '../lib/contract/admin.ts';
import type { Database } from '../lib/db/database.ts';
import { putGame } from '../lib/library/catalog.ts';
import type { Clock } from '../lib/ports/clock.ts';

export interface CatalogDeps {
  readonly database: Pick<Database, 'db'>;
  readonly clock: Clock;
}

export function catalogService({ database: { db }, clock }: CatalogDeps): ServiceSchema {
  return {
    name: 'catalog',
    actions: {
      put: endpointAction<typeof contract.putGame>(({ params, body }) =>
        putGame(db, params.game_id, body, clock.now()),
      ),
    },
  };
}
