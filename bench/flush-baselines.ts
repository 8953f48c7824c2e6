/**
 * What the flush is compared with: the same parameters through the same unnest, and nothing derived. Neither counts
 * right under replays; they only show what the writing itself costs. They get the rows in the order of the keys, as the
 * flush does: it needs that against deadlocks, and it is faster too.
 */

const INPUT = `
input AS MATERIALIZED (
  SELECT
    user_id, session_id, to_timestamp(started / 1000.0) AS started_at, game_id, device_id, client_session_id,
    to_timestamp(last_beat / 1000.0) AS last_beat_at, seq, to_timestamp(ended / 1000.0) AS ended_at, end_reason, rev,
    '1970-01-01'::date + first_day AS first_day, by_day::bigint[] AS ms_by_day, ms
  FROM unnest(
    $1::uuid[], $2::uuid[], $3::bigint[], $4::uuid[], $5::uuid[], $6::text[], $7::bigint[], $8::integer[],
    $9::bigint[], $10::text[], $11::bigint[], $12::integer[], $13::text[], $15::bigint[]
  ) AS input (
    user_id, session_id, started, game_id, device_id, client_session_id, last_beat, seq, ended, end_reason, rev,
    first_day, by_day, ms
  )
  ORDER BY user_id, session_id
)`;

const SESSIONS = `
  INSERT INTO playtime_sessions (
    user_id, session_id, started_at, game_id, device_id, client_session_id, last_beat_at, seq, ended_at, end_reason,
    offline, rev, first_day, ms_by_day, ms
  )
  SELECT
    user_id, session_id, started_at, game_id, device_id, client_session_id, last_beat_at, seq, ended_at, end_reason,
    $14::boolean, rev, first_day, ms_by_day, ms
  FROM input
  ON CONFLICT (user_id, session_id, started_at) DO UPDATE SET
    last_beat_at = excluded.last_beat_at, seq = excluded.seq, ended_at = excluded.ended_at,
    end_reason = excluded.end_reason, rev = excluded.rev, first_day = excluded.first_day,
    ms_by_day = excluded.ms_by_day, ms = excluded.ms`;

/** The session rows alone. */
export const BARE_SESSIONS = `WITH ${INPUT} ${SESSIONS}`;

/** The session rows, the daily, monthly and total rows they belong to, the users' revisions, and an event each. */
export const BARE_ROWS = `
WITH ${INPUT},
sessions AS (${SESSIONS}),
daily AS (
  INSERT INTO playtime_stats_daily (user_id, day, game_id, ms)
  SELECT user_id, first_day, game_id, ms FROM input
  ON CONFLICT (user_id, day, game_id) DO UPDATE SET ms = excluded.ms
),
monthly AS (
  INSERT INTO playtime_stats_monthly (user_id, month, game_id, ms)
  SELECT user_id, date_trunc('month', first_day::timestamp)::date, game_id, ms FROM input
  ON CONFLICT (user_id, month, game_id) DO UPDATE SET ms = excluded.ms
),
revisions AS (
  INSERT INTO user_revisions (user_id) SELECT user_id FROM input
  ON CONFLICT (user_id) DO UPDATE SET revision = excluded.revision
),
events AS (
  INSERT INTO outbox_events (lane, user_id, event_type, occurred_at, data)
  SELECT 0, user_id, 'library.playtime.updated', last_beat_at, jsonb_build_object(
    'user_id', user_id, 'game_id', game_id, 'added_ms', ms, 'total_seconds', ms)
  FROM input
)
INSERT INTO playtime_totals (user_id, game_id, ms, last_played_at)
SELECT user_id, game_id, ms, last_beat_at FROM input
ON CONFLICT (user_id, game_id) DO UPDATE SET ms = excluded.ms, last_played_at = excluded.last_played_at`;
