import { sql, type Kysely, type Selectable, type Transaction } from 'kysely';
import { priceRows, pricesDiffer, replacePrices, told, toldPrices, type Price } from './catalog-prices.ts';
import type { Game, GameBody } from '../contract/admin.ts';
import type { Schema } from '../db/schema.ts';
import { LibraryError } from '../errors.ts';

/**
 * The catalogue entry of a game.
 *
 * @throws LibraryError NOT_FOUND
 */
export async function gameIn(db: Kysely<Schema>, gameId: string): Promise<Game> {
  // One moment of both: an entry must not be shown with the prices of another one.
  return db
    .transaction()
    .setIsolationLevel('repeatable read')
    .execute(async (transaction) => {
      const row = await transaction
        .selectFrom('catalog_games')
        .selectAll()
        .where('game_id', '=', gameId)
        .executeTakeFirst();
      if (row === undefined) throw new LibraryError('NOT_FOUND', 'The catalogue has no such game');
      return gameOf(row, (await priceRows(transaction, gameId)).map(told));
    });
}

/**
 * Creates or replaces the catalogue entry of a game: members left out are emptied. An entry that is so already keeps
 * its version and its time.
 *
 * @param now ms since the Unix epoch
 * @throws LibraryError VALIDATION_ERROR for two prices in one currency, or two achievements of one id
 */
export async function putGame(db: Kysely<Schema>, gameId: string, body: GameBody, now: number): Promise<Game> {
  return db.transaction().execute((transaction) => putGameIn(transaction, gameId, body, now));
}

/** As {@link putGame}, as a part of a transaction of the caller's. */
export async function putGameIn(
  transaction: Transaction<Schema>,
  gameId: string,
  body: GameBody,
  now: number,
): Promise<Game> {
  const prices = mustBeWhole(body);
  // The entry is locked before its prices are compared, so that two that put it at once do so one after the other.
  const before = await lockedGame(transaction, gameId);
  const changed = pricesDiffer(await priceRows(transaction, gameId), prices);
  const row = await putEntry(transaction, gameId, body, new Date(now), before && changed);
  // Two may create the entry at once: only now, with the entry locked for certain, are its prices what they are.
  if (changed || !before) await replacePrices(transaction, gameId, prices, now);
  return gameOf(row, prices);
}

/**
 * Creates the entry of a game that has none; one that is there, or comes to be meanwhile, knows better and stays. Returns
 * whether it was created.
 *
 * @param now ms since the Unix epoch
 * @throws LibraryError VALIDATION_ERROR for two prices in one currency, or two achievements of one id
 */
export async function createGame(db: Kysely<Schema>, gameId: string, body: GameBody, now: number): Promise<boolean> {
  const prices = mustBeWhole(body);
  return db.transaction().execute(async (transaction) => {
    const created = await transaction
      .insertInto('catalog_games')
      .values(entryOf(gameId, body, new Date(now)))
      .onConflict((conflict) => conflict.doNothing())
      .returning('game_id')
      .executeTakeFirst();
    if (created === undefined) return false;
    await replacePrices(transaction, gameId, prices, now);
    return true;
  });
}

function mustBeWhole(body: GameBody): readonly Price[] {
  const prices = toldPrices(body.prices ?? []);
  mustDiffer(
    'prices',
    prices.map(({ currency }) => currency),
  );
  mustDiffer(
    'achievements',
    (body.achievements ?? []).map(({ achievement_id }) => achievement_id),
  );
  return prices;
}

function mustDiffer(field: string, ids: readonly string[]): void {
  if (new Set(ids).size === ids.length) return;
  const message = 'names the same one twice';
  throw new LibraryError('VALIDATION_ERROR', `${field}: ${message}`, { errors: [{ field, message }] });
}

async function lockedGame(transaction: Transaction<Schema>, gameId: string): Promise<boolean> {
  const row = await transaction
    .selectFrom('catalog_games')
    .select('game_id')
    .where('game_id', '=', gameId)
    .forUpdate()
    .executeTakeFirst();
  return row !== undefined;
}

const MEMBERS = [
  ...(['title', 'developer', 'publisher', 'description', 'cover_url'] as const),
  ...(['genres', 'released_on', 'achievements'] as const),
];

async function putEntry(
  transaction: Transaction<Schema>,
  gameId: string,
  body: GameBody,
  at: Date,
  changed: boolean,
): Promise<Selectable<Schema['catalog_games']>> {
  return transaction
    .insertInto('catalog_games')
    .values(entryOf(gameId, body, at))
    .onConflict((conflict) =>
      conflict.column('game_id').doUpdateSet((expression) => {
        const row = (table: string) => sql.join(MEMBERS.map((member) => sql.ref(`${table}.${member}`)));
        const differs = sql`(${sql.lit(changed)} OR (${row('catalog_games')}) IS DISTINCT FROM (${row('excluded')}))`;
        return {
          ...Object.fromEntries(MEMBERS.map((member) => [member, expression.ref(`excluded.${member}`)])),
          version: sql<number>`catalog_games.version + CASE WHEN ${differs} THEN 1 ELSE 0 END`,
          updated_at: sql<Date>`CASE WHEN ${differs} THEN excluded.updated_at ELSE catalog_games.updated_at END`,
        };
      }),
    )
    .returningAll()
    .executeTakeFirstOrThrow();
}

function entryOf(gameId: string, body: GameBody, at: Date) {
  return {
    game_id: gameId,
    title: body.title,
    developer: body.developer ?? null,
    publisher: body.publisher ?? null,
    description: body.description ?? null,
    cover_url: body.cover_url ?? null,
    genres: body.genres ?? [],
    released_on: body.released_on ?? null,
    achievements: JSON.stringify(body.achievements ?? []),
    updated_at: at,
  };
}

function gameOf(row: Selectable<Schema['catalog_games']>, prices: readonly Price[]): Game {
  return {
    game_id: row.game_id,
    title: row.title,
    developer: row.developer,
    publisher: row.publisher,
    description: row.description,
    cover_url: row.cover_url,
    genres: row.genres,
    released_on: row.released_on,
    prices: [...prices],
    achievements: [...row.achievements],
    version: row.version,
    updated_at: row.updated_at.toISOString(),
  };
}
