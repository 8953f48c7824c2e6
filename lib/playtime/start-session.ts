import { sql, type Kysely } from 'kysely';
import { v7 as uuidv7 } from 'uuid';
import type { BorrowedCopy, CopyInUseReply, RefusedReply, StoredTotal } from '../../actors/messages.ts';
import { borrowCopy, FIRST_PROMISE_MS } from './borrow-copy.ts';
import { wholeSeconds } from './days.ts';
import { storedTotalColumns, storedTotalOf, type StoredTotalColumns } from './stored-total.ts';
import type { Lender, UserActor } from './user-actor.ts';
import type { StartBody, StartedSession } from '../contract/playtime.ts';
import type { Source } from '../db/schema/library.ts';
import type { Schema } from '../db/schema.ts';
import { LibraryError } from '../errors.ts';
import { lendersOf } from '../family/lenders.ts';
import { mayPlay } from '../family/may-play.ts';
import { keyToUuid, mustUuidKey, type UuidKey } from '../uuid.ts';

/** About the time after which the actor forgets sessions that ended. */
const FLOOD_RETRY_MS = 60_000;
const RETRY_MS = 1_000;

export interface StartContext {
  readonly db: Kysely<Schema>;
  readonly actor: UserActor;
  readonly userId: string;
  /** The actor of somebody who lends games to the user. */
  readonly lender: (ownerId: string) => Lender;
  /** Ms since the Unix epoch. */
  readonly now: number;
  readonly heartbeatIntervalSeconds: number;
}

/**
 * Opens or resumes a session of a game that the user has access to. A borrowed game needs the copy of somebody who lends
 * it, and each is played by one user at a time.
 *
 * @throws LibraryError GAME_NOT_IN_LIBRARY, COPY_IN_USE, TOO_MANY_LIVE_SESSIONS, RATE_LIMITED, UNAVAILABLE
 */
export async function startSession(context: StartContext, body: StartBody): Promise<StartedSession> {
  const { db, actor, userId, now, heartbeatIntervalSeconds } = context;
  const known = await gameBefore(db, userId, body.game_id, now);
  if (known.source === null) throw noAccess(body.game_id);
  const sessionId = mustUuidKey(uuidv7({ msecs: now }));
  const borrow = known.source === 'family' ? await borrowed(context, body.game_id, sessionId) : null;
  const reply = await actor.start({
    ...(borrow === null ? {} : { borrow }),
    sessionId,
    gameId: mustUuidKey(body.game_id),
    deviceId: mustUuidKey(body.device_id),
    clientSessionId: body.client_session_id ?? null,
    ...known.stored,
  });
  if (reply.kind === 'refused') throw refusal(reply);
  // Access, or the copy, may have been taken, and sessions ended, between our look and the actor's turn.
  const verdict = await mayPlay(db, userId, body.game_id, borrow?.owner ?? null);
  if (verdict !== 'yes') {
    await actor.revoke(mustUuidKey(body.game_id));
    throw verdict === 'no_access' ? noAccess(body.game_id) : copyTaken();
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
    ends_at: session.endsAt === null ? null : new Date(session.endsAt).toISOString(),
  };
}

async function borrowed(context: StartContext, gameId: string, sessionId: UuidKey): Promise<BorrowedCopy> {
  const { db, actor, userId, lender, now } = context;
  const lenders = await lendersOf(db, userId, gameId.toLowerCase());
  if (lenders.length === 0) throw noAccess(gameId);
  const answer = await borrowCopy(
    {
      actor,
      borrower: mustUuidKey(userId),
      lenders: lenders.map(mustUuidKey),
      lender: (owner) => lender(keyToUuid(owner)),
      until: now + FIRST_PROMISE_MS,
    },
    mustUuidKey(gameId),
    sessionId,
  );
  if (!('kind' in answer)) return answer;
  throw answer.kind === 'refused' ? refusal(answer) : inUse(gameId, answer);
}

function inUse(gameId: string, { by, until }: CopyInUseReply): LibraryError {
  const who = by === 'owner' ? 'The owner' : 'Another member of the family';
  return new LibraryError('COPY_IN_USE', `${who} plays this copy of the game`, {
    game_id: gameId,
    played_by: by,
    until: new Date(until).toISOString(),
  });
}

function copyTaken(): LibraryError {
  return new LibraryError('UNAVAILABLE', 'Who lends the game has just changed', { retryAfterMs: RETRY_MS });
}

function noAccess(gameId: string): LibraryError {
  return new LibraryError('GAME_NOT_IN_LIBRARY', 'The user has no access to this game', { game_id: gameId });
}

function refusal({ reason }: RefusedReply): LibraryError {
  if (reason === 'too_many_live_sessions') {
    return new LibraryError('TOO_MANY_LIVE_SESSIONS', 'End the session of another game first');
  }
  if (reason === 'promise_passed') {
    return new LibraryError('UNAVAILABLE', 'The start took too long', { retryAfterMs: RETRY_MS });
  }
  return new LibraryError('RATE_LIMITED', 'Too many sessions were started in a short time', {
    retryAfterMs: FLOOD_RETRY_MS,
  });
}

/** How the user came by the game, null without access to it; and what the actor needs to know of the game's total. */
async function gameBefore(
  db: Kysely<Schema>,
  userId: string,
  gameId: string,
  now: number,
): Promise<{ readonly source: Source | null; readonly stored: StoredTotal }> {
  const { rows } = await sql<StoredTotalColumns & { source: Source | null }>`
    SELECT
      (
        SELECT source FROM user_libraries WHERE user_id = ${userId} AND game_id = ${gameId} AND revoked_at IS NULL
      ) AS source,
      ${storedTotalColumns(userId, gameId, now)}`.execute(db);
  const [row] = rows;
  if (row === undefined) throw new TypeError('a SELECT without FROM returned no row');
  return { source: row.source, stored: storedTotalOf(row) };
}
