import { createHash } from 'node:crypto';
import type { Kysely, Transaction } from 'kysely';
import type { Schema } from '../db/schema.ts';
import { lockFamilyOf } from '../family/family-locks.ts';
import { mustUuidKey } from '../uuid.ts';

/**
 * What the user is known by afterwards, so that late events do not bring the data back. The ids have some 70 random
 * bits: none can be found by trying.
 */
function digestOf(userId: string): Buffer {
  return createHash('sha256')
    .update(Buffer.from(mustUuidKey(userId), 'latin1'))
    .digest();
}

/**
 * Writes down that the user is to be erased: from its commit on, nothing more is taken in.
 *
 * @param now ms since the Unix epoch
 */
export async function rememberErasure(db: Kysely<Schema>, userId: string, now: number): Promise<void> {
  if (db.isTransaction) await rememberIn(db as Transaction<Schema>, userId, now);
  else await db.transaction().execute((transaction) => rememberIn(transaction, userId, now));
}

/** Whoever works out what members of the user's families borrow is done first, and then leaves the user out. */
async function rememberIn(db: Transaction<Schema>, userId: string, now: number): Promise<void> {
  await lockFamilyOf(db, userId);
  const erased_at = new Date(now);
  await db
    .insertInto('erasures')
    .values({ user_digest: digestOf(userId), user_id: userId, erased_at })
    .onConflict((conflict) => conflict.column('user_digest').doUpdateSet({ user_id: userId, erased_at }))
    .execute();
}

/** Whether the user was erased. */
export async function isErased(db: Kysely<Schema>, userId: string): Promise<boolean> {
  const row = await db
    .selectFrom('erasures')
    .select('erased_at')
    .where('user_digest', '=', digestOf(userId))
    .executeTakeFirst();
  return row !== undefined;
}
