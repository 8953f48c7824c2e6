import type { Kysely, Transaction } from 'kysely';
import { audit } from '../audit.ts';
import type { GrantBody, GrantReply } from '../contract/admin.ts';
import type { Caller } from '../contract/endpoint.ts';
import type { Schema } from '../db/schema.ts';
import { LibraryError } from '../errors.ts';
import type { UserActor } from '../playtime/user-actor.ts';
import { mustUuidKey } from '../uuid.ts';

export interface AccessChange {
  readonly db: Kysely<Schema>;
  readonly caller: Caller;
  /** Whose library it is. */
  readonly userId: string;
  /** Ms since the Unix epoch. */
  readonly now: number;
}

/** Whether the user may play the game now. */
export async function hasAccess(db: Kysely<Schema>, userId: string, gameId: string): Promise<boolean> {
  const row = await db
    .selectFrom('user_libraries')
    .select('game_id')
    .where('user_id', '=', userId)
    .where('game_id', '=', gameId)
    .where('revoked_at', 'is', null)
    .executeTakeFirst();
  return row !== undefined;
}

/**
 * Gives the user a game; what was marked on it before a revocation comes back with it. Granting again changes nothing.
 *
 * @throws LibraryError NOT_FOUND when the catalogue does not know the game
 */
export async function grantGame({ db, caller, userId, now }: AccessChange, body: GrantBody): Promise<GrantReply> {
  return db.transaction().execute(async (transaction) => {
    await mustBeInCatalog(transaction, body.game_id);
    const at = new Date(now);
    const granted = await transaction
      .insertInto('user_libraries')
      .values({ user_id: userId, game_id: body.game_id, source: body.source, acquired_at: at, updated_at: at })
      .onConflict((conflict) =>
        conflict
          .columns(['user_id', 'game_id'])
          .doUpdateSet({ source: body.source, acquired_at: at, revoked_at: null, updated_at: at })
          .where('user_libraries.revoked_at', 'is not', null),
      )
      .returning(['game_id', 'source', 'acquired_at'])
      .executeTakeFirst();
    const row = granted ?? (await stored(transaction, userId, body.game_id));
    if (granted !== undefined) {
      const details = { source: body.source };
      await audit(transaction, now, { action: 'library.granted', caller, userId, gameId: row.game_id, details });
    }
    return {
      user_id: userId,
      game_id: row.game_id,
      source: row.source,
      acquired_at: row.acquired_at.toISOString(),
      created: granted !== undefined,
    };
  });
}

/**
 * Takes a game from the user, and ends its live sessions. The sessions end also when access was gone already: a call
 * that failed half-way is finished by its repeat.
 *
 * @throws LibraryError GAME_NOT_IN_LIBRARY when the user never had it, UNAVAILABLE
 */
export async function revokeGame(
  { db, caller, userId, now }: AccessChange,
  actor: UserActor,
  gameId: string,
): Promise<void> {
  await db.transaction().execute(async (transaction) => {
    const at = new Date(now);
    const revoked = await transaction
      .updateTable('user_libraries')
      .set({ revoked_at: at, updated_at: at })
      .where('user_id', '=', userId)
      .where('game_id', '=', gameId)
      .where('revoked_at', 'is', null)
      .executeTakeFirst();
    if (revoked.numUpdatedRows > 0n) {
      await audit(transaction, now, { action: 'library.revoked', caller, userId, gameId, details: {} });
    } else {
      await stored(transaction, userId, gameId);
    }
  });
  await actor.revoke(mustUuidKey(gameId));
}

async function mustBeInCatalog(transaction: Transaction<Schema>, gameId: string): Promise<void> {
  const game = await transaction
    .selectFrom('catalog_games')
    .select('game_id')
    .where('game_id', '=', gameId)
    .executeTakeFirst();
  if (game === undefined) throw new LibraryError('NOT_FOUND', 'The catalogue has no such game');
}

async function stored(transaction: Transaction<Schema>, userId: string, gameId: string) {
  const row = await transaction
    .selectFrom('user_libraries')
    .select(['game_id', 'source', 'acquired_at'])
    .where('user_id', '=', userId)
    .where('game_id', '=', gameId)
    .executeTakeFirst();
  if (row === undefined) throw new LibraryError('GAME_NOT_IN_LIBRARY', 'The user does not have this game');
  return row;
}
