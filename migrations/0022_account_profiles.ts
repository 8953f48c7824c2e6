import { sql, type Kysely } from 'kysely';

/**
 * What Account said of users, so that families are shown by name, and people can be invited, also after a restart while
 * Account is away.
 */
export async function up(db: Kysely<never>): Promise<void> {
  await sql`
    CREATE TABLE account_profiles (
      user_id uuid PRIMARY KEY,
      display_name text,
      fetched_at timestamptz NOT NULL
    )`.execute(db);
  await sql`CREATE INDEX account_profiles_fetched_at ON account_profiles (fetched_at)`.execute(db);
}

export async function down(db: Kysely<never>): Promise<void> {
  await sql`DROP TABLE account_profiles`.execute(db);
}
