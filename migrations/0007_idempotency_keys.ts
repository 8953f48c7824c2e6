import { sql, type Kysely } from 'kysely';

/**
 * Idempotency-Key of each user's requests: what was asked (a digest) and what was answered. While the first request runs,
 * the row is its lock, until `expires_at`, so that a crash does not hold the key for ever. The reply is text, not jsonb:
 * a repeat gets the same bytes.
 */
export async function up(db: Kysely<never>): Promise<void> {
  await sql`
    CREATE TABLE idempotency_keys (
      user_id uuid NOT NULL,
      key text NOT NULL,
      fingerprint text NOT NULL,
      status smallint,
      reply text,
      expires_at timestamptz NOT NULL,
      PRIMARY KEY (user_id, key)
    )`.execute(db);
  await sql`CREATE INDEX idempotency_keys_expiry ON idempotency_keys (expires_at)`.execute(db);
}

export async function down(db: Kysely<never>): Promise<void> {
  await sql`DROP TABLE idempotency_keys`.execute(db);
}
