import { sql } from 'kysely';
import type { WishlistContext } from './change-wishes.ts';
import { lockWishlist, raiseWishlistVersion, wishlistVersion } from './list-lock.ts';
import type { OrderBody, OrderReply } from '../contract/wishlist.ts';
import { LibraryError } from '../errors.ts';
import { raiseRevisions } from '../events/emit.ts';
import { mustBeBasedOn, type IfMatch } from '../precondition.ts';

/**
 * Puts the wishlist in another order. The same order again changes nothing.
 *
 * @throws LibraryError PRECONDITION_FAILED when the list is at another version than the one named; CONFLICT with
 *   `missing` and `unknown` when the games are not exactly those of the list
 */
export async function reorderWishlist(
  { db, userId }: WishlistContext,
  body: OrderBody,
  ifMatch: IfMatch,
): Promise<OrderReply> {
  const wanted = body.game_ids.map((gameId) => gameId.toLowerCase());
  return db.transaction().execute(async (transaction) => {
    await lockWishlist(transaction, userId);
    const version = await wishlistVersion(transaction, userId);
    mustBeBasedOn(version, ifMatch);
    const rows = await transaction
      .selectFrom('wishlists')
      .select('game_id')
      .where('user_id', '=', userId)
      .orderBy('position')
      .orderBy('game_id')
      .execute();
    const present = rows.map(({ game_id }) => game_id);
    mustBeTheSame(present, wanted, version);
    if (present.join() === wanted.join()) return { game_ids: present, version };
    await sql`
      UPDATE wishlists w SET position = o.position
      FROM unnest(${wanted}::uuid[]) WITH ORDINALITY AS o (game_id, position)
      WHERE w.user_id = ${userId} AND w.game_id = o.game_id AND w.position <> o.position`.execute(transaction);
    const raised = await raiseWishlistVersion(transaction, userId);
    await raiseRevisions(transaction, [userId]);
    return { game_ids: wanted, version: raised };
  });
}

function mustBeTheSame(present: readonly string[], wanted: readonly string[], version: number): void {
  const [has, wants] = [new Set(present), new Set(wanted)];
  const missing = present.filter((gameId) => !wants.has(gameId));
  const unknown = [...wants].filter((gameId) => !has.has(gameId));
  if (missing.length === 0 && unknown.length === 0 && wanted.length === present.length) return;
  throw new LibraryError('CONFLICT', 'The games are not exactly those of the wishlist', { missing, unknown, version });
}
