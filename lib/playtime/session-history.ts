import { sql, type Kysely, type Selectable } from 'kysely';
import type { HeldSession } from '../../actors/messages.ts';
import { wholeSeconds } from './days.ts';
import type { UserActor } from './user-actor.ts';
import type { PlaySession, PlaySessionPage, SessionsQuery } from '../contract/playtime.ts';
import { decodeCursor, encodeCursor } from '../cursor.ts';
import type { Schema } from '../db/schema.ts';
import { keyToUuid, uuidToKey } from '../uuid.ts';

type Row = Pick<
  Selectable<Schema['playtime_sessions']>,
  | 'session_id'
  | 'game_id'
  | 'device_id'
  | 'client_session_id'
  | 'offline'
  | 'started_at'
  | 'last_beat_at'
  | 'ended_at'
  | 'end_reason'
  | 'ms'
  | 'correction_ms'
>;

export interface HistoryContext {
  readonly db: Kysely<Schema>;
  readonly actor: UserActor;
  readonly userId: string;
}

/** The user's live sessions, latest first, as the actor has them. */
export async function liveSessions({ actor }: HistoryContext): Promise<PlaySessionPage> {
  const live = (await actor.held()).filter((session) => session.ended === null);
  return { items: live.map((session) => fromActor(session, null)).sort(latestFirst), next_cursor: null };
}

/**
 * A page of the history, latest start first. Sessions that the actor holds are shown as it has them, whether PostgreSQL
 * has heard of them or not.
 *
 * @throws LibraryError VALIDATION_ERROR, UNAVAILABLE
 */
export async function sessionHistory(context: HistoryContext, query: SessionsQuery): Promise<PlaySessionPage> {
  const { db, actor, userId } = context;
  const after = query.cursor === undefined ? null : decodeCursor(query.cursor, isPosition);
  const gameId = query.game_id?.toLowerCase() ?? null;
  const held = (await actor.held()).filter((session) => gameId === null || keyToUuid(session.gameId) === gameId);
  const rows = await readRows(db, userId, gameId, after, query.limit + 1);

  const items = new Map(rows.map((row) => [row.session_id, fromRow(row)]));
  for (const session of held) {
    const row = rows.find((stored) => stored.session_id === keyToUuid(session.sessionId)) ?? null;
    const item = fromActor(session, row);
    if (after === null || isAfter(item, after)) items.set(item.session_id, item);
  }
  const sorted = [...items.values()].sort(latestFirst);
  const page = sorted.slice(0, query.limit);
  const last = page.at(-1);
  const more = sorted.length > query.limit && last !== undefined;
  return { items: page, next_cursor: more ? encodeCursor([Date.parse(last.started_at), last.session_id]) : null };
}

/** The last item of the page before: its start, ms since the Unix epoch, and its id. */
type Position = readonly [number, string];

function isPosition(parts: unknown): parts is Position {
  if (!Array.isArray(parts) || parts.length !== 2) return false;
  const [at, id] = parts as unknown[];
  return (
    Number.isSafeInteger(at) &&
    (at as number) >= 0 &&
    (at as number) <= 8.64e15 &&
    typeof id === 'string' &&
    uuidToKey(id) !== null
  );
}

function isAfter(item: PlaySession, [at, id]: Position): boolean {
  const started = Date.parse(item.started_at);
  return started < at || (started === at && item.session_id < id);
}

function latestFirst(a: PlaySession, b: PlaySession): number {
  return Date.parse(b.started_at) - Date.parse(a.started_at) || (a.session_id < b.session_id ? 1 : -1);
}

async function readRows(
  db: Kysely<Schema>,
  userId: string,
  gameId: string | null,
  after: Position | null,
  limit: number,
): Promise<readonly Row[]> {
  let select = db
    .selectFrom('playtime_sessions')
    .select(['session_id', 'game_id', 'device_id', 'client_session_id', 'offline', 'started_at', 'last_beat_at'])
    .select(['ended_at', 'end_reason', 'ms', 'correction_ms'])
    .where('user_id', '=', userId)
    .orderBy('started_at', 'desc')
    .orderBy('session_id', 'desc')
    .limit(limit);
  if (gameId !== null) select = select.where('game_id', '=', gameId);
  if (after !== null) {
    const at = new Date(after[0]);
    select = select
      // The first alone bounds the range in the index; the second settles sessions that began in the same moment.
      .where('started_at', '<=', at)
      .where(sql<boolean>`(started_at, session_id) < (${at}::timestamptz, ${after[1]}::uuid)`);
  }
  return select.execute();
}

function fromRow(row: Row): PlaySession {
  return {
    session_id: row.session_id,
    game_id: row.game_id,
    device_id: row.device_id,
    client_session_id: row.client_session_id,
    source: row.offline ? 'offline' : 'online',
    status: row.ended_at === null ? 'live' : 'ended',
    started_at: row.started_at.toISOString(),
    last_heartbeat_at: row.last_beat_at.toISOString(),
    ended_at: row.ended_at?.toISOString() ?? null,
    end_reason: row.end_reason,
    credited_seconds: wholeSeconds(row.ms + row.correction_ms),
    corrected: row.correction_ms !== 0,
  };
}

/** @param row what PostgreSQL holds of the session: the only one to know of corrections. */
function fromActor(session: HeldSession, row: Row | null): PlaySession {
  const correctionMs = row?.correction_ms ?? 0;
  return {
    session_id: keyToUuid(session.sessionId),
    game_id: keyToUuid(session.gameId),
    device_id: keyToUuid(session.deviceId),
    client_session_id: session.clientSessionId,
    source: 'online',
    status: session.ended === null ? 'live' : 'ended',
    started_at: new Date(session.startedAt).toISOString(),
    last_heartbeat_at: new Date(session.lastBeatAt).toISOString(),
    ended_at: session.ended === null ? null : new Date(session.ended.at).toISOString(),
    end_reason: session.ended?.reason ?? null,
    credited_seconds: wholeSeconds(session.creditedMs + correctionMs),
    corrected: correctionMs !== 0,
  };
}
