import { sql, type Kysely } from 'kysely';

/**
 * What became of each session reported as played offline, under the launcher's own id: a report sent twice is answered
 * from here. Refused ones are not kept: what was refused today may be right tomorrow (the game was granted meanwhile).
 */
export async function up(db: Kysely<never>): Promise<void> {
  await sql`
    CREATE TABLE playtime_offline_sessions (
      user_id uuid NOT NULL,
      device_id uuid NOT NULL,
      client_session_id text NOT NULL,
      game_id uuid NOT NULL,
      credited_ms bigint NOT NULL,
      reported_at timestamptz NOT NULL,
      PRIMARY KEY (user_id, device_id, client_session_id)
    )`.execute(db);
  // For the job that forgets reports too old to be sent again.
  await sql`CREATE INDEX playtime_offline_sessions_age ON playtime_offline_sessions (reported_at)`.execute(db);
}

export async function down(db: Kysely<never>): Promise<void> {
  await sql`DROP TABLE playtime_offline_sessions`.execute(db);
}
