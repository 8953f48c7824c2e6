import { sql, type Transaction } from 'kysely';
import { settleBorrowed } from './settle-borrowed.ts';
import type { Schema } from '../db/schema.ts';
import type { NewEvent } from '../events/emit.ts';

export interface LentGame {
  /** Whom the owner lends to, locked. */
  readonly members: readonly string[];
  readonly gameId: string;
  /** Ms since the Unix epoch. */
  readonly now: number;
}

/**
 * Puts right what the members borrow of one game, after its owner began or ceased to lend it. Who borrowed it before and
 * still does is told, too: it is shared by others than before.
 *
 * @returns what is to be emitted at the transaction's end
 */
export async function settleLent(
  transaction: Transaction<Schema>,
  { members, gameId, now }: LentGame,
): Promise<readonly NewEvent[]> {
  if (members.length === 0) return [];
  const settled = await settleBorrowed(transaction, members, [gameId], now);
  const told = new Set(settled.map(({ data }) => data.user_id));
  const { rows } = await sql<{ user_id: string }>`
    SELECT user_id FROM user_libraries
    WHERE user_id = ANY (${members}::uuid[]) AND game_id = ${gameId} AND source = 'family' AND revoked_at IS NULL
    ORDER BY user_id`.execute(transaction);
  const others = rows.filter(({ user_id }) => !told.has(user_id));
  return [...settled, ...others.map(({ user_id }) => sharingChanged(user_id, gameId))];
}

/** With whom, or by whom, the user's game is shared. */
export function sharingChanged(userId: string, gameId: string): NewEvent {
  return { type: 'library.game.updated', data: { user_id: userId, game_id: gameId, changed: ['sharing'] } };
}
