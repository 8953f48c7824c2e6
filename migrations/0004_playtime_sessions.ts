import { sql, type Kysely } from 'kysely';

/**
 * One row a play session (or a piece of one played offline), written behind by the engine under a revision.
 *
 * - Partitioned by the month of the start, which never changes, so that old history goes by dropping a table. The job
 *   makes partitions ahead; the default one catches what comes when it did not run.
 * - `prev_*` hold the per-day credit before the last change: PostgreSQL below 18 cannot return the old row of an
 *   upsert, and reading it beside the upsert counts twice when two writers meet.
 * - The primary key finds the row to update; the one other index serves the history (by user, latest first), the
 *   look-up of overlaps and of recent sessions of a game. Neither holds a column that changes, so that the updates of
 *   live sessions stay heap-only.
 */
export async function up(db: Kysely<never>): Promise<void> {
  await sql`
    CREATE TABLE playtime_sessions (
      user_id uuid NOT NULL,
      session_id uuid NOT NULL,
      started_at timestamptz NOT NULL,
      game_id uuid NOT NULL,
      device_id uuid NOT NULL,
      client_session_id text,
      last_beat_at timestamptz NOT NULL,
      seq integer NOT NULL,
      ended_at timestamptz,
      end_reason text CHECK (end_reason IN ('ended', 'timeout', 'superseded', 'revoked')),
      offline boolean NOT NULL DEFAULT false,
      rev bigint NOT NULL,
      first_day date NOT NULL,
      ms_by_day bigint[] NOT NULL,
      prev_first_day date,
      prev_ms_by_day bigint[] NOT NULL DEFAULT '{}',
      ms bigint NOT NULL,
      correction_ms bigint NOT NULL DEFAULT 0,
      correction_first_day date,
      correction_ms_by_day bigint[] NOT NULL DEFAULT '{}',
      PRIMARY KEY (user_id, session_id, started_at)
    ) PARTITION BY RANGE (started_at)`.execute(db);
  await sql`
    CREATE TABLE playtime_sessions_default PARTITION OF playtime_sessions DEFAULT WITH (fillfactor = 70)`.execute(db);
  await sql`
    CREATE INDEX playtime_sessions_history ON playtime_sessions (user_id, started_at DESC, game_id)`.execute(db);
  // The rare case of the flush: a session over midnight. Day by day the greater of both, over the days of either.
  await sql`
    CREATE FUNCTION playtime_merge_days(a_first date, a bigint[], b_first date, b bigint[]) RETURNS bigint[]
    LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
      SELECT array_agg(GREATEST(coalesce(a[d - a_first + 1], 0), coalesce(b[d - b_first + 1], 0)) ORDER BY d)
      FROM (
        SELECT LEAST(a_first, b_first) + n AS d
        FROM generate_series(
          0,
          GREATEST(a_first + cardinality(a), b_first + cardinality(b)) - LEAST(a_first, b_first) - 1
        ) AS n
      ) AS days
    $$`.execute(db);
  await sql`
    CREATE FUNCTION playtime_sum(by_day bigint[]) RETURNS bigint
    LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$ SELECT coalesce(sum(n), 0)::bigint FROM unnest(by_day) AS n $$`.execute(
    db,
  );
}

export async function down(db: Kysely<never>): Promise<void> {
  await sql`DROP TABLE playtime_sessions`.execute(db);
  await sql`DROP FUNCTION playtime_merge_days, playtime_sum`.execute(db);
}
