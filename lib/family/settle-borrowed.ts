import { sql, type Transaction } from 'kysely';
import { LENDABLE_SOURCES } from './lenders.ts';
import type { Schema } from '../db/schema.ts';
import type { NewEvent } from '../events/emit.ts';

/** A game in the library of a member. */
interface Borrowed {
  readonly user_id: string;
  readonly game_id: string;
}

/**
 * Puts right what members borrow (F1): a row of the source `family` for each game that somebody lends them and that they
 * do not have themselves, and none else. Settling again changes nothing. The transaction holds the locks of the members
 * (`family-locks.ts`), who all exist.
 *
 * Rows are taken in the order of their key, as whoever changes several rows of a library takes them. Nobody is counted
 * as an owner: neither is whoever borrows counted among those who have an achievement (`counters.ts`).
 *
 * @param gameIds null: all games there are
 * @param now ms since the Unix epoch
 * @returns what is to be emitted at the transaction's end
 */
export async function settleBorrowed(
  transaction: Transaction<Schema>,
  memberIds: readonly string[],
  gameIds: readonly string[] | null,
  now: number,
): Promise<readonly NewEvent[]> {
  if (memberIds.length === 0) return [];
  const at = new Date(now);
  const games = gameIds === null ? sql`` : sql`AND game_id = ANY (${gameIds}::uuid[])`;
  const due = sql`
    SELECT DISTINCT link.user_id, owned.game_id
    FROM family_sharing_links AS link
    JOIN user_libraries AS owned ON owned.user_id = link.other_id
    WHERE link.user_id = ANY (${memberIds}::uuid[]) AND link.role = 'borrows' AND link.status = 'active'
      AND owned.revoked_at IS NULL AND owned.source = ANY (${[...LENDABLE_SOURCES]}::text[]) ${games}
      AND NOT EXISTS (
        SELECT FROM family_exclusions AS excluded
        WHERE excluded.user_id = link.other_id AND excluded.game_id = owned.game_id
      )`;
  const wrong = await sql<Borrowed & { lent: boolean }>`
    WITH due AS MATERIALIZED (${due})
    SELECT had.user_id, had.game_id, due.game_id IS NOT NULL AS lent
    FROM (SELECT * FROM user_libraries WHERE user_id = ANY (${memberIds}::uuid[]) ${games}) AS had
    LEFT JOIN due ON due.user_id = had.user_id AND due.game_id = had.game_id
    WHERE CASE WHEN due.game_id IS NULL
      THEN had.source = 'family' AND had.revoked_at IS NULL
      ELSE had.revoked_at IS NOT NULL END
    ORDER BY had.user_id, had.game_id FOR UPDATE OF had`.execute(transaction);
  const removed = wrong.rows.filter(({ lent }) => !lent);
  await endAccess(transaction, removed, at);
  const { rows: added } = await sql<Borrowed>`
    WITH due AS MATERIALIZED (${due})
    INSERT INTO user_libraries AS l (user_id, game_id, source, acquired_at, updated_at)
    SELECT due.user_id, due.game_id, 'family', ${at}::timestamptz, ${at}::timestamptz FROM due
    WHERE NOT EXISTS (
      SELECT FROM user_libraries AS had
      WHERE had.user_id = due.user_id AND had.game_id = due.game_id AND had.revoked_at IS NULL
    )
    ORDER BY due.user_id, due.game_id
    ON CONFLICT (user_id, game_id) DO UPDATE
      SET source = 'family', acquired_at = ${at}, revoked_at = NULL, updated_at = ${at}, version = l.version + 1
    RETURNING user_id, game_id`.execute(transaction);
  return [...removed.map(removedEvent), ...added.map((game) => addedEvent(game, at))];
}

async function endAccess(transaction: Transaction<Schema>, games: readonly Borrowed[], at: Date): Promise<void> {
  if (games.length === 0) return;
  await sql`
    UPDATE user_libraries AS l SET revoked_at = ${at}, updated_at = ${at}, version = l.version + 1
    FROM unnest(${games.map(({ user_id }) => user_id)}::uuid[], ${games.map(({ game_id }) => game_id)}::uuid[])
      AS gone (user_id, game_id)
    WHERE l.user_id = gone.user_id AND l.game_id = gone.game_id`.execute(transaction);
}

function removedEvent({ user_id, game_id }: Borrowed): NewEvent {
  return { type: 'library.game.removed', data: { user_id, game_id, reason: 'sharing_ended' } };
}

function addedEvent({ user_id, game_id }: Borrowed, at: Date): NewEvent {
  const data = { user_id, game_id, source: 'family' as const, acquired_at: at.toISOString() };
  return { type: 'library.game.added', data };
}
