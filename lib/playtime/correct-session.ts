import { CompiledQuery, type Kysely, type Selectable, type Transaction } from 'kysely';
import { daysTouched, roomToAdd, spreadCorrection } from './correction.ts';
import { dayNumber, dayText, wholeSeconds } from './days.ts';
import { NO_SESSION_EVENT, sumsFromDelta } from './flush-statement.ts';
import { tellStoredTotal } from './stored-total.ts';
import type { UserActor } from './user-actor.ts';
import { audit } from '../audit.ts';
import type { Caller } from '../contract/endpoint.ts';
import type { CorrectBody, CorrectedSession } from '../contract/playtime.ts';
import type { Schema } from '../db/schema.ts';
import { LibraryError } from '../errors.ts';
import { currentSpan } from '../telemetry/tracing/current.ts';

export interface CorrectContext {
  readonly db: Kysely<Schema>;
  readonly actor: UserActor;
  readonly caller: Caller;
  /** Whose session it is. */
  readonly userId: string;
  /** Ms since the Unix epoch. */
  readonly now: number;
  /** Told when the correction stands but the actor could not be told; its totals are off until the next start. */
  readonly notTold: (error: unknown) => void;
}

type Session = Selectable<Schema['playtime_sessions']>;

/**
 * Writes the correction beside the earned credit, which stays as it is: a flush that comes later moves the sums by what
 * it changes in the earned credit, and can neither undo the correction nor repeat it. Ends as the flush does.
 */
const CORRECT_STATEMENT = `
WITH corrected AS (
  UPDATE playtime_sessions
  SET correction_ms = correction_ms + $4, correction_first_day = $5::date, correction_ms_by_day = $6::bigint[]
  WHERE user_id = $1 AND session_id = $2 AND started_at = $3
  RETURNING user_id, game_id, last_beat_at
),
delta AS (
  SELECT user_id, game_id, $5::date + n - 1 AS day, ($7::bigint[])[n] AS ms, last_beat_at AS last_played_at
  FROM corrected CROSS JOIN LATERAL generate_subscripts($7::bigint[], 1) AS n
),${NO_SESSION_EVENT},${sumsFromDelta('$8::text')}`;

/**
 * Gives an ended session the credit that it should have had. The owner may only lower it; support and admin may raise
 * it up to the length of the session.
 *
 * @throws LibraryError NOT_FOUND, INVALID_SESSION_OPERATION while it is live, FORBIDDEN, VALIDATION_ERROR, UNAVAILABLE
 */
export async function correctSession(
  context: CorrectContext,
  sessionId: string,
  body: CorrectBody,
): Promise<CorrectedSession> {
  const { db, actor, caller, userId, now } = context;
  await actor.flush(); // so that an ended session stands in PostgreSQL with all it earned
  const { session, deltaMs, total } = await db.transaction().execute(async (transaction) => {
    const row = await lockSession(transaction, userId, sessionId);
    const change = creditMsOf(row, body.credited_seconds) - (row.ms + row.correction_ms);
    if (change > 0 && !mayRaise(caller)) {
      throw new LibraryError('FORBIDDEN', 'Only support may raise the credit of a session');
    }
    if (change !== 0) await write(transaction, row, change);
    await audit(transaction, now, {
      action: 'playtime.corrected',
      caller,
      userId,
      gameId: row.game_id,
      details: { session_id: sessionId, from_ms: row.ms + row.correction_ms, delta_ms: change, reason: body.reason },
    });
    return { session: row, deltaMs: change, total: await gameTotal(transaction, userId, row.game_id) };
  });
  if (deltaMs !== 0) await tellStoredTotal(context, session.game_id).catch(context.notTold);
  const before = session.ms + session.correction_ms;
  return {
    session_id: session.session_id,
    user_id: userId,
    previous_credited_seconds: wholeSeconds(before),
    credited_seconds: wholeSeconds(before + deltaMs),
    game_total_seconds: wholeSeconds(total),
    corrected_at: new Date(now).toISOString(),
  };
}

function mayRaise({ roles }: Caller): boolean {
  return roles.includes('support') || roles.includes('admin');
}

/** The asked credit in ms. Asking for the whole seconds it has already keeps the fraction that they do not show. */
function creditMsOf(session: Session, seconds: number): number {
  const has = session.ms + session.correction_ms;
  return wholeSeconds(has) === seconds ? has : seconds * 1000;
}

async function lockSession(transaction: Transaction<Schema>, userId: string, sessionId: string): Promise<Session> {
  const session = await transaction
    .selectFrom('playtime_sessions')
    .selectAll()
    .where('user_id', '=', userId)
    .where('session_id', '=', sessionId)
    .forUpdate()
    .executeTakeFirst();
  if (session === undefined) throw new LibraryError('NOT_FOUND', 'The user has no such session');
  if (session.ended_at === null) {
    throw new LibraryError('INVALID_SESSION_OPERATION', 'The session is live; only an ended one can be corrected');
  }
  return session;
}

async function write(transaction: Transaction<Schema>, session: Session, deltaMs: number): Promise<void> {
  const span = { start: session.started_at.getTime(), end: session.ended_at?.getTime() ?? 0 };
  const firstDay = dayNumber(session.first_day);
  const days = Math.max(session.ms_by_day.length, daysTouched(span, firstDay));
  const corrected = correctionsFrom(session, firstDay, days);
  const credit = corrected.map((ms, n) => ms + (session.ms_by_day[n] ?? 0));
  if (deltaMs > roomToAdd(span, firstDay, credit)) {
    const message = 'longer than the session lasted';
    throw new LibraryError('VALIDATION_ERROR', `credited_seconds: ${message}`, {
      errors: [{ field: 'credited_seconds', message }],
    });
  }
  const change = spreadCorrection(span, firstDay, credit, deltaMs);
  await transaction.executeQuery(
    CompiledQuery.raw(CORRECT_STATEMENT, [
      session.user_id,
      session.session_id,
      session.started_at,
      deltaMs,
      dayText(firstDay),
      corrected.map((ms, n) => ms + (change[n] ?? 0)),
      change,
      currentSpan()?.traceparent ?? null,
    ]),
  );
}

/** Earlier corrections by day, from the session's first day on. */
function correctionsFrom(session: Session, firstDay: number, days: number): readonly number[] {
  const from = session.correction_first_day === null ? firstDay : dayNumber(session.correction_first_day);
  return Array.from({ length: days }, (_, n) => session.correction_ms_by_day[firstDay + n - from] ?? 0);
}

async function gameTotal(transaction: Transaction<Schema>, userId: string, gameId: string): Promise<number> {
  const total = await transaction
    .selectFrom('playtime_totals')
    .select('ms')
    .where('user_id', '=', userId)
    .where('game_id', '=', gameId)
    .executeTakeFirst();
  return total?.ms ?? 0;
}
