import { sql, type Kysely } from 'kysely';

/**
 * Games that were bought before the catalogue heard of them: Catalog is asked for each until it tells, in the background,
 * so that no purchase waits for another service.
 */
export async function up(db: Kysely<never>): Promise<void> {
  await sql`
    CREATE TABLE wanted_games (
      game_id uuid PRIMARY KEY,
      attempts integer NOT NULL DEFAULT 0,
      next_try_at timestamptz NOT NULL
    )`.execute(db);
  await sql`CREATE INDEX wanted_games_next_try_at ON wanted_games (next_try_at)`.execute(db);
}

export async function down(db: Kysely<never>): Promise<void> {
  await sql`DROP TABLE wanted_games`.execute(db);
}
