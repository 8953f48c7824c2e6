import type { Kysely } from 'kysely';
import { ownedGames, type OwnedGame } from './library-items.ts';
import type { LibraryPatch } from '../contract/library.ts';
import type { Schema } from '../db/schema.ts';
import { LibraryError } from '../errors.ts';

/**
 * One game of the user's library.
 *
 * @throws LibraryError GAME_NOT_IN_LIBRARY
 */
export async function ownedGame(db: Kysely<Schema>, userId: string, gameId: string, now: number): Promise<OwnedGame> {
  const [game] = await ownedGames(db, userId, now, gameId);
  if (game === undefined) {
    throw new LibraryError('GAME_NOT_IN_LIBRARY', 'The user has no access to this game', { game_id: gameId });
  }
  return game;
}

/**
 * Changes what the user marked on a game; members left out stay as they are.
 *
 * @throws LibraryError GAME_NOT_IN_LIBRARY
 */
export async function patchMarks(
  db: Kysely<Schema>,
  userId: string,
  gameId: string,
  patch: LibraryPatch,
  now: number,
): Promise<OwnedGame> {
  await db
    .updateTable('user_libraries')
    .set({
      updated_at: new Date(now),
      ...(patch.hidden === undefined ? {} : { hidden: patch.hidden }),
      ...(patch.favorite === undefined ? {} : { favorite: patch.favorite }),
      ...(patch.notes === undefined ? {} : { notes: patch.notes }),
    })
    .where('user_id', '=', userId)
    .where('game_id', '=', gameId)
    .where('revoked_at', 'is', null)
    .execute();
  return ownedGame(db, userId, gameId, now);
}
