/** Asks Catalog for games that were bought before the catalogue heard of them. */
import type { Service, ServiceSchema } from 'moleculer';
import { chore, type Chore } from './chore.ts';
import type { Database } from '../lib/db/database.ts';
import { fetchWanted } from '../lib/library/wanted-games.ts';
import type { CatalogSource } from '../lib/ports/catalog-source.ts';
import type { Clock } from '../lib/ports/clock.ts';

export interface WantedGamesDeps {
  readonly database: Pick<Database, 'db'>;
  readonly catalog: CatalogSource;
  readonly clock: Clock;
}

const AT_ONCE = 20;
const IDLE_MS = 2000;
const RETRY_MS = 5000;

export function wantedGamesService({ database: { db }, catalog, clock }: WantedGamesDeps): ServiceSchema {
  let fetching: Chore | null = null;
  return {
    name: 'wantedGames',
    started(this: Service) {
      const { logger } = this;
      fetching = chore(
        clock,
        async () => {
          const { due, known } = await fetchWanted({ db, catalog, clock }, AT_ONCE);
          if (known > 0) logger.info({ msg: 'games were fetched from Catalog', known });
          return due === AT_ONCE && known > 0 ? 0 : IDLE_MS;
        },
        (error) => logger.warn({ msg: 'unknown games could not be fetched', error: String(error) }),
        RETRY_MS,
      );
      fetching.start();
    },
    async stopped() {
      await fetching?.stop();
    },
  };
}
