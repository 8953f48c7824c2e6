import { sql, type Transaction } from 'kysely';
import { isErased } from '../erasure/erased-users.ts';
import type { Schema } from '../db/schema.ts';

/*
 * Two spaces of locks, held to the end of the transaction. Everybody takes one lender first, then borrowers in the order
 * of their ids, then rows, so that nobody waits in a circle (F4 in DESIGN.md).
 *
 *   lender    exclusive: whom the owner lends to, and which games, changes; shared: what the owner has changes
 *   borrower  exclusive: what the member borrows is worked out
 */

/** The link of the two is the transaction's alone. */
export async function lockLink(transaction: Transaction<Schema>, ownerId: string, memberId: string): Promise<void> {
  await lockLender(transaction, ownerId);
  await lockBorrowers(transaction, [memberId]);
}

/** What the owner lends is the transaction's alone, with all who borrow it. Returns these. */
export async function lockLending(transaction: Transaction<Schema>, ownerId: string): Promise<readonly string[]> {
  await lockLender(transaction, ownerId);
  return lockMembers(transaction, ownerId, []);
}

/**
 * For a change of what the user has: whom the user lends to stays as it is, and what they borrow, as what the user
 * borrows, is the transaction's to work out. Returns those whom the user lends to.
 */
export async function lockHolding(transaction: Transaction<Schema>, userId: string): Promise<readonly string[]> {
  await sql`SELECT pg_advisory_xact_lock_shared(${lenderKey(userId)})`.execute(transaction);
  return lockMembers(transaction, userId, [userId]);
}

/** The user is neither lent to nor borrowed from meanwhile: for the erasure. */
export async function lockFamilyOf(transaction: Transaction<Schema>, userId: string): Promise<void> {
  await lockLink(transaction, userId, userId);
}

/** @param also those to lock beside the members */
async function lockMembers(
  transaction: Transaction<Schema>,
  ownerId: string,
  also: readonly string[],
): Promise<readonly string[]> {
  const rows = await transaction
    .selectFrom('family_sharing_links')
    .select('other_id')
    .where('user_id', '=', ownerId)
    .where('role', '=', 'lends')
    .where('status', '=', 'active')
    .execute();
  const members = rows.map(({ other_id }) => other_id);
  if (members.length + also.length > 0) await lockBorrowers(transaction, [...members, ...also].sort());
  return existing(transaction, members);
}

/**
 * Those whose accounts were not deleted. While a borrower is locked this stays true: an erasure that is to be remembered
 * waits for the lock. Without that, an owner's purchase would fail for a member who is being erased.
 */
async function existing(transaction: Transaction<Schema>, userIds: readonly string[]): Promise<readonly string[]> {
  const exist: string[] = [];
  for (const userId of userIds) if (!(await isErased(transaction, userId))) exist.push(userId);
  return exist;
}

async function lockLender(transaction: Transaction<Schema>, userId: string): Promise<void> {
  await sql`SELECT pg_advisory_xact_lock(${lenderKey(userId)})`.execute(transaction);
}

/** @param userIds in ascending order */
async function lockBorrowers(transaction: Transaction<Schema>, userIds: readonly string[]): Promise<void> {
  await sql`
    SELECT pg_advisory_xact_lock(hashtextextended('family borrower ' || id, 0))
    FROM unnest(${userIds}::text[]) AS id`.execute(transaction);
}

function lenderKey(userId: string) {
  return sql`hashtextextended(${`family lender ${userId}`}, 0)`;
}
