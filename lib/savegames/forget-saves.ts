import { sql, type Transaction } from 'kysely';
import { lockAccount, type SaveRules } from './account.ts';
import type { Schema } from '../db/schema.ts';

/** All that knows of a user's saves; the account, which is their lock, goes last. */
export const SAVE_TABLES = [
  'savegame_versions',
  'savegame_objects',
  'savegame_metadata',
  'savegame_uploads',
  'savegame_sync_settings',
  'savegame_accounts',
] as const satisfies readonly (keyof Schema)[];

/**
 * Forgets a user's saves, as part of an erasure: each object, and what an unfinished upload may have brought, goes on the
 * garbage list with every version that the store keeps of it; the list does not say whose it was.
 *
 * @param now ms since the Unix epoch
 */
export async function forgetSaves(
  transaction: Transaction<Schema>,
  userId: string,
  { urlSeconds }: Pick<SaveRules, 'urlSeconds'>,
  now: number,
): Promise<void> {
  await lockAccount(transaction, userId);
  // A signed PUT may bring an upload back until it expires, also one that was confirmed since.
  const settled = new Date(now + urlSeconds * 1000);
  await sql`
    INSERT INTO savegame_garbage AS g (object_id, parts_id, every_version, due_at)
    SELECT object_id, NULL, true, greatest(${new Date(now)}::timestamptz, created_at + ${urlSeconds} * interval '1 s')
    FROM savegame_objects WHERE user_id = ${userId}
    UNION ALL
    SELECT upload_id, parts_id, true, ${settled}::timestamptz FROM savegame_uploads WHERE user_id = ${userId}
    ON CONFLICT (object_id) DO UPDATE SET
      parts_id = coalesce(excluded.parts_id, g.parts_id), every_version = true,
      due_at = greatest(g.due_at, excluded.due_at)`.execute(transaction);
  for (const table of SAVE_TABLES) await transaction.deleteFrom(table).where('user_id', '=', userId).execute();
}
