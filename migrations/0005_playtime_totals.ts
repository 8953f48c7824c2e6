import { sql, type Kysely } from 'kysely';

/**
 * Sums of the sessions' credit, moved only by what changed in the session rows, in the same statement.
 * The day and month stand before the game in the keys: "the last two weeks of a user" is then one short range.
 * A third of each page stays free, so that the update of a live game's row finds room beside the old one (heap-only).
 */
export async function up(db: Kysely<never>): Promise<void> {
  await sql`
    CREATE TABLE playtime_stats_daily (
      user_id uuid NOT NULL,
      day date NOT NULL,
      game_id uuid NOT NULL,
      ms bigint NOT NULL,
      PRIMARY KEY (user_id, day, game_id)
    ) WITH (fillfactor = 70)`.execute(db);
  await sql`
    CREATE TABLE playtime_stats_monthly (
      user_id uuid NOT NULL,
      month date NOT NULL,
      game_id uuid NOT NULL,
      ms bigint NOT NULL,
      PRIMARY KEY (user_id, month, game_id)
    ) WITH (fillfactor = 70)`.execute(db);
  await sql`
    CREATE TABLE playtime_totals (
      user_id uuid NOT NULL,
      game_id uuid NOT NULL,
      ms bigint NOT NULL,
      last_played_at timestamptz NOT NULL,
      PRIMARY KEY (user_id, game_id)
    ) WITH (fillfactor = 70)`.execute(db);
}

export async function down(db: Kysely<never>): Promise<void> {
  await sql`DROP TABLE playtime_totals, playtime_stats_monthly, playtime_stats_daily`.execute(db);
}
