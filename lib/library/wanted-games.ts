/**
 * Games that somebody owns and the catalogue does not know: noted with the purchase, asked for until Catalog tells.
 */
import { sql, type Kysely, type Transaction } from 'kysely';
import { fetchGame, type Fetching } from './fetch-game.ts';
import type { Schema } from '../db/schema.ts';

/** A node that dies over one leaves it to the others after this. */
const TRY_LEASE_MS = 30_000;
/** Of one question to Catalog. */
const PATIENCE_MS = 5000;
const FIRST_PAUSE_MS = 2000;
const LONGEST_PAUSE_MS = 3_600_000;
/** Tables of events and people are kept small by the same measure: nobody will tell of it after so many tries. */
const GIVE_UP_AFTER = 200;

/** Notes which of the games are unknown, as a part of the transaction that grants them. */
export async function wantUnknown(
  transaction: Transaction<Schema>,
  gameIds: readonly string[],
  now: number,
): Promise<void> {
  const sorted = [...new Set(gameIds)].sort();
  await sql`
    INSERT INTO wanted_games (game_id, next_try_at)
    SELECT id, ${new Date(now)}::timestamptz FROM unnest(${sorted}::uuid[]) AS granted (id)
    WHERE NOT EXISTS (SELECT FROM catalog_games WHERE game_id = id)
    ON CONFLICT DO NOTHING`.execute(transaction);
}

/**
 * Asks Catalog for games whose turn it is. Several nodes may do so at once.
 *
 * @returns how many it had before it, and how many of them are known now
 */
export async function fetchWanted(
  fetching: Fetching,
  limit: number,
): Promise<{ readonly due: number; readonly known: number }> {
  const { db, clock } = fetching;
  const due = await taken(db, clock.now(), limit);
  let known = 0;
  for (const { game_id, attempts } of due) {
    if (await isKnownNow(fetching, game_id)) {
      known += 1;
      await db.deleteFrom('wanted_games').where('game_id', '=', game_id).execute();
    } else if (attempts >= GIVE_UP_AFTER) {
      await db.deleteFrom('wanted_games').where('game_id', '=', game_id).execute();
    } else {
      await db
        .updateTable('wanted_games')
        .set({ next_try_at: new Date(clock.now() + pauseMs(attempts)) })
        .where('game_id', '=', game_id)
        .execute();
    }
  }
  return { due: due.length, known };
}

async function isKnownNow(fetching: Fetching, gameId: string): Promise<boolean> {
  try {
    return await fetchGame(fetching, gameId, fetching.clock.now() + PATIENCE_MS);
  } catch (error) {
    // Away, or telling what cannot be used: the game waits for its next turn, the others need not wait for it.
    if (
      (error as { type?: unknown }).type === 'UNAVAILABLE' ||
      (error as { type?: unknown }).type === 'VALIDATION_ERROR'
    )
      return false;
    throw error;
  }
}

/** Those whose turn it is, lent to this node for a while. */
async function taken(db: Kysely<Schema>, now: number, limit: number) {
  const { rows } = await sql<{ game_id: string; attempts: number }>`
    UPDATE wanted_games SET attempts = attempts + 1, next_try_at = ${new Date(now + TRY_LEASE_MS)}
    WHERE game_id IN (
      SELECT game_id FROM wanted_games WHERE next_try_at <= ${new Date(now)}
      ORDER BY next_try_at LIMIT ${limit} FOR UPDATE SKIP LOCKED
    )
    RETURNING game_id, attempts`.execute(db);
  return rows;
}

/** Doubles with every try. */
function pauseMs(attempts: number): number {
  return Math.min(FIRST_PAUSE_MS * 2 ** Math.min(attempts - 1, 30), LONGEST_PAUSE_MS);
}
