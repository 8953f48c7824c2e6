import { sql, type Kysely, type Transaction } from 'kysely';
import type { Schema } from '../db/schema.ts';

/**
 * Puts what changes a user's list of wishes one after the other, until the transaction ends. A lock of its own, so that
 * it also holds for a list that has no row yet: a game that is bought while it is wished for must not stay on the list.
 */
export async function lockWishlist(transaction: Transaction<Schema>, userId: string): Promise<void> {
  await sql`SELECT pg_advisory_xact_lock(hashtextextended(${`wishlist ${userId}`}, 0))`.execute(transaction);
}

/** 0: the list was never touched. */
export async function wishlistVersion(db: Kysely<Schema>, userId: string): Promise<number> {
  const row = await db
    .selectFrom('wishlist_versions')
    .select('version')
    .where('user_id', '=', userId)
    .executeTakeFirst();
  return row?.version ?? 0;
}

/** For a list that is locked. Returns the new version. */
export async function raiseWishlistVersion(transaction: Transaction<Schema>, userId: string): Promise<number> {
  const { version } = await transaction
    .insertInto('wishlist_versions')
    .values({ user_id: userId })
    .onConflict((conflict) =>
      conflict.column('user_id').doUpdateSet({ version: sql<number>`wishlist_versions.version + 1` }),
    )
    .returning('version')
    .executeTakeFirstOrThrow();
  return version;
}
