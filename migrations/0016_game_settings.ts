import { sql, type Kysely } from 'kysely';

/**
 * A game's settings, of one device of the user or (`scope` = 'all') of all of them.
 *
 * - Text, not jsonb: what a launcher put comes back byte for byte, with \\u0000, big numbers and the order of members,
 *   none of which jsonb keeps.
 * - Deleted settings leave their row, without text: version numbers of a game never come twice, and the history, which
 *   is kept of the last 20 versions, is there to roll back to.
 */
export async function up(db: Kysely<never>): Promise<void> {
  await sql`
    CREATE TABLE game_settings (
      user_id uuid NOT NULL,
      game_id uuid NOT NULL,
      scope text NOT NULL,
      version bigint NOT NULL,
      settings text,
      updated_at timestamptz NOT NULL,
      PRIMARY KEY (user_id, game_id, scope)
    )`.execute(db);
  await sql`
    CREATE TABLE game_settings_history (
      user_id uuid NOT NULL,
      game_id uuid NOT NULL,
      scope text NOT NULL,
      version bigint NOT NULL,
      settings text,
      restored_version bigint,
      saved_at timestamptz NOT NULL,
      PRIMARY KEY (user_id, game_id, scope, version)
    )`.execute(db);
}

export async function down(db: Kysely<never>): Promise<void> {
  await sql`DROP TABLE game_settings_history, game_settings`.execute(db);
}
