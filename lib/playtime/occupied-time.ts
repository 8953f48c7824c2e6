import type { Transaction } from 'kysely';
import type { Interval } from './intervals.ts';
import type { Schema } from '../db/schema.ts';

/** The time that each game's sessions take, one entry a session: what the actor says of one outdoes the database. */
export class Occupied {
  readonly #now: number;
  readonly #games = new Map<string, Map<string, Interval>>();
  #unnamed = 0;

  constructor(now: number) {
    this.#now = now;
  }

  add(gameId: string, interval: Interval, sessionId = `unnamed ${(this.#unnamed += 1)}`): void {
    const sessions = this.#games.get(gameId) ?? new Map<string, Interval>();
    this.#games.set(gameId, sessions);
    if (!sessions.has(sessionId)) sessions.set(sessionId, interval);
  }

  /** A session of the database; one that has no end there and that the actor did not hold may still run. */
  addStored(gameId: string, sessionId: string, startedAt: Date, endedAt: Date | null): void {
    this.add(gameId, { start: startedAt.getTime(), end: endedAt?.getTime() ?? this.#now }, sessionId);
  }

  of(gameId: string): readonly Interval[] {
    return [...(this.#games.get(gameId)?.values() ?? [])];
  }
}

/** Adds the user's sessions that may overlap the spans, of the same games. */
export async function addStoredSessions(
  db: Transaction<Schema>,
  userId: string,
  items: readonly { readonly session: { readonly game_id: string }; readonly span: Interval }[],
  taken: Occupied,
): Promise<void> {
  if (items.length === 0) return;
  const first = new Date(Math.min(...items.map(({ span }) => span.start)));
  const last = new Date(Math.max(...items.map(({ span }) => span.end)));
  const rows = await db
    .selectFrom('playtime_sessions')
    .select(['session_id', 'game_id', 'started_at', 'ended_at'])
    .where('user_id', '=', userId)
    .where('game_id', 'in', [...new Set(items.map(({ session }) => session.game_id))])
    .where('started_at', '<', last)
    .where((where) => where.or([where('ended_at', 'is', null), where('ended_at', '>', first)]))
    .execute();
  for (const row of rows) taken.addStored(row.game_id, row.session_id, row.started_at, row.ended_at);
}
