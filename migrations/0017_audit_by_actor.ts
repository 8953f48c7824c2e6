import { sql, type Kysely } from 'kysely';

/** To find what somebody of the staff, who is to be erased, did to others' data: without a scan of the whole log. */
export async function up(db: Kysely<never>): Promise<void> {
  await sql`
    CREATE INDEX library_audit_log_actor ON library_audit_log (actor_id) WHERE actor_id <> user_id`.execute(db);
}

export async function down(db: Kysely<never>): Promise<void> {
  await sql`DROP INDEX library_audit_log_actor`.execute(db);
}
