import { sql, type Kysely, type Transaction } from 'kysely';
import type { Schema } from '../db/schema.ts';

/** Who stands in a log in place of somebody who is erased. */
const NOBODY = '00000000-0000-0000-0000-000000000000';

/*
 * People of one family stand in each other's logs: when all of them are erased at once, each erasure deletes entries that
 * the others want to change. So whoever takes several entries takes them in the order of their key, and those who change
 * others' entries hold nothing else meanwhile.
 */

/** Takes the user's own entries, to delete them. */
export async function holdLog(transaction: Transaction<Schema>, userId: string): Promise<void> {
  await sql`SELECT FROM library_audit_log WHERE user_id = ${userId} ORDER BY entry_id FOR UPDATE`.execute(transaction);
}

/**
 * Takes the user's name out of others' entries: what the user did to their data, as one of the platform's staff or of
 * their family, stays without it. Not within a transaction that holds anything. Safe to repeat.
 */
export async function forgetInLogs(db: Kysely<Schema>, userId: string): Promise<void> {
  const named = sql`details ->> 'other_id' = ${userId} AND user_id <> ${userId}::uuid`;
  await changeEntries(db, named, sql`details = jsonb_set(details, '{other_id}', to_jsonb(${NOBODY}::text))`);
  await changeEntries(db, sql`actor_id = ${userId} AND actor_id <> user_id`, sql`actor_id = ${NOBODY}::uuid`);
}

async function changeEntries(
  db: Kysely<Schema>,
  where: ReturnType<typeof sql>,
  set: ReturnType<typeof sql>,
): Promise<void> {
  await sql`
    WITH entries AS MATERIALIZED (
      SELECT user_id, entry_id, occurred_at FROM library_audit_log WHERE ${where}
      ORDER BY user_id, entry_id FOR UPDATE
    )
    UPDATE library_audit_log AS log SET ${set} FROM entries
    WHERE log.user_id = entries.user_id AND log.entry_id = entries.entry_id
      AND log.occurred_at = entries.occurred_at`.execute(db);
}
