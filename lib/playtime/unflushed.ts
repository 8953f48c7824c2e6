import type { Kysely } from 'kysely';
import type { HeldSession } from '../../actors/messages.ts';
import { dayNumber } from './days.ts';
import type { Schema } from '../db/schema.ts';
import { keyToUuid } from '../uuid.ts';

/** What the database does not hold yet of one session's credit. */
export interface Unflushed {
  readonly gameId: string;
  readonly lastBeatAt: number;
  readonly live: boolean;
  /** By day number; only days with something missing. */
  readonly msByDay: ReadonlyMap<number, number>;
}

/**
 * Compares the sessions that the actor held with their rows. Ask the actor first, and read the sums in the same snapshot
 * as the rows: what the actor flushed in between is then in the sums and in the rows, and taken off here.
 */
export async function unflushed(
  snapshot: Kysely<Schema>,
  userId: string,
  held: readonly HeldSession[],
): Promise<readonly Unflushed[]> {
  if (held.length === 0) return [];
  const rows = await snapshot
    .selectFrom('playtime_sessions')
    .select(['session_id', 'first_day', 'ms_by_day'])
    .where('user_id', '=', userId)
    .where(
      'session_id',
      'in',
      held.map((session) => keyToUuid(session.sessionId)),
    )
    .execute();
  const stored = new Map(rows.map((row) => [row.session_id, row]));
  return held.map((session) => {
    const row = stored.get(keyToUuid(session.sessionId));
    return {
      gameId: keyToUuid(session.gameId),
      lastBeatAt: session.lastBeatAt,
      live: session.ended === null,
      msByDay: missing(session, row?.ms_by_day ?? [], row === undefined ? 0 : dayNumber(row.first_day)),
    };
  });
}

function missing(held: HeldSession, stored: readonly number[], storedFrom: number): ReadonlyMap<number, number> {
  const days = new Map<number, number>();
  held.msByDay.forEach((ms, n) => {
    const day = held.firstDay + n;
    const left = ms - (stored[day - storedFrom] ?? 0);
    if (left > 0) days.set(day, left);
  });
  return days;
}
