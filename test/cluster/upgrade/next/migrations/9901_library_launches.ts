import { sql, type Kysely } from 'kysely';

/**
 * Of the next release: counts how often a game was launched. An expansion: whoever does not know the column goes on
 * writing rows without it. What was there before is filled in.
 */
export async function up(db: Kysely<never>): Promise<void> {
  await sql`ALTER TABLE user_libraries ADD COLUMN launches integer NOT NULL DEFAULT 0`.execute(db);
  await sql`UPDATE user_libraries SET launches = 1 WHERE launches = 0`.execute(db);
}

export async function down(db: Kysely<never>): Promise<void> {
  await sql`ALTER TABLE user_libraries DROP COLUMN launches`.execute(db);
}
