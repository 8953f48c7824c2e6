import { sql, type Kysely } from 'kysely';

/**
 * On which devices a game is installed, as the platform's downloader tells. No row: not installed. It may tell of a game
 * before the purchase is heard of, so there is no reference to the library.
 */
export async function up(db: Kysely<never>): Promise<void> {
  await sql`
    CREATE TABLE game_installations (
      user_id uuid NOT NULL,
      game_id uuid NOT NULL,
      device_id uuid NOT NULL,
      status text NOT NULL CHECK (status IN ('installed', 'updating')),
      version text,
      updated_at timestamptz NOT NULL,
      PRIMARY KEY (user_id, game_id, device_id)
    )`.execute(db);
}

export async function down(db: Kysely<never>): Promise<void> {
  await sql`DROP TABLE game_installations`.execute(db);
}
