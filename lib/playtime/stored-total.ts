import { sql, type Kysely, type RawBuilder } from 'kysely';
import type { StoredTotal } from '../../actors/messages.ts';
import type { UserActor } from './user-actor.ts';
import type { Schema } from '../db/schema.ts';
import { mustUuidKey } from '../uuid.ts';

/**
 * How many of the game's last online sessions the actor is told about. It holds at most this many of all games, and
 * starts need the database: what it holds of a game is always among the game's last.
 */
const COUNTED_SESSIONS = 64;
/** Far longer than any session can wait for its flush; spares looking into old partitions. */
const COUNTED_DAYS = 62;

export interface StoredTotalColumns {
  readonly total: number;
  readonly counted: readonly (readonly [string, number])[];
}

/**
 * Two columns of a SELECT: the game's total, and what that holds of each recent session. They belong into one statement,
 * and so one snapshot: read apart, a flush in between would be counted twice or not at all.
 *
 * @param now ms since the Unix epoch
 */
export function storedTotalColumns(userId: string, gameId: string, now: number): RawBuilder<unknown> {
  const since = new Date(now - COUNTED_DAYS * 86_400_000);
  return sql`
    coalesce((SELECT ms FROM playtime_totals WHERE user_id = ${userId} AND game_id = ${gameId}), 0) AS total,
    (
      SELECT coalesce(json_agg(json_build_array(session_id, ms)), '[]') FROM (
        SELECT session_id, ms FROM playtime_sessions
        WHERE user_id = ${userId} AND game_id = ${gameId} AND started_at > ${since} AND NOT offline
        ORDER BY started_at DESC LIMIT ${sql.lit(COUNTED_SESSIONS)}
      ) AS recent
    ) AS counted`;
}

export function storedTotalOf({ total, counted }: StoredTotalColumns): StoredTotal {
  return { totalMs: total, counted: counted.map(([id, ms]) => [mustUuidKey(id), ms]) };
}

/** What PostgreSQL holds of the game now, for the user's actor. */
async function storedTotal(db: Kysely<Schema>, userId: string, gameId: string, now: number): Promise<StoredTotal> {
  const { rows } = await sql<StoredTotalColumns>`SELECT ${storedTotalColumns(userId, gameId, now)}`.execute(db);
  const [row] = rows;
  if (row === undefined) throw new TypeError('a SELECT without FROM returned no row');
  return storedTotalOf(row);
}

/** Tells the actor that the game's total changed by other means than its sessions. Telling it again changes nothing. */
export async function tellStoredTotal(
  { db, actor, userId, now }: { db: Kysely<Schema>; actor: UserActor; userId: string; now: number },
  gameId: string,
): Promise<void> {
  await actor.rebase(mustUuidKey(gameId), await storedTotal(db, userId, gameId, now));
}
