import { sql, type Kysely } from 'kysely';

/**
 * Implausible play that support should look at.
 *
 * - `play_reviews`: users whose play is to be looked at, and when. A queue with one place a user, however much happens.
 * - `play_findings`: what was seen, and what a person made of it. Seen again, it is the same row: `(rule, subject)`.
 *   `play_findings_state` lists what is open, latest first (ids are UUIDs of version 7), and finds one by its id.
 * - `play_devices`: who was seen on which device, for the one rule that looks across users. Touched once a day at most.
 */
export async function up(db: Kysely<never>): Promise<void> {
  await sql`
    CREATE TABLE play_reviews (
      user_id uuid PRIMARY KEY,
      due_at timestamptz NOT NULL
    ) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 10000)`.execute(db);
  await sql`CREATE INDEX play_reviews_due ON play_reviews (due_at)`.execute(db);
  await sql`
    CREATE TABLE play_findings (
      user_id uuid NOT NULL,
      finding_id uuid NOT NULL,
      rule text NOT NULL,
      subject text NOT NULL,
      severity text NOT NULL CHECK (severity IN ('low', 'medium', 'high')),
      game_id uuid,
      evidence jsonb NOT NULL,
      state text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'confirmed', 'dismissed')),
      found_at timestamptz NOT NULL,
      seen_at timestamptz NOT NULL,
      decided_at timestamptz,
      decided_by uuid,
      reason text,
      PRIMARY KEY (user_id, finding_id),
      UNIQUE (user_id, rule, subject)
    )`.execute(db);
  await sql`CREATE INDEX play_findings_state ON play_findings (state, finding_id)`.execute(db);
  await sql`CREATE INDEX play_findings_open ON play_findings (rule) WHERE state = 'open'`.execute(db);
  await sql`
    CREATE TABLE play_devices (
      user_id uuid NOT NULL,
      device_id uuid NOT NULL,
      seen_at timestamptz NOT NULL,
      PRIMARY KEY (user_id, device_id)
    )`.execute(db);
  await sql`CREATE INDEX play_devices_users ON play_devices (device_id, seen_at)`.execute(db);
  await sql`CREATE INDEX play_devices_age ON play_devices (seen_at)`.execute(db);
}

export async function down(db: Kysely<never>): Promise<void> {
  await sql`DROP TABLE play_devices, play_findings, play_reviews`.execute(db);
}
