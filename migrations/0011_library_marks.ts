import { sql, type Kysely } from 'kysely';

/**
 * What users make of their libraries: a version by which two devices notice each other, and categories.
 *
 * A category has a filter (dynamic) or members (manual). Names are unique in any case: `name_key` is the name as the
 * service folds it, so that every database agrees on what "the same" is. The members' key serves all questions: which
 * games of a category, how many, and, over the range of one user, which categories of a game.
 */
export async function up(db: Kysely<never>): Promise<void> {
  await sql`ALTER TABLE user_libraries ADD COLUMN version bigint NOT NULL DEFAULT 1`.execute(db);
  await sql`
    CREATE TABLE user_game_categories (
      user_id uuid NOT NULL,
      category_id uuid NOT NULL,
      name text NOT NULL,
      name_key text NOT NULL,
      filter jsonb,
      version bigint NOT NULL DEFAULT 1,
      created_at timestamptz NOT NULL,
      updated_at timestamptz NOT NULL,
      PRIMARY KEY (user_id, category_id),
      UNIQUE (user_id, name_key)
    )`.execute(db);
  await sql`
    CREATE TABLE user_game_category_members (
      user_id uuid NOT NULL,
      category_id uuid NOT NULL,
      game_id uuid NOT NULL,
      PRIMARY KEY (user_id, category_id, game_id),
      FOREIGN KEY (user_id, category_id) REFERENCES user_game_categories ON DELETE CASCADE
    )`.execute(db);
}

export async function down(db: Kysely<never>): Promise<void> {
  await sql`DROP TABLE user_game_category_members, user_game_categories`.execute(db);
  await sql`ALTER TABLE user_libraries DROP COLUMN version`.execute(db);
}
