import { sql, type Kysely } from 'kysely';

/**
 * Which request an event goes back to, so that those who take it in can go on with its trace. Nearly always null: only
 * changes whose way is told have one. Whoever writes events without knowing of it (the release before) leaves it null.
 */
export async function up(db: Kysely<never>): Promise<void> {
  await sql`ALTER TABLE outbox_events ADD COLUMN IF NOT EXISTS traceparent text`.execute(db);
}

export async function down(db: Kysely<never>): Promise<void> {
  await sql`ALTER TABLE outbox_events DROP COLUMN traceparent`.execute(db);
}
