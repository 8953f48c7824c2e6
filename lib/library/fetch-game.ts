import type { Kysely } from 'kysely';
import { createGame } from './catalog.ts';
import type { Schema } from '../db/schema.ts';
import type { CatalogSource } from '../ports/catalog-source.ts';
import type { Clock } from '../ports/clock.ts';

export interface Fetching {
  readonly db: Kysely<Schema>;
  readonly catalog: CatalogSource;
  readonly clock: Clock;
}

/**
 * Has the catalogue tables know a game, from Catalog where they do not yet. Returns whether they do now.
 *
 * @param gameId a lower-case UUID
 * @param deadline ms since the Unix epoch
 * @throws LibraryError UNAVAILABLE when Catalog must be asked and does not answer
 */
export async function fetchGame({ db, catalog, clock }: Fetching, gameId: string, deadline: number): Promise<boolean> {
  const known = await db.selectFrom('catalog_games').select('game_id').where('game_id', '=', gameId).executeTakeFirst();
  if (known !== undefined) return true;
  const body = await catalog.find(gameId, deadline);
  if (body === null) return false;
  await createGame(db, gameId, body, clock.now());
  return true;
}
