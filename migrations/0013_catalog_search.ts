import { sql, type Kysely } from 'kysely';

/**
 * Finding games of the catalogue: any part of a title by its trigrams, and all of them in the order of titles. pg_trgm
 * comes with PostgreSQL (a trusted extension: whoever may create in the database may create it) and with PGlite.
 *
 * `achievement_count` spares the lists of libraries from unpacking up to a thousand definitions a game to count them.
 */
export async function up(db: Kysely<never>): Promise<void> {
  await sql`CREATE EXTENSION IF NOT EXISTS pg_trgm`.execute(db);
  // Read far more often than written: entries go into the index at once, not onto a list that every search reads.
  await sql`
    CREATE INDEX catalog_games_title_trigrams ON catalog_games
    USING gin (title gin_trgm_ops) WITH (fastupdate = off)`.execute(db);
  await sql`CREATE INDEX catalog_games_title ON catalog_games (title, game_id)`.execute(db);
  await sql`
    ALTER TABLE catalog_games
    ADD COLUMN achievement_count integer NOT NULL GENERATED ALWAYS AS (jsonb_array_length(achievements)) STORED`.execute(
    db,
  );
}

/** The extension stays: it may have been there before us. */
export async function down(db: Kysely<never>): Promise<void> {
  await sql`ALTER TABLE catalog_games DROP COLUMN achievement_count`.execute(db);
  await sql`DROP INDEX catalog_games_title, catalog_games_title_trigrams`.execute(db);
}
