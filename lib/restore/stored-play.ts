import { sql, type Kysely } from 'kysely';
import type { SqlExecutor } from '../db/database.ts';
import type { Schema } from '../db/schema.ts';
import { dayNumber } from '../playtime/days.ts';
import type { EndReason, SessionRow } from '../ports/playtime-sink.ts';
import { keyToUuid, mustUuidKey, type UuidKey } from '../uuid.ts';

/** What PostgreSQL knows of one user's play: see `actors/restored-state.ts`, which judges by it. */
export interface StoredPlayOfUser {
  readonly rows: readonly SessionRow[];
  readonly totals: ReadonlyMap<UuidKey, number>;
  readonly access: ReadonlyMap<UuidKey, 'owned' | 'borrowed'>;
}

const SESSIONS = `
SELECT user_id, session_id, game_id, device_id, client_session_id, started_at, last_beat_at, seq, ended_at, end_reason,
  rev, first_day, ms_by_day
FROM playtime_sessions
WHERE user_id = ANY ($1::uuid[]) AND NOT offline AND (ended_at IS NULL OR session_id = ANY ($2::uuid[]))`;
const TOTALS = `SELECT user_id, game_id, ms FROM playtime_totals WHERE user_id = ANY ($1::uuid[])`;
const ACCESS = `
SELECT user_id, game_id, source FROM user_libraries WHERE user_id = ANY ($1::uuid[]) AND revoked_at IS NULL`;
const ERASED = `
SELECT id FROM unnest($1::uuid[]) AS asked (id)
WHERE EXISTS (SELECT FROM erasures WHERE user_digest = sha256(uuid_send(id)))`;

interface SessionColumns {
  readonly user_id: string;
  readonly session_id: string;
  readonly game_id: string;
  readonly device_id: string;
  readonly client_session_id: string | null;
  readonly started_at: Date;
  readonly last_beat_at: Date;
  readonly seq: number;
  readonly ended_at: Date | null;
  readonly end_reason: EndReason | null;
  readonly rev: number;
  readonly first_day: string;
  readonly ms_by_day: readonly number[];
}

/**
 * The play of these users: their live sessions and those named, their totals, and what they may play. A user who has none
 * of it is there, too.
 *
 * @param sessions ids of sessions that are wanted also when they have ended
 */
export async function storedPlay(
  executor: SqlExecutor,
  users: readonly UuidKey[],
  sessions: readonly UuidKey[],
): Promise<ReadonlyMap<UuidKey, StoredPlayOfUser>> {
  const ids = users.map(keyToUuid);
  const play = new Map(
    users.map((user) => [
      user,
      {
        rows: [] as SessionRow[],
        totals: new Map<UuidKey, number>(),
        access: new Map<UuidKey, 'owned' | 'borrowed'>(),
      },
    ]),
  );
  const of = (user: string) => play.get(mustUuidKey(user));
  const found = await executor.query<SessionColumns>(SESSIONS, [ids, sessions.map(keyToUuid)]);
  for (const row of found.rows) of(row.user_id)?.rows.push(rowOf(row));
  const totals = await executor.query<{ user_id: string; game_id: string; ms: number }>(TOTALS, [ids]);
  for (const { user_id, game_id, ms } of totals.rows) of(user_id)?.totals.set(mustUuidKey(game_id), ms);
  const access = await executor.query<{ user_id: string; game_id: string; source: string }>(ACCESS, [ids]);
  for (const { user_id, game_id, source } of access.rows) {
    of(user_id)?.access.set(mustUuidKey(game_id), source === 'family' ? 'borrowed' : 'owned');
  }
  return play;
}

/** Those of the users who were erased: nothing of them may come back. */
export async function erasedAmong(executor: SqlExecutor, users: readonly UuidKey[]): Promise<ReadonlySet<UuidKey>> {
  const { rows } = await executor.query<{ id: string }>(ERASED, [users.map(keyToUuid)]);
  return new Set(rows.map(({ id }) => mustUuidKey(id)));
}

/**
 * Everybody who has a live session in PostgreSQL that began at or after `since`. There is no index for it, which every
 * flush would pay for: the partitions from then on are read once, however long that takes.
 */
export async function usersWithLiveSessions(db: Kysely<Schema>, since: Date): Promise<readonly UuidKey[]> {
  const rows = await db.transaction().execute(async (transaction) => {
    await sql`SET LOCAL statement_timeout = 0`.execute(transaction);
    return transaction
      .selectFrom('playtime_sessions')
      .select('user_id')
      .distinct()
      .where('ended_at', 'is', null)
      .where('offline', '=', false)
      .where('started_at', '>=', since)
      .execute();
  });
  return rows.map(({ user_id }) => mustUuidKey(user_id));
}

function rowOf(row: SessionColumns): SessionRow {
  return {
    sessionId: mustUuidKey(row.session_id),
    userId: mustUuidKey(row.user_id),
    gameId: mustUuidKey(row.game_id),
    deviceId: mustUuidKey(row.device_id),
    clientSessionId: row.client_session_id,
    startedAt: row.started_at.getTime(),
    lastBeatAt: row.last_beat_at.getTime(),
    seq: row.seq,
    ended:
      row.ended_at === null || row.end_reason === null ? null : { at: row.ended_at.getTime(), reason: row.end_reason },
    rev: row.rev,
    firstDay: dayNumber(row.first_day),
    msByDay: row.ms_by_day,
  };
}
