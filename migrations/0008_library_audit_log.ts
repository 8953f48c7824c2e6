import { sql, type Kysely } from 'kysely';

/** Who granted, revoked or corrected what, and why. By month, so that old entries go by dropping a table. */
export async function up(db: Kysely<never>): Promise<void> {
  await sql`
    CREATE TABLE library_audit_log (
      user_id uuid NOT NULL,
      entry_id uuid NOT NULL,
      occurred_at timestamptz NOT NULL,
      action text NOT NULL,
      actor_id uuid NOT NULL,
      actor_roles text[] NOT NULL,
      game_id uuid,
      details jsonb NOT NULL DEFAULT '{}',
      PRIMARY KEY (user_id, entry_id, occurred_at)
    ) PARTITION BY RANGE (occurred_at)`.execute(db);
  await sql`CREATE TABLE library_audit_log_default PARTITION OF library_audit_log DEFAULT`.execute(db);
}

export async function down(db: Kysely<never>): Promise<void> {
  await sql`DROP TABLE library_audit_log`.execute(db);
}
