import { sql, type Kysely } from 'kysely';

/**
 * What connects a user's data with the platform's events.
 *
 * - `user_revisions`: one number a user, raised by every change of the user's data in its own transaction. Pages kept in
 *   a cache are named after it, so a stale one is never found. Its row is also what puts the transactions of one user in
 *   an order: whoever writes events holds it until the commit.
 * - `outbox_events`: what happened, written with the change itself, and deleted once the event bus has it. A queue: rows
 *   come and go, so it is vacuumed early. Lanes are carried by parallel relays; a user's events share one lane, and the
 *   event number, drawn while the user's revision is held, is their order.
 * - `outbox_lanes`: which process carries which lane, as a lease on the database's own clock.
 * - `inbox_events`: which events of others were taken in, so that one delivered twice does nothing twice.
 * - `erasures`: users who were deleted, known by a digest only: events that come late must not bring them back.
 */
export async function up(db: Kysely<never>): Promise<void> {
  await sql`
    CREATE TABLE user_revisions (
      user_id uuid PRIMARY KEY,
      revision bigint NOT NULL DEFAULT 1
    ) WITH (fillfactor = 70)`.execute(db);
  await sql`
    CREATE TABLE outbox_events (
      lane smallint NOT NULL,
      event_number bigint GENERATED ALWAYS AS IDENTITY,
      event_id uuid NOT NULL DEFAULT gen_random_uuid(),
      user_id uuid NOT NULL,
      event_type text NOT NULL,
      occurred_at timestamptz NOT NULL,
      data jsonb NOT NULL,
      PRIMARY KEY (lane, event_number)
    ) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 10000)`.execute(db);
  await sql`
    CREATE TABLE outbox_lanes (
      lane smallint PRIMARY KEY,
      carrier text NOT NULL,
      leased_until timestamptz NOT NULL
    )`.execute(db);
  await sql`
    CREATE TABLE inbox_events (
      source text NOT NULL,
      event_id text NOT NULL,
      done boolean NOT NULL,
      received_at timestamptz NOT NULL,
      PRIMARY KEY (source, event_id)
    )`.execute(db);
  // For the job that forgets what the event bus no longer keeps either.
  await sql`CREATE INDEX inbox_events_age ON inbox_events (received_at)`.execute(db);
  await sql`
    CREATE TABLE erasures (
      user_digest bytea PRIMARY KEY,
      user_id uuid,
      erased_at timestamptz NOT NULL
    )`.execute(db);
  await sql`CREATE INDEX erasures_unfinished ON erasures (erased_at) WHERE user_id IS NOT NULL`.execute(db);
}

export async function down(db: Kysely<never>): Promise<void> {
  await sql`DROP TABLE erasures, inbox_events, outbox_lanes, outbox_events, user_revisions`.execute(db);
}
