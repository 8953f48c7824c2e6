import { sql, type Kysely } from 'kysely';

/**
 * Who may play what. One row a game, kept when access is revoked: notes and marks come back with the game.
 * No foreign key to the catalogue: users are distributed by user id, the catalogue is not.
 * The primary key serves every question asked here: one game of a user, or all of a user's (thousands at most).
 */
export async function up(db: Kysely<never>): Promise<void> {
  await sql`
    CREATE TABLE user_libraries (
      user_id uuid NOT NULL,
      game_id uuid NOT NULL,
      source text NOT NULL CHECK (source IN ('purchase', 'gift', 'family', 'subscription')),
      acquired_at timestamptz NOT NULL,
      hidden boolean NOT NULL DEFAULT false,
      favorite boolean NOT NULL DEFAULT false,
      notes text,
      revoked_at timestamptz,
      updated_at timestamptz NOT NULL,
      PRIMARY KEY (user_id, game_id)
    )`.execute(db);
}

export async function down(db: Kysely<never>): Promise<void> {
  await sql`DROP TABLE user_libraries`.execute(db);
}
