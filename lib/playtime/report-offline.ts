import { CompiledQuery, sql, type Kysely, type Transaction } from 'kysely';
import { v7 as uuidv7 } from 'uuid';
import { splitByDay, wholeSeconds } from './days.ts';
import { FLUSH_STATEMENT, flushParameters, TRACED_FLUSH_STATEMENT, tracedFlushParameters } from './flush-statement.ts';
import { lengthOf, type Interval } from './intervals.ts';
import { addStoredSessions, Occupied } from './occupied-time.ts';
import { creditOffline, rejection, spanOf } from './offline-rules.ts';
import { tellStoredTotal } from './stored-total.ts';
import type { UserActor } from './user-actor.ts';
import type { OfflineBody, OfflineReply, OfflineResult, OfflineSession } from '../contract/playtime.ts';
import type { Schema } from '../db/schema.ts';
import type { SessionRow } from '../ports/playtime-sink.ts';
import { currentSpan } from '../telemetry/tracing/current.ts';
import { keyToUuid, mustUuidKey } from '../uuid.ts';

export interface OfflineContext {
  readonly db: Kysely<Schema>;
  readonly actor: UserActor;
  readonly userId: string;
  /** Ms since the Unix epoch. */
  readonly now: number;
  /** Told when the credit stands but the actor could not be told; its totals are behind until the next start. */
  readonly notTold: (error: unknown) => void;
}

/**
 * Credits sessions played offline, each item on its own, all in one transaction. A report sent again is answered with
 * what the first came to. Of the time, only what no session of the same game has taken yet is credited: sessions in the
 * database, earlier items of the request, and those that the actor holds - asked before the transaction begins, so that
 * whatever it flushes meanwhile is counted from one of the two places.
 *
 * @throws LibraryError VALIDATION_ERROR, UNAVAILABLE
 */
export async function reportOffline(context: OfflineContext, body: OfflineBody): Promise<OfflineReply> {
  const { db, actor, userId, now } = context;
  const sessions = body.sessions.map(lowerCase);
  const items = sessions.map((session, index) => ({ session, span: spanOf(session, index) }));
  const taken = new Occupied(now);
  for (const held of await actor.held()) {
    taken.add(keyToUuid(held.gameId), { start: held.startedAt, end: held.ended?.at ?? now }, keyToUuid(held.sessionId));
  }
  const { results, credited } = await db.transaction().execute(async (transaction) => {
    // Two reports of one user at once would not see each other's sessions.
    await sql`SELECT pg_advisory_xact_lock(hashtextextended(${`offline ${userId}`}, 0))`.execute(transaction);
    const accessible = await accessibleGames(transaction, userId, sessions);
    const known = await knownReports(transaction, userId, sessions);
    const possible = items.filter(({ span }) => rejection(span, now) === null);
    await addStoredSessions(transaction, userId, possible, taken);

    const answers: OfflineResult[] = [];
    const rows: SessionRow[] = [];
    const reports: Report[] = [];
    for (const { session, span } of items) {
      const members = { client_session_id: session.client_session_id, device_id: session.device_id };
      const earlier = known.get(reportKey(session));
      if (earlier !== undefined) {
        answers.push({ ...members, result: 'duplicate', credited_seconds: wholeSeconds(earlier) });
        continue;
      }
      const reason = accessible.has(session.game_id) ? rejection(span, now) : 'game_not_in_library';
      if (reason !== null) {
        answers.push({ ...members, result: 'rejected', credited_seconds: 0, reason });
        continue;
      }
      const activeMs = session.active_seconds === undefined ? null : session.active_seconds * 1000;
      const { pieces, trimmed } = creditOffline(span, activeMs, taken.of(session.game_id), now);
      const ms = lengthOf(pieces);
      for (const piece of pieces) {
        taken.add(session.game_id, piece);
        rows.push(rowOf(userId, session, piece));
      }
      known.set(reportKey(session), ms);
      reports.push({ session, ms });
      answers.push({ ...members, result: trimmed ? 'trimmed' : 'created', credited_seconds: wholeSeconds(ms) });
    }
    await store(transaction, userId, rows, reports, now);
    return { results: answers, credited: byGame(reports) };
  });
  for (const [gameId, ms] of credited) {
    if (ms > 0) await tellStoredTotal(context, gameId).catch(context.notTold);
  }
  return { results };
}

/** UUIDs mean the same in either case; the database writes them in lower case. */
function lowerCase(session: OfflineSession): OfflineSession {
  return { ...session, game_id: session.game_id.toLowerCase(), device_id: session.device_id.toLowerCase() };
}

interface Report {
  readonly session: OfflineSession;
  readonly ms: number;
}

async function accessibleGames(
  db: Transaction<Schema>,
  userId: string,
  sessions: readonly OfflineSession[],
): Promise<ReadonlySet<string>> {
  const rows = await db
    .selectFrom('user_libraries')
    .select('game_id')
    .where('user_id', '=', userId)
    .where('revoked_at', 'is', null)
    .where('game_id', 'in', [...new Set(sessions.map((session) => session.game_id))])
    .execute();
  return new Set(rows.map((row) => row.game_id));
}

function reportKey(report: { readonly device_id: string; readonly client_session_id: string }): string {
  return `${report.device_id} ${report.client_session_id}`;
}

/** What earlier reports of these ids came to, ms. */
async function knownReports(
  db: Transaction<Schema>,
  userId: string,
  sessions: readonly OfflineSession[],
): Promise<Map<string, number>> {
  const rows = await db
    .selectFrom('playtime_offline_sessions')
    .select(['device_id', 'client_session_id', 'credited_ms'])
    .where('user_id', '=', userId)
    .where('device_id', 'in', [...new Set(sessions.map((session) => session.device_id))])
    .where('client_session_id', 'in', [...new Set(sessions.map((session) => session.client_session_id))])
    .execute();
  return new Map(rows.map((row) => [reportKey(row), row.credited_ms]));
}

function rowOf(userId: string, session: OfflineSession, piece: Interval): SessionRow {
  return {
    // As if it had been made when the play began: ids sort as the history does.
    sessionId: mustUuidKey(uuidv7({ msecs: piece.start })),
    userId: mustUuidKey(userId),
    gameId: mustUuidKey(session.game_id),
    deviceId: mustUuidKey(session.device_id),
    clientSessionId: session.client_session_id,
    startedAt: piece.start,
    lastBeatAt: piece.end,
    seq: 0,
    ended: { at: piece.end, reason: 'ended' },
    rev: 1,
    ...splitByDay(piece.start, piece.end - piece.start),
  };
}

async function write(db: Transaction<Schema>, userId: string, rows: readonly SessionRow[]): Promise<void> {
  const span = currentSpan();
  const statement =
    span === null
      ? CompiledQuery.raw(FLUSH_STATEMENT, [...flushParameters(rows, true)])
      : CompiledQuery.raw(TRACED_FLUSH_STATEMENT, [
          ...tracedFlushParameters(rows, true, new Map([[mustUuidKey(userId), span.traceparent]])),
        ]);
  await db.executeQuery(statement);
}

async function store(
  db: Transaction<Schema>,
  userId: string,
  rows: readonly SessionRow[],
  reports: readonly Report[],
  now: number,
): Promise<void> {
  if (rows.length > 0) await write(db, userId, rows);
  if (reports.length === 0) return;
  await db
    .insertInto('playtime_offline_sessions')
    .values(
      reports.map(({ session, ms }) => ({
        user_id: userId,
        device_id: session.device_id,
        client_session_id: session.client_session_id,
        game_id: session.game_id,
        credited_ms: ms,
        reported_at: new Date(now),
      })),
    )
    .execute();
}

function byGame(reports: readonly Report[]): ReadonlyMap<string, number> {
  const sums = new Map<string, number>();
  for (const { session, ms } of reports) sums.set(session.game_id, (sums.get(session.game_id) ?? 0) + ms);
  return sums;
}
