import { rfc3339Sql } from '../db/rfc3339.ts';
import { laneSql } from '../events/lane.ts';
import type { SessionRow } from '../ports/playtime-sink.ts';
import { keyToUuid, type UuidKey } from '../uuid.ts';

/**
 * The sums that follow from what changed, and the events that tell of it. Expects two tables in front of it:
 * `delta (user_id, game_id, day, ms, last_played_at)`, one row a (user, game, day), and `session_event (user_id, rank,
 * session_id, event_type, occurred_at, data)`, what happened to sessions themselves.
 *
 * Every writer of playtime ends in this same text, so all of them lock the same tables in the same order, and the rows
 * of a table in the order of its key: they wait for each other, but never in a circle. The users' revisions are held
 * when the events are numbered (see `lib/events/emit.ts`).
 *
 * @param traceparent SQL for the trace that an event goes back to; `joined` may bring a table for it
 */
export const sumsFromDelta = (traceparent: string, joined = ''): string => `
daily AS (
  INSERT INTO playtime_stats_daily AS t (user_id, day, game_id, ms)
  SELECT user_id, day, game_id, ms FROM delta WHERE ms <> 0 ORDER BY user_id, day, game_id
  ON CONFLICT (user_id, day, game_id) DO UPDATE SET ms = t.ms + excluded.ms
),
monthly AS (
  INSERT INTO playtime_stats_monthly AS t (user_id, month, game_id, ms)
  SELECT user_id, date_trunc('month', day::timestamp)::date AS month, game_id, sum(ms) FROM delta
  GROUP BY user_id, month, game_id HAVING sum(ms) <> 0 ORDER BY user_id, month, game_id
  ON CONFLICT (user_id, month, game_id) DO UPDATE SET ms = t.ms + excluded.ms
),
change AS (
  SELECT user_id, game_id, sum(ms)::bigint AS ms, max(last_played_at) AS last_played_at FROM delta
  GROUP BY user_id, game_id
),
total AS (
  INSERT INTO playtime_totals AS t (user_id, game_id, ms, last_played_at)
  SELECT user_id, game_id, ms, last_played_at FROM change ORDER BY user_id, game_id
  ON CONFLICT (user_id, game_id) DO UPDATE
  SET ms = t.ms + excluded.ms, last_played_at = GREATEST(t.last_played_at, excluded.last_played_at)
  RETURNING user_id, game_id, ms
),
revision AS (
  INSERT INTO user_revisions AS r (user_id)
  SELECT DISTINCT user_id FROM total ORDER BY user_id
  ON CONFLICT (user_id) DO UPDATE SET revision = r.revision + 1
  RETURNING user_id
),
event AS (
  SELECT * FROM session_event
  UNION ALL
  SELECT
    user_id, 2, game_id, 'library.playtime.updated', change.last_played_at,
    jsonb_build_object(
      'user_id', user_id, 'game_id', game_id, 'added_ms', change.ms, 'total_seconds', total.ms / 1000)
  FROM change JOIN total USING (user_id, game_id) WHERE change.ms <> 0
)
INSERT INTO outbox_events (lane, user_id, event_type, occurred_at, data, traceparent)
SELECT ${laneSql('user_id')}, user_id, event_type, occurred_at, data, ${traceparent}
FROM event JOIN revision USING (user_id) ${joined} ORDER BY user_id, rank, session_id`;

/** For those who change what a session earned without anything happening to the session. */
export const NO_SESSION_EVENT = `
session_event AS (
  SELECT
    NULL::uuid AS user_id, 0 AS rank, NULL::uuid AS session_id, '' AS event_type, NULL::timestamptz AS occurred_at,
    NULL::jsonb AS data
  WHERE false
)`;

const OF_SESSION = `jsonb_build_object(
      'user_id', user_id, 'game_id', game_id, 'session_id', session_id, 'device_id', device_id,
      'started_at', ${rfc3339Sql('started_at')})`;

/**
 * Writes session rows and moves daily, monthly and total playtime by exactly what changed in them, in one statement.
 *
 * A row is taken when its `rev` is above the stored one; no day's credit ever falls. The change is read from the row
 * itself after the update (`prev_*` hold what it had before): a copy of the old value read beside the upsert may be
 * older than the row that the upsert, having waited for another writer, really changes - and would count twice.
 *
 * An ended session never changes again, so a row is taken as ended once: its event leaves once.
 */
export const FLUSH_STATEMENT = flush(sumsFromDelta('NULL::text'));

/**
 * The same where the ways of some of the changes are told: their users and traces follow in $16 and $17. A statement of its
 * own, so that batches without any, which nearly all are, pay nothing for it.
 */
export const TRACED_FLUSH_STATEMENT = flush(`
traced AS (
  SELECT DISTINCT ON (user_id) user_id, traceparent FROM unnest($16::uuid[], $17::text[]) AS t (user_id, traceparent)
),${sumsFromDelta('traced.traceparent', 'LEFT JOIN traced USING (user_id)')}`);

function flush(sums: string): string {
  return `
WITH up AS (
  INSERT INTO playtime_sessions AS s (
    user_id, session_id, started_at, game_id, device_id, client_session_id, last_beat_at, seq, ended_at, end_reason,
    offline, rev, first_day, ms_by_day, ms
  )
  SELECT
    user_id, session_id, to_timestamp(started / 1000.0), game_id, device_id, client_session_id,
    to_timestamp(last_beat / 1000.0), seq, to_timestamp(ended / 1000.0), end_reason,
    $14::boolean, rev, '1970-01-01'::date + first_day, by_day::bigint[], ms
  FROM unnest(
    $1::uuid[], $2::uuid[], $3::bigint[], $4::uuid[], $5::uuid[], $6::text[], $7::bigint[], $8::integer[],
    $9::bigint[], $10::text[], $11::bigint[], $12::integer[], $13::text[], $15::bigint[]
  ) AS input (
    user_id, session_id, started, game_id, device_id, client_session_id, last_beat, seq, ended, end_reason, rev,
    first_day, by_day, ms
  )
  ORDER BY user_id, session_id
  ON CONFLICT (user_id, session_id, started_at) DO UPDATE SET
    last_beat_at = GREATEST(s.last_beat_at, excluded.last_beat_at),
    seq = excluded.seq,
    ended_at = excluded.ended_at,
    end_reason = excluded.end_reason,
    rev = excluded.rev,
    prev_first_day = s.first_day,
    prev_ms_by_day = s.ms_by_day,
    first_day = LEAST(s.first_day, excluded.first_day),
    ms_by_day = CASE
      WHEN s.first_day = excluded.first_day AND cardinality(s.ms_by_day) = 1 AND cardinality(excluded.ms_by_day) = 1
      THEN ARRAY[GREATEST(s.ms_by_day[1], excluded.ms_by_day[1])]
      ELSE playtime_merge_days(s.first_day, s.ms_by_day, excluded.first_day, excluded.ms_by_day) END,
    ms = CASE
      WHEN s.first_day = excluded.first_day AND cardinality(s.ms_by_day) = 1 AND cardinality(excluded.ms_by_day) = 1
      THEN GREATEST(s.ms, excluded.ms)
      ELSE playtime_sum(
        playtime_merge_days(s.first_day, s.ms_by_day, excluded.first_day, excluded.ms_by_day)) END
  WHERE s.rev < excluded.rev
  RETURNING s.*
),
delta AS (
  SELECT
    user_id, game_id, first_day + n - 1 AS day,
    sum(ms_by_day[n] - coalesce(prev_ms_by_day[first_day + n - prev_first_day], 0))::bigint AS ms,
    max(last_beat_at) AS last_played_at
  FROM up CROSS JOIN LATERAL generate_subscripts(ms_by_day, 1) AS n
  GROUP BY user_id, game_id, first_day + n - 1
),
session_event AS (
  SELECT
    user_id, 1 AS rank, session_id, 'library.playtime.session.started' AS event_type, started_at AS occurred_at,
    ${OF_SESSION} AS data
  FROM up WHERE prev_first_day IS NULL AND NOT offline
  UNION ALL
  SELECT
    user_id, 3, session_id, 'library.playtime.session.ended', ended_at,
    ${OF_SESSION} || jsonb_build_object(
      'ended_at', ${rfc3339Sql('ended_at')}, 'reason', end_reason, 'offline', offline,
      'credited_seconds', ms / 1000)
  FROM up WHERE ended_at IS NOT NULL
),${sums}`;
}

/** The statement's parameters: one array a column. Built as text, which spares the driver from looking at each value. */
export function flushParameters(rows: readonly SessionRow[], offline: boolean): readonly unknown[] {
  const column = (value: (row: SessionRow) => string | number | null): string => `{${rows.map(value).join(',')}}`;
  const uuid = (key: (row: SessionRow) => UuidKey): string => column((row) => keyToUuid(key(row)));
  return [
    uuid((row) => row.userId),
    uuid((row) => row.sessionId),
    column((row) => row.startedAt),
    uuid((row) => row.gameId),
    uuid((row) => row.deviceId),
    rows.map((row) => row.clientSessionId),
    column((row) => row.lastBeatAt),
    column((row) => row.seq),
    column((row) => row.ended?.at ?? 'NULL'),
    column((row) => row.ended?.reason ?? 'NULL'),
    column((row) => row.rev),
    column((row) => row.firstDay),
    `{${rows.map((row) => `"{${row.msByDay.join(',')}}"`).join(',')}}`,
    offline,
    column((row) => row.msByDay.reduce((sum, ms) => sum + ms, 0)),
  ];
}

/** The parameters of {@link TRACED_FLUSH_STATEMENT}. */
export function tracedFlushParameters(
  rows: readonly SessionRow[],
  offline: boolean,
  traces: ReadonlyMap<UuidKey, string>,
): readonly unknown[] {
  return [...flushParameters(rows, offline), Array.from(traces.keys(), keyToUuid), [...traces.values()]];
}
