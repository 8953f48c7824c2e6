import { sql, type Kysely } from 'kysely';
import { v7 as uuidv7 } from 'uuid';
import type { RefusedReply, StoredTotal } from '../../actors/messages.ts';
import { wholeSeconds } from './days.ts';
import { storedTotalColumns, storedTotalOf, type StoredTotalColumns } from './stored-total.ts';
import type { UserActor } from './user-actor.ts';
import type { StartBody, StartedSession } from '../contract/playtime.ts';
import type { Schema } from '../db/schema.ts';
import { LibraryError } from '../errors.ts';
import { hasAccess } from '../library/access.ts';
import { keyToUuid, mustUuidKey } from '../uuid.ts';

/** About the time after which the actor forgets sessions that ended. */
const FLOOD_RETRY_MS = 60_000;

export interface StartContext {
  readonly db: Kysely<Schema>;
  readonly actor: UserActor;
  readonly userId: string;
  /** Ms since the Unix epoch. */
  readonly now: number;
  readonly heartbeatIntervalSeconds: number;
}

/**
 * Opens or resumes a session of a game that the user has access to.
 *
 * @throws LibraryError GAME_NOT_IN_LIBRARY, TOO_MANY_LIVE_SESSIONS, RATE_LIMITED, UNAVAILABLE
 */
export async function startSession(context: StartContext, body: StartBody): Promise<StartedSession> {
  const { db, actor, userId, now, heartbeatIntervalSeconds } = context;
  const known = await gameBefore(db, userId, body.game_id, now);
  if (!known.access) throw noAccess(body.game_id);
  const reply = await actor.start({
    sessionId: mustUuidKey(uuidv7({ msecs: now })),
    gameId: mustUuidKey(body.game_id),
    deviceId: mustUuidKey(body.device_id),
    clientSessionId: body.client_session_id ?? null,
    ...known.stored,
  });
  if (reply.kind === 'refused') throw refusal(reply);
  // Access may have been revoked, and sessions ended, between our look and the actor's turn.
  if (!(await hasAccess(db, userId, body.game_id))) {
    await actor.revoke(mustUuidKey(body.game_id));
    throw noAccess(body.game_id);
  }
  const { session, outcome, superseded } = reply;
  return {
    session_id: keyToUuid(session.sessionId),
    status: 'live',
    resumed: outcome === 'resumed',
    superseded_session_id: superseded === null ? null : keyToUuid(superseded),
    seq: session.seq,
    heartbeat_interval_seconds: heartbeatIntervalSeconds,
    credited_seconds: wholeSeconds(session.creditedMs),
    game_total_seconds: wholeSeconds(session.totalMs),
    started_at: new Date(session.startedAt).toISOString(),
  };
}

function noAccess(gameId: string): LibraryError {
  return new LibraryError('GAME_NOT_IN_LIBRARY', 'The user has no access to this game', { game_id: gameId });
}

function refusal({ reason }: RefusedReply): LibraryError {
  if (reason === 'too_many_live_sessions') {
    return new LibraryError('TOO_MANY_LIVE_SESSIONS', 'End the session of another game first');
  }
  return new LibraryError('RATE_LIMITED', 'Too many sessions were started in a short time', {
    retryAfterMs: FLOOD_RETRY_MS,
  });
}

/** The user's access to the game, and what the actor needs to know of the game's total. */
async function gameBefore(
  db: Kysely<Schema>,
  userId: string,
  gameId: string,
  now: number,
): Promise<{ readonly access: boolean; readonly stored: StoredTotal }> {
  const { rows } = await sql<StoredTotalColumns & { access: boolean }>`
    SELECT
      EXISTS (
        SELECT FROM user_libraries WHERE user_id = ${userId} AND game_id = ${gameId} AND revoked_at IS NULL
      ) AS access,
      ${storedTotalColumns(userId, gameId, now)}`.execute(db);
  const [row] = rows;
  if (row === undefined) throw new TypeError('a SELECT without FROM returned no row');
  return { access: row.access, stored: storedTotalOf(row) };
}
