import { sql, type Kysely, type Transaction } from 'kysely';
import { countOwner } from '../achievements/counters.ts';
import { audit } from '../audit.ts';
import type { GrantBody, GrantReply } from '../contract/admin.ts';
import type { Caller } from '../contract/endpoint.ts';
import type { Source } from '../db/schema/library.ts';
import type { Schema } from '../db/schema.ts';
import { LibraryError } from '../errors.ts';
import { emit, type NewEvent } from '../events/emit.ts';
import { endBorrowedSessions } from '../family/end-sessions.ts';
import type { ActorOf } from '../family/family-context.ts';
import { lockHolding } from '../family/family-locks.ts';
import { settleLent } from '../family/settle-lent.ts';
import { mustUuidKey } from '../uuid.ts';
import { leaveWishlist } from '../wishlist/bought.ts';
import { lockWishlist } from '../wishlist/list-lock.ts';

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

export interface Grant {
  readonly userId: string;
  readonly gameId: string;
  /** Not `family`: what a user borrows follows from who lends. */
  readonly source: Exclude<Source, 'family'>;
  readonly by: Caller;
  /** The order it came by, for the audit log. */
  readonly reference?: string;
  /** Ms since the Unix epoch. */
  readonly now: number;
}

/**
 * Gives the user a game; what was marked on it before a revocation comes back with it. Granting again changes nothing. A
 * game that the user only borrowed is the user's own from now on.
 *
 * @throws LibraryError NOT_FOUND when the catalogue does not know the game
 */
export async function grantGame({ db, caller, userId, now }: AccessChange, body: GrantBody): Promise<GrantReply> {
  return db.transaction().execute(async (transaction) => {
    await mustBeInCatalog(transaction, body.game_id);
    const grant = { userId, gameId: body.game_id.toLowerCase(), source: body.source, by: caller, now };
    const { reply, events } = await grantIn(transaction, grant);
    await emit(transaction, now, events);
    return reply;
  });
}

/**
 * {@link grantGame} within a transaction, whose owner emits the events at its end; also of a game that the catalogue
 * does not know yet, for what was paid for is owned. It is listed once the catalogue tells of it.
 */
export async function grantIn(
  transaction: Transaction<Schema>,
  { userId, gameId, source, by, reference, now }: Grant,
): Promise<{ readonly reply: GrantReply; readonly events: readonly NewEvent[] }> {
  // Before any game, for an order of many games takes them one after another.
  await lockWishlist(transaction, userId);
  const members = await lockHolding(transaction, userId);
  const at = new Date(now);
  const granted = await transaction
    .insertInto('user_libraries')
    .values({ user_id: userId, game_id: gameId, source, acquired_at: at, updated_at: at })
    .onConflict((conflict) =>
      conflict
        .columns(['user_id', 'game_id'])
        .doUpdateSet({
          source,
          acquired_at: at,
          revoked_at: null,
          updated_at: at,
          version: sql<number>`user_libraries.version + 1`,
        })
        .where((eb) =>
          eb.or([eb('user_libraries.revoked_at', 'is not', null), eb('user_libraries.source', '=', 'family')]),
        ),
    )
    .returning(['source', 'acquired_at'])
    .executeTakeFirst();
  const row = granted ?? (await stored(transaction, userId, gameId));
  const acquired_at = row.acquired_at.toISOString();
  const reply = { user_id: userId, game_id: gameId, source: row.source, acquired_at, created: granted !== undefined };
  if (granted === undefined) return { reply, events: [] };
  const details = { source, ...(reference === undefined ? {} : { reference }) };
  await audit(transaction, now, { action: 'library.granted', caller: by, userId, gameId, details });
  const lent = await settleLent(transaction, { members, gameId, now });
  const wish = await leaveWishlist(transaction, userId, gameId);
  await countOwner(transaction, { userId, gameId, change: 1 });
  const data = { user_id: userId, game_id: gameId, source, acquired_at };
  return { reply, events: [{ type: 'library.game.added', data }, ...wish, ...lent] };
}

export interface Revocation {
  readonly userId: string;
  readonly gameId: string;
  readonly reason: 'refunded' | 'revoked';
  readonly by: Caller;
  /** The refund it came by, for the audit log. */
  readonly reference?: string;
  /** Ms since the Unix epoch. */
  readonly now: number;
}

/**
 * Takes a game from the user, and ends its live sessions, those of members who borrowed it too. The sessions end also when
 * access was gone already: a call that failed half-way is finished by its repeat. What the user borrows is not taken.
 *
 * @throws LibraryError GAME_NOT_IN_LIBRARY when the user never had it, UNAVAILABLE
 */
export async function revokeGame(
  { db, caller, userId, now }: AccessChange,
  actorOf: ActorOf,
  gameId: string,
): Promise<void> {
  await db.transaction().execute(async (transaction) => {
    const revocation = { userId, gameId, reason: 'revoked' as const, by: caller, now };
    const { revoked, events } = await revokeIn(transaction, revocation);
    if (!revoked) await stored(transaction, userId, gameId);
    await emit(transaction, now, events);
  });
  await endSessionsOf(db, actorOf, userId, [gameId]);
}

/**
 * Ends the live sessions of games that were taken from the user: the user's own, even of a game that somebody lends the
 * user from now on, for they were not played on the lender's copy; and those of members who have no access any more.
 *
 * @throws LibraryError UNAVAILABLE
 */
export async function endSessionsOf(
  db: Kysely<Schema>,
  actorOf: ActorOf,
  userId: string,
  gameIds: readonly string[],
): Promise<void> {
  const actor = actorOf(userId);
  for (const gameId of gameIds) await actor.revoke(mustUuidKey(gameId));
  await endBorrowedSessions(db, actorOf, userId);
}

/**
 * Ends access within a transaction, whose owner emits the events at its end, and then ends the live sessions
 * ({@link endSessionsOf}). Nothing happens, and `revoked` is false, when the user does not have the game, or only
 * borrows it. What somebody lends the user is borrowed from now on.
 */
export async function revokeIn(
  transaction: Transaction<Schema>,
  { userId, gameId, reason, by, reference, now }: Revocation,
): Promise<{ readonly revoked: boolean; readonly events: readonly NewEvent[] }> {
  const members = await lockHolding(transaction, userId);
  const at = new Date(now);
  const { numUpdatedRows } = await transaction
    .updateTable('user_libraries')
    .set({ revoked_at: at, updated_at: at, version: sql<number>`version + 1` })
    .where('user_id', '=', userId)
    .where('game_id', '=', gameId)
    .where('revoked_at', 'is', null)
    .where('source', '<>', 'family')
    .executeTakeFirst();
  if (numUpdatedRows === 0n) return { revoked: false, events: [] };
  const details = { reason, ...(reference === undefined ? {} : { reference }) };
  await audit(transaction, now, { action: 'library.revoked', caller: by, userId, gameId, details });
  const lent = await settleLent(transaction, { members: [userId, ...members], gameId, now });
  await countOwner(transaction, { userId, gameId, change: -1 });
  const data = { user_id: userId, game_id: gameId, reason };
  return { revoked: true, events: [{ type: 'library.game.removed', data }, ...lent] };
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
    .select(['source', 'acquired_at'])
    .where('user_id', '=', userId)
    .where('game_id', '=', gameId)
    .executeTakeFirst();
  if (row === undefined) throw new LibraryError('GAME_NOT_IN_LIBRARY', 'The user does not have this game');
  return row;
}
