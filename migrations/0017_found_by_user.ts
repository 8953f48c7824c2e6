import { sql, type Kysely } from 'kysely';

/**
 * To find, without a scan, what is to go when a user is erased: what somebody of the staff did to others' data, and what
 * the embedded event bus carried of the user.
 */
export async function up(db: Kysely<never>): Promise<void> {
  await sql`
    CREATE INDEX library_audit_log_actor ON library_audit_log (actor_id) WHERE actor_id <> user_id`.execute(db);
  await sql`CREATE INDEX bus_messages_key ON bus_messages (key)`.execute(db);
}

export async function down(db: Kysely<never>): Promise<void> {
  await sql`DROP INDEX bus_messages_key, library_audit_log_actor`.execute(db);
}
