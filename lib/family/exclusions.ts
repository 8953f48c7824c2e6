import type { Kysely, Transaction } from 'kysely';
import { endBorrowedSessions } from './end-sessions.ts';
import type { ActorOf, FamilyContext } from './family-context.ts';
import { lockLending } from './family-locks.ts';
import { settleLent, sharingChanged } from './settle-lent.ts';
import { audit } from '../audit.ts';
import type { ExcludedGamePage, ExclusionsQuery } from '../contract/family.ts';
import { decodeCursor, encodeCursor } from '../cursor.ts';
import type { Schema } from '../db/schema.ts';
import { LibraryError } from '../errors.ts';
import { emit, raiseRevisions } from '../events/emit.ts';
import { uuidToKey } from '../uuid.ts';

/**
 * Shares a game of the user's no longer, or not yet. Excluding it again changes nothing, but finishes what a call before
 * did not come to.
 *
 * @throws LibraryError NOT_FOUND when neither the catalogue nor the user knows the game, UNAVAILABLE
 */
export async function excludeGame(context: FamilyContext, actorOf: ActorOf, gameId: string): Promise<void> {
  const { db, userId, now } = context;
  await db.transaction().execute(async (transaction) => {
    const members = await lockLending(transaction, userId);
    if (!(await isKnown(transaction, userId, gameId))) throw new LibraryError('NOT_FOUND', 'There is no such game');
    const excluded = await transaction
      .insertInto('family_exclusions')
      .values({ user_id: userId, game_id: gameId, excluded_at: new Date(now) })
      .onConflict((conflict) => conflict.doNothing())
      .returning('game_id')
      .executeTakeFirst();
    if (excluded !== undefined) await settle(transaction, context, 'excluded', members, gameId);
  });
  await endBorrowedSessions(db, actorOf, userId);
}

/** Shares a game again. @throws LibraryError NOT_FOUND when it was not excluded */
export async function includeGame(context: FamilyContext, gameId: string): Promise<void> {
  const { db, userId } = context;
  await db.transaction().execute(async (transaction) => {
    const members = await lockLending(transaction, userId);
    const included = await transaction
      .deleteFrom('family_exclusions')
      .where('user_id', '=', userId)
      .where('game_id', '=', gameId)
      .executeTakeFirst();
    if (included.numDeletedRows === 0n) throw new LibraryError('NOT_FOUND', 'The game is not excluded');
    await settle(transaction, context, 'included', members, gameId);
  });
}

/** What the exclusion, or its end, comes to for members and owner. Ends the transaction. */
async function settle(
  transaction: Transaction<Schema>,
  { caller, userId, now }: FamilyContext,
  change: 'excluded' | 'included',
  members: readonly string[],
  gameId: string,
): Promise<void> {
  await audit(transaction, now, { action: `family.game_${change}`, caller, userId, gameId, details: {} });
  const lent = await settleLent(transaction, { members, gameId, now });
  const own = (await isOwned(transaction, userId, gameId)) ? [sharingChanged(userId, gameId)] : [];
  if (lent.length + own.length > 0) await emit(transaction, now, [...own, ...lent]);
  else await raiseRevisions(transaction, [userId]);
}

async function isKnown(transaction: Transaction<Schema>, userId: string, gameId: string): Promise<boolean> {
  const game = await transaction
    .selectFrom('catalog_games')
    .select('game_id')
    .where('game_id', '=', gameId)
    .executeTakeFirst();
  return game !== undefined || (await isOwned(transaction, userId, gameId));
}

async function isOwned(transaction: Transaction<Schema>, userId: string, gameId: string): Promise<boolean> {
  const row = await transaction
    .selectFrom('user_libraries')
    .select('game_id')
    .where('user_id', '=', userId)
    .where('game_id', '=', gameId)
    .where('revoked_at', 'is', null)
    .executeTakeFirst();
  return row !== undefined;
}

/**
 * A page of the games that the user does not share, in the order of their ids.
 *
 * @throws LibraryError VALIDATION_ERROR for a cursor of another list
 */
export async function exclusionsPage(
  db: Kysely<Schema>,
  userId: string,
  { cursor, limit }: ExclusionsQuery,
): Promise<ExcludedGamePage> {
  let select = db
    .selectFrom('family_exclusions as excluded')
    .leftJoin('catalog_games as game', 'game.game_id', 'excluded.game_id')
    .select(['excluded.game_id', 'game.title', 'excluded.excluded_at'])
    .where('excluded.user_id', '=', userId)
    .orderBy('excluded.game_id')
    .limit(limit + 1);
  if (cursor !== undefined) select = select.where('excluded.game_id', '>', decodeCursor(cursor, isPosition)[1]);
  const rows = await select.execute();
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  return {
    items: shown.map(({ excluded_at, ...game }) => ({ ...game, excluded_at: excluded_at.toISOString() })),
    next_cursor: rows.length > shown.length && last !== undefined ? encodeCursor(['excluded', last.game_id]) : null,
  };
}

function isPosition(parts: unknown): parts is readonly ['excluded', string] {
  return Array.isArray(parts) && parts.length === 2 && parts[0] === 'excluded' && uuidToKey(String(parts[1])) !== null;
}
