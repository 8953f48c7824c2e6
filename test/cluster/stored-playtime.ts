/** Reads from PostgreSQL what it holds of some users, in one snapshot. */
import type { StoredPlaytime, StoredReport, StoredSession, StoredSum } from './round-history.ts';
import { dayNumber, dayText } from '../../lib/playtime/days.ts';
import { columnTypes } from '../../lib/db/column-types.ts';
import type { ClientConfig } from 'pg';
import { withClient } from '../../scripts/servers/with-client.ts';

interface SessionRow extends Omit<StoredSession, 'msByDay' | 'startedAt' | 'lastBeatAt' | 'endedAt'> {
  readonly startedAt: Date;
  readonly lastBeatAt: Date;
  readonly endedAt: Date | null;
  readonly firstDay: string;
  readonly earned: readonly number[];
  readonly correctedFrom: string | null;
  readonly corrected: readonly number[];
}

const SESSIONS = `
SELECT user_id AS "userId", session_id AS "sessionId", game_id AS "gameId", device_id AS "deviceId",
  client_session_id AS "clientSessionId", started_at AS "startedAt", last_beat_at AS "lastBeatAt", seq,
  ended_at AS "endedAt", end_reason AS "endReason", offline, ms, correction_ms AS "correctionMs",
  first_day AS "firstDay", ms_by_day AS earned, correction_first_day AS "correctedFrom",
  correction_ms_by_day AS corrected
FROM playtime_sessions WHERE user_id = ANY ($1::uuid[])`;

const sums = (table: string, period: string): string =>
  `SELECT user_id AS "userId", game_id AS "gameId", ${period} AS period, ms FROM ${table} WHERE user_id = ANY ($1::uuid[])`;

const REPORTS = `
SELECT user_id AS "userId", device_id AS "deviceId", client_session_id AS "clientSessionId", credited_ms AS "creditedMs"
FROM playtime_offline_sessions WHERE user_id = ANY ($1::uuid[])`;

/** Each event once, also when it was carried twice, or is on the bus and not out of the outbox yet. */
const TOLD = `
WITH told AS (
  SELECT event_id::text AS id, event_type AS type, data FROM outbox_events WHERE user_id = ANY ($1::uuid[])
  UNION
  SELECT value::jsonb ->> 'id', value::jsonb ->> 'type', value::jsonb -> 'data' FROM bus_messages
  WHERE topic = 'playtime-events' AND key = ANY ($1::text[])
)`;
const ADDED = `${TOLD}
SELECT data ->> 'user_id' AS "userId", data ->> 'game_id' AS "gameId", '' AS period,
  sum((data ->> 'added_ms')::bigint)::bigint AS ms
FROM told WHERE type = 'library.playtime.updated' GROUP BY 1, 2`;
const ENDED = `${TOLD}
SELECT data ->> 'session_id' AS "sessionId" FROM told WHERE type = 'library.playtime.session.ended'`;

export async function readStoredPlaytime(dsn: string, users: readonly string[]): Promise<StoredPlaytime> {
  return withClient(connectionTo(dsn), async (client) => {
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
    const read = async <Row extends object>(text: string): Promise<readonly Row[]> =>
      (await client.query<Row>(text, [users])).rows;
    return {
      sessions: (await read<SessionRow>(SESSIONS)).map(sessionOf),
      daily: await read<StoredSum>(sums('playtime_stats_daily', 'day')),
      monthly: await read<StoredSum>(sums('playtime_stats_monthly', 'month')),
      totals: await read<StoredSum>(sums('playtime_totals', "''")),
      reports: await read<StoredReport>(REPORTS),
      told: {
        added: await read<StoredSum>(ADDED),
        ended: (await read<{ sessionId: string }>(ENDED)).map(({ sessionId }) => sessionId),
      },
    };
  });
}

/** How many of the users' sessions have no end yet. */
export async function countOpenSessions(dsn: string, users: readonly string[]): Promise<number> {
  const text =
    'SELECT count(*)::integer AS open FROM playtime_sessions WHERE user_id = ANY ($1::uuid[]) AND ended_at IS NULL';
  return withClient(connectionTo(dsn), async (client) => {
    const { rows } = await client.query<{ open: number }>(text, [users]);
    return rows[0]?.open ?? 0;
  });
}

function sessionOf(row: SessionRow): StoredSession {
  const { startedAt, lastBeatAt, endedAt, firstDay, earned, correctedFrom, corrected, ...rest } = row;
  const msByDay: Record<string, number> = {};
  const add = (from: string, byDay: readonly number[]): void =>
    byDay.forEach((ms, n) => {
      const day = dayText(dayNumber(from) + n);
      msByDay[day] = (msByDay[day] ?? 0) + ms;
    });
  add(firstDay, earned);
  add(correctedFrom ?? firstDay, corrected);
  return {
    ...rest,
    startedAt: startedAt.getTime(),
    lastBeatAt: lastBeatAt.getTime(),
    endedAt: endedAt?.getTime() ?? null,
    msByDay,
  };
}

function connectionTo(dsn: string): ClientConfig {
  return { connectionString: dsn, types: columnTypes(), connectionTimeoutMillis: 5_000 };
}
