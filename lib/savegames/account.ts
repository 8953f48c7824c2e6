import { sql, type Kysely, type Transaction } from 'kysely';
import type { Schema } from '../db/schema.ts';
import type { Config } from '../config/config.ts';
import { LibraryError } from '../errors.ts';

/** What of the configuration the rules of saves hang on. */
export type SaveRules = Config['saves'];

/** What showing a user's saves works with. */
export interface ReadContext {
  readonly db: Kysely<Schema>;
  readonly userId: string;
  readonly rules: SaveRules;
}

/** What a change of them works with. */
export interface SavesContext extends ReadContext {
  /** Ms since the Unix epoch. */
  readonly now: number;
}

export interface SaveAccount {
  readonly lastVersion: number;
  readonly storedBytes: number;
  readonly reservedBytes: number;
}

/**
 * Holds the user's saves until the transaction ends: everybody who changes any of them does this first. It counts as a
 * change, so that whoever decided upon what was read before sees that it may not hold any more.
 */
export async function lockAccount(transaction: Transaction<Schema>, userId: string): Promise<SaveAccount> {
  const { rows } = await sql<{ last_version: number; stored_bytes: number; reserved_bytes: number }>`
    INSERT INTO savegame_accounts AS a (user_id, changes) VALUES (${userId}, 1)
    ON CONFLICT (user_id) DO UPDATE SET changes = a.changes + 1
    RETURNING last_version, stored_bytes, reserved_bytes`.execute(transaction);
  const [row] = rows;
  if (row === undefined) throw new TypeError('an upsert returned no row');
  return { lastVersion: row.last_version, storedBytes: row.stored_bytes, reservedBytes: row.reserved_bytes };
}

/**
 * {@link lockAccount} for whoever comes from elsewhere than the user: an account that is gone, for the user was erased
 * meanwhile, is not made again.
 */
export async function lockKnownAccount(transaction: Transaction<Schema>, userId: string): Promise<void> {
  await transaction
    .updateTable('savegame_accounts')
    .set({ changes: sql<number>`changes + 1` })
    .where('user_id', '=', userId)
    .execute();
}

/** Bytes stored or reserved that come or go; within a transaction that holds the account. */
export async function chargeAccount(
  transaction: Transaction<Schema>,
  userId: string,
  change: { readonly stored?: number; readonly reserved?: number },
): Promise<void> {
  await transaction
    .updateTable('savegame_accounts')
    .set({
      stored_bytes: sql<number>`stored_bytes + ${change.stored ?? 0}`,
      reserved_bytes: sql<number>`reserved_bytes + ${change.reserved ?? 0}`,
    })
    .where('user_id', '=', userId)
    .execute();
}

/** The next version number of the user's saves; within a transaction that holds the account. */
export async function nextVersion(transaction: Transaction<Schema>, userId: string): Promise<number> {
  const { last_version } = await transaction
    .updateTable('savegame_accounts')
    .set({ last_version: sql<number>`last_version + 1` })
    .where('user_id', '=', userId)
    .returning('last_version')
    .executeTakeFirstOrThrow();
  return last_version;
}

export function outOfRoom(rules: SaveRules, { storedBytes, reservedBytes }: SaveAccount): LibraryError {
  return new LibraryError('QUOTA_EXCEEDED', 'There is no room for this save: delete versions or slots first', {
    limit: rules.quotaBytes,
    stored_bytes: storedBytes,
    reserved_bytes: reservedBytes,
  });
}
