import { mustUuidKey } from '../lib/uuid.ts';
import { TEST_NOW } from './databases.ts';
import type { SessionRow } from '../lib/ports/playtime-sink.ts';
import type { Database } from '../lib/db/database.ts';
import { sql } from 'kysely';

/** A readable UUID: `id(3)` ends in 3; kinds keep users, games, devices and sessions apart. */
export function id(n: number, kind: 'user' | 'game' | 'device' | 'session' = 'session'): string {
  const family = { user: 'a', game: 'b', device: 'c', session: 'd' }[kind];
  return `00000000-0000-7000-8000-${family}${n.toString(16).padStart(11, '0')}`;
}

const DAY_MS = 86_400_000;

/** A session row with everything that a test does not care about filled in. */
export function sessionRow(row: Partial<SessionRow> & { readonly msByDay: readonly number[] }): SessionRow {
  const startedAt = row.startedAt ?? TEST_NOW;
  return {
    sessionId: mustUuidKey(id(1)),
    userId: mustUuidKey(id(1, 'user')),
    gameId: mustUuidKey(id(1, 'game')),
    deviceId: mustUuidKey(id(1, 'device')),
    clientSessionId: null,
    lastBeatAt: startedAt,
    seq: 1,
    ended: null,
    rev: 1,
    firstDay: Math.floor(startedAt / DAY_MS),
    ...row,
    startedAt,
  };
}

/** Every sum of a user's playtime, by game, taken from each place that keeps one. They must all be equal. */
export async function sums(database: Database, userId: string): Promise<Record<string, Record<string, number>>> {
  const { rows } = await sql<{ place: string; what: string; ms: number }>`
    WITH credit AS (
      SELECT user_id, game_id, first_day + n - 1 AS day, ms_by_day[n] AS ms
      FROM playtime_sessions, generate_subscripts(ms_by_day, 1) AS n
      UNION ALL
      SELECT user_id, game_id, correction_first_day + n - 1, correction_ms_by_day[n]
      FROM playtime_sessions, generate_subscripts(correction_ms_by_day, 1) AS n
    )
    SELECT 'sessions' AS place, game_id::text AS what, sum(ms + correction_ms)::bigint AS ms
      FROM playtime_sessions WHERE user_id = ${userId} GROUP BY 2
    UNION ALL SELECT 'totals', game_id::text, ms FROM playtime_totals WHERE user_id = ${userId}
    UNION ALL SELECT 'daily', game_id::text, sum(ms)::bigint FROM playtime_stats_daily WHERE user_id = ${userId} GROUP BY 2
    UNION ALL SELECT 'monthly', game_id::text, sum(ms)::bigint FROM playtime_stats_monthly WHERE user_id = ${userId} GROUP BY 2
    UNION ALL SELECT 'sessions by day', game_id || ' ' || day, sum(ms)::bigint FROM credit WHERE user_id = ${userId} GROUP BY 2
    UNION ALL SELECT 'daily by day', game_id || ' ' || day, ms FROM playtime_stats_daily WHERE user_id = ${userId}`.execute(
    database.db,
  );
  const result: Record<string, Record<string, number>> = {};
  for (const { place, what, ms } of rows) if (ms !== 0) (result[place] ??= {})[what] = ms;
  return result;
}
