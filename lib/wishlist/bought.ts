import type { Transaction } from 'kysely';
import { raiseWishlistVersion } from './list-lock.ts';
import type { Schema } from '../db/schema.ts';
import type { NewEvent } from '../events/emit.ts';

/**
 * Takes a game that the user has just got off the wishlist, in the transaction that grants it and after the grant. The
 * transaction has locked the list before it took any game (`lockWishlist`).
 *
 * @returns what is to be emitted at the transaction's end; nothing when it was no wish
 */
export async function leaveWishlist(
  transaction: Transaction<Schema>,
  userId: string,
  gameId: string,
): Promise<readonly NewEvent[]> {
  const gone = await transaction
    .deleteFrom('wishlists')
    .where('user_id', '=', userId)
    .where('game_id', '=', gameId)
    .executeTakeFirst();
  if (gone.numDeletedRows === 0n) return [];
  await raiseWishlistVersion(transaction, userId);
  return [{ type: 'library.wishlist.item.removed', data: { user_id: userId, game_id: gameId, reason: 'acquired' } }];
}
