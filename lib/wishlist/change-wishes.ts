import { sql, type Kysely, type Transaction } from 'kysely';
import { lockWishlist, raiseWishlistVersion } from './list-lock.ts';
import { DEFAULT_NOTIFY, mergedNotify, notifyColumns, notifyOf } from './notify.ts';
import { noWish, wish } from './wishes.ts';
import { MAX_WISHES, type WishBody, type WishlistItem, type WishPatch } from '../contract/wishlist.ts';
import type { Schema } from '../db/schema.ts';
import { LibraryError } from '../errors.ts';
import { emit, raiseRevisions } from '../events/emit.ts';
import { mustBeBasedOn, type IfMatch } from '../precondition.ts';

const DEFAULT_PRIORITY = 3;

export interface WishlistContext {
  readonly db: Kysely<Schema>;
  readonly userId: string;
  /** Ms since the Unix epoch. */
  readonly now: number;
}

/**
 * Puts a game at the end of the user's wishlist.
 *
 * @throws LibraryError NOT_FOUND when the catalogue does not know the game, GAME_ALREADY_OWNED, ALREADY_IN_WISHLIST,
 *   QUOTA_EXCEEDED, VALIDATION_ERROR
 */
export async function addWish({ db, userId, now }: WishlistContext, body: WishBody): Promise<WishlistItem> {
  const gameId = body.game_id.toLowerCase();
  const notify = mergedNotify(DEFAULT_NOTIFY, body.notify);
  return db.transaction().execute(async (transaction) => {
    await lockWishlist(transaction, userId);
    const position = await placeForOneMore(transaction, userId, gameId);
    const at = new Date(now);
    await transaction
      .insertInto('wishlists')
      .values({
        user_id: userId,
        game_id: gameId,
        position,
        priority: body.priority ?? DEFAULT_PRIORITY,
        note: body.note ?? null,
        ...notifyColumns(notify),
        added_at: at,
        updated_at: at,
      })
      .execute();
    await raiseWishlistVersion(transaction, userId);
    // Read here: once others see the wish, it may be gone with a purchase.
    const made = await wish(transaction, userId, gameId, now);
    await emit(transaction, now, [{ type: 'library.wishlist.item.added', data: { user_id: userId, game_id: gameId } }]);
    return made;
  });
}

/** The position behind all others, once nothing stands against the wish. */
async function placeForOneMore(transaction: Transaction<Schema>, userId: string, gameId: string): Promise<number> {
  const { rows } = await sql<{
    known: boolean;
    owned: boolean;
    wished: number | null;
    wishes: number;
    last: number | null;
  }>`
    SELECT
      EXISTS (SELECT FROM catalog_games WHERE game_id = ${gameId}) AS known,
      EXISTS (
        SELECT FROM user_libraries
        WHERE user_id = ${userId} AND game_id = ${gameId} AND revoked_at IS NULL AND source <> 'family'
      ) AS owned,
      max(version) FILTER (WHERE game_id = ${gameId}) AS wished,
      count(*) AS wishes,
      max(position) AS last
    FROM wishlists WHERE user_id = ${userId}`.execute(transaction);
  const { known, owned, wished, wishes, last } = rows[0]!;
  if (!known) throw new LibraryError('NOT_FOUND', 'The catalogue has no such game');
  if (owned) throw new LibraryError('GAME_ALREADY_OWNED', 'The user has this game already');
  if (wished !== null) {
    throw new LibraryError('ALREADY_IN_WISHLIST', 'The game is in the wishlist already', { version: wished });
  }
  if (wishes >= MAX_WISHES) {
    throw new LibraryError('QUOTA_EXCEEDED', `A wishlist holds at most ${MAX_WISHES} games`, { limit: MAX_WISHES });
  }
  return (last ?? 0) + 1;
}

/**
 * Changes a wish; members left out stay as they are. What changes nothing keeps the version.
 *
 * @throws LibraryError NOT_FOUND, PRECONDITION_FAILED, VALIDATION_ERROR
 */
export async function patchWish(
  { db, userId, now }: WishlistContext,
  gameId: string,
  patch: WishPatch,
  ifMatch: IfMatch,
): Promise<WishlistItem> {
  return db.transaction().execute(async (transaction) => {
    const row = await transaction
      .selectFrom('wishlists')
      .selectAll()
      .where('user_id', '=', userId)
      .where('game_id', '=', gameId)
      .forNoKeyUpdate()
      .executeTakeFirst();
    if (row === undefined) throw noWish();
    mustBeBasedOn(row.version, ifMatch);
    const next = {
      priority: patch.priority ?? row.priority,
      note: patch.note === undefined ? row.note : patch.note,
      ...notifyColumns(mergedNotify(notifyOf(row), patch.notify)),
    };
    const same = (Object.keys(next) as (keyof typeof next)[]).every((name) => next[name] === row[name]);
    if (same) return wish(transaction, userId, gameId, now);
    await transaction
      .updateTable('wishlists')
      .set({ ...next, version: row.version + 1, updated_at: new Date(now) })
      .where('user_id', '=', userId)
      .where('game_id', '=', gameId)
      .execute();
    const changed = await wish(transaction, userId, gameId, now);
    await raiseRevisions(transaction, [userId]);
    return changed;
  });
}

/**
 * Takes a wish back.
 *
 * @throws LibraryError NOT_FOUND, PRECONDITION_FAILED
 */
export async function removeWish(
  { db, userId, now }: WishlistContext,
  gameId: string,
  ifMatch: IfMatch,
): Promise<void> {
  await db.transaction().execute(async (transaction) => {
    await lockWishlist(transaction, userId);
    const gone = await transaction
      .deleteFrom('wishlists')
      .where('user_id', '=', userId)
      .where('game_id', '=', gameId)
      .returning('version')
      .executeTakeFirst();
    if (gone === undefined) throw noWish();
    // Thrown from here, it undoes the deletion.
    mustBeBasedOn(gone.version, ifMatch);
    await raiseWishlistVersion(transaction, userId);
    await emit(transaction, now, [
      { type: 'library.wishlist.item.removed', data: { user_id: userId, game_id: gameId, reason: 'by_user' } },
    ]);
  });
}
