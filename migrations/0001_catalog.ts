import { sql, type Kysely } from 'kysely';

/**
 * The catalogue cache: what the library needs to know of a game without asking the catalogue service.
 * Prices stand apart, one row a currency, so that one can change without rewriting the entry.
 */
export async function up(db: Kysely<never>): Promise<void> {
  await sql`
    CREATE TABLE catalog_games (
      game_id uuid PRIMARY KEY,
      title text NOT NULL,
      developer text,
      publisher text,
      description text,
      cover_url text,
      genres text[] NOT NULL DEFAULT '{}',
      released_on date,
      achievements jsonb NOT NULL DEFAULT '[]',
      version bigint NOT NULL DEFAULT 1,
      updated_at timestamptz NOT NULL
    )`.execute(db);
  await sql`
    CREATE TABLE catalog_prices (
      game_id uuid NOT NULL REFERENCES catalog_games ON DELETE CASCADE,
      currency char(3) NOT NULL,
      amount_minor bigint NOT NULL CHECK (amount_minor >= 0),
      PRIMARY KEY (game_id, currency)
    )`.execute(db);
}

export async function down(db: Kysely<never>): Promise<void> {
  await sql`DROP TABLE catalog_prices, catalog_games`.execute(db);
}
