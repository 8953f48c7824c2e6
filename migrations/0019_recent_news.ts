import { sql, type Kysely } from 'kysely';

/**
 * What users' launchers were told of in the last ten minutes, so that one whose connection broke can hear what it missed.
 *
 * - `recent_news`: events that the event bus has and that are news to the user, moved here from the outbox by the same
 *   statement that forgets them there: an event is in exactly one of the two. Rows come and go, so it is vacuumed early.
 * - `outbox_events_user`: what is missed may still wait for the event bus, and while that is away there may be millions.
 */
export async function up(db: Kysely<never>): Promise<void> {
  await sql`
    CREATE TABLE recent_news (
      user_id uuid NOT NULL,
      event_number bigint NOT NULL,
      event_type text NOT NULL,
      occurred_at timestamptz NOT NULL,
      data jsonb NOT NULL,
      carried_at timestamptz NOT NULL,
      PRIMARY KEY (user_id, event_number)
    ) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 10000)`.execute(db);
  await sql`CREATE INDEX recent_news_age ON recent_news (carried_at)`.execute(db);
  await sql`CREATE INDEX outbox_events_user ON outbox_events (user_id, event_number)`.execute(db);
}

export async function down(db: Kysely<never>): Promise<void> {
  await sql`DROP INDEX outbox_events_user`.execute(db);
  await sql`DROP TABLE recent_news`.execute(db);
}
