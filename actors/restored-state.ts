/**
 * A user's state after a restore, when the checkpoint store and PostgreSQL may be of different moments: one of them was
 * brought back from a copy, or lost altogether. Pure; `scripts/restore/reconcile.ts` runs it over all shards while no
 * engine holds them.
 *
 *   the session is in        what goes on
 *   both, the checkpoint newer   the checkpoint: it holds what was acknowledged and never flushed
 *   both, the row newer          the row: an older checkpoint would write revisions that PostgreSQL refuses, and so
 *                                neither its beats nor its end would ever be seen
 *   the checkpoint alone         the checkpoint: it is flushed again, or for the first time
 *   PostgreSQL alone, live       the row: nobody else would ever end it
 *
 * Invariants
 * - R1  Of each session the newer version goes on, by `rev`: nothing that PostgreSQL holds is lost, and as rows are written
 *       by revision nothing is counted twice.
 * - R2  Nobody plays on another's copy without a promise. Promises are in checkpoints alone, so a borrowed session that is
 *       known to PostgreSQL only does not go on.
 * - R3  Of a game's live sessions the latest goes on (A3), and none of a game that the user may not play.
 * - R4  Totals in replies are those of PostgreSQL again, and what only the sessions held know on top.
 * - R5  Doing it again changes nothing.
 */
import type { Credit } from './credit.ts';
import { borrowOf, copiesOf, type Copies } from './loan.ts';
import { endedAtLastBeat, isLive, type Session, type Sessions, type UserState } from './session.ts';
import { baseOf } from './start.ts';
import type { SessionRow } from '../lib/ports/playtime-sink.ts';
import type { UuidKey } from '../lib/uuid.ts';

/** What PostgreSQL holds of one user. */
export interface StoredPlay {
  /** The sessions that the checkpoint has, and all live ones. */
  readonly rows: readonly SessionRow[];
  /** Ms by game. */
  readonly totals: ReadonlyMap<UuidKey, number>;
  /** How the user may play each game; those that are missing not at all. */
  readonly access: ReadonlyMap<UuidKey, 'owned' | 'borrowed'>;
}

export interface Restored {
  readonly state: UserState;
  /** How many sessions go on as PostgreSQL has them, for the checkpoint was older. */
  readonly caughtUp: number;
  /** How many go on that no checkpoint had. */
  readonly rebuilt: number;
  /** How many live ones could not go on. */
  readonly ended: number;
}

export function restoredState({ sessions, copies }: UserState, stored: StoredPlay): Restored {
  const rows = new Map(stored.rows.map((row) => [row.sessionId, row]));
  const merged = sessions.map((session) => newer(session, rows.get(session.id))); // R1
  const known = new Set(sessions.map(({ id }) => id));
  const lost = stored.rows
    .filter((row) => row.ended === null && !known.has(row.sessionId))
    .map((row) => fromRow(row, 0));
  const settled = settle([...merged, ...lost], copies, stored);
  const live = new Set(settled.filter(isLive).map(({ id }) => id));
  const state: UserState = {
    sessions: settled.map((session) => based(session, settled, stored)), // R4
    copies: copiesOf(
      copies.loans,
      copies.borrows.filter(({ sessionId }) => live.has(sessionId)),
    ),
  };
  return {
    state,
    caughtUp: merged.filter((session, at) => session !== sessions[at]).length,
    rebuilt: lost.filter(({ id }) => live.has(id)).length,
    ended: [...merged, ...lost].filter(isLive).length - live.size,
  };
}

function newer(session: Session, row: SessionRow | undefined): Session {
  return row === undefined || row.rev <= session.rev ? session : fromRow(row, session.activeMs);
}

/**
 * @param activeMs the launcher's own count as far as it is known: from a lower one the next beat earns at most the time
 *   that passed
 */
function fromRow(row: SessionRow, activeMs: number): Session {
  return {
    id: row.sessionId,
    gameId: row.gameId,
    deviceId: row.deviceId,
    clientSessionId: row.clientSessionId,
    startedAt: row.startedAt,
    lastBeatAt: row.lastBeatAt,
    seq: row.seq,
    activeMs,
    credit: creditOf(row.msByDay),
    baseMs: 0,
    rev: row.rev,
    endedAt: row.ended?.at ?? 0,
    endReason: row.ended?.reason ?? null,
    flushedRev: 0,
  };
}

function creditOf(msByDay: readonly number[]): Credit {
  const [first = 0, ...more] = msByDay;
  return more.length === 0 ? first : msByDay;
}

function settle(sessions: Sessions, copies: Copies, { access }: StoredPlay): Sessions {
  const latest = new Map<UuidKey, Session>();
  for (const session of sessions) {
    const other = latest.get(session.gameId);
    if (isLive(session) && (other === undefined || session.startedAt > other.startedAt)) {
      latest.set(session.gameId, session);
    }
  }
  return sessions.map((session) => {
    if (!isLive(session)) return session;
    const right = access.get(session.gameId);
    if (right === undefined) return endedAtLastBeat(session, 'revoked'); // R3
    if (latest.get(session.gameId) !== session) return endedAtLastBeat(session, 'superseded'); // R3
    const promised = right === 'owned' || borrowOf(copies, session.id) !== undefined;
    return promised ? session : endedAtLastBeat(session, 'reclaimed'); // R2
  });
}

function based(session: Session, all: Sessions, { totals, rows }: StoredPlay): Session {
  const counted = rows.map(({ sessionId, msByDay }): [UuidKey, number] => [
    sessionId,
    msByDay.reduce((sum, ms) => sum + ms, 0),
  ]);
  const stored = { gameId: session.gameId, totalMs: totals.get(session.gameId) ?? 0, counted };
  const baseMs = baseOf({ kind: 'rebase', ...stored }, all, all);
  return session.baseMs === baseMs ? session : { ...session, baseMs };
}
