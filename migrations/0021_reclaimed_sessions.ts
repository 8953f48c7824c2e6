import { sql, type Kysely } from 'kysely';

/**
 * A session on a borrowed copy ends, reason `reclaimed`, when its promise has passed. NOT VALID: every row that is there
 * has met the narrower check, so there is nothing to read under the lock; new rows and new partitions are checked.
 */
export async function up(db: Kysely<never>): Promise<void> {
  await sql`
    ALTER TABLE playtime_sessions
      DROP CONSTRAINT playtime_sessions_end_reason_check,
      ADD CONSTRAINT playtime_sessions_end_reason_check
        CHECK (end_reason IN ('ended', 'timeout', 'superseded', 'revoked', 'reclaimed')) NOT VALID`.execute(db);
}

/** The version before knows no such reason: to it, such a session fell silent. */
export async function down(db: Kysely<never>): Promise<void> {
  await sql`UPDATE playtime_sessions SET end_reason = 'timeout' WHERE end_reason = 'reclaimed'`.execute(db);
  await sql`
    ALTER TABLE playtime_sessions
      DROP CONSTRAINT playtime_sessions_end_reason_check,
      ADD CONSTRAINT playtime_sessions_end_reason_check
        CHECK (end_reason IN ('ended', 'timeout', 'superseded', 'revoked')) NOT VALID`.execute(db);
}
