import { sql, type Kysely, type Selectable } from 'kysely';
import type { Game, GameBody } from '../contract/admin.ts';
import type { Schema } from '../db/schema.ts';

/**
 * Creates or replaces the catalogue entry of a game: members left out are emptied. An entry that is already so keeps
 * its version and its time.
 *
 * @param now ms since the Unix epoch
 */
export async function putGame(db: Kysely<Schema>, gameId: string, body: GameBody, now: number): Promise<Game> {
  const entry = {
    title: body.title,
    developer: body.developer ?? null,
    publisher: body.publisher ?? null,
    description: body.description ?? null,
    cover_url: body.cover_url ?? null,
    genres: body.genres ?? [],
    released_on: body.released_on ?? null,
  };
  const members = ['title', 'developer', 'publisher', 'description', 'cover_url', 'genres', 'released_on'] as const;
  const row = await db
    .insertInto('catalog_games')
    .values({ game_id: gameId, ...entry, achievements: '[]', updated_at: new Date(now) })
    .onConflict((conflict) =>
      conflict.column('game_id').doUpdateSet((expression) => {
        const differs = sql`(${sql.join(members.map((member) => sql.ref(`catalog_games.${member}`)))})
          IS DISTINCT FROM (${sql.join(members.map((member) => sql.ref(`excluded.${member}`)))})`;
        return {
          ...Object.fromEntries(members.map((member) => [member, expression.ref(`excluded.${member}`)])),
          version: sql<number>`catalog_games.version + CASE WHEN ${differs} THEN 1 ELSE 0 END`,
          updated_at: sql<Date>`CASE WHEN ${differs} THEN excluded.updated_at ELSE catalog_games.updated_at END`,
        };
      }),
    )
    .returningAll()
    .executeTakeFirstOrThrow();
  return gameOf(row);
}

function gameOf(row: Selectable<Schema['catalog_games']>): Game {
  return {
    game_id: row.game_id,
    title: row.title,
    developer: row.developer,
    publisher: row.publisher,
    description: row.description,
    cover_url: row.cover_url,
    genres: row.genres,
    released_on: row.released_on,
    updated_at: row.updated_at.toISOString(),
  };
}
