import { sql, type Kysely } from 'kysely';

/**
 * What users wish for, what games cost over time, and who is still to be told of a discount.
 *
 * - `wishlists`: one row a wish, at most a thousand a user; found and sorted by the first column of the primary key.
 *   The partial index walks the wishers of one game who want to be told of its price, in the order of user ids: that is
 *   the cursor of the job that tells them.
 * - `wishlist_versions`: one number a user, raised when games come, go or change places.
 * - `wishlist_notices`: when a user was last told of a discount of a game. Outlives the wish, so that a wish taken back
 *   and made again is not told twice of one sale.
 * - `wishlist_price_history`: a row for every change of a price. Users see it of the games they wish for.
 * - `wishlist_discount_work`: games whose price fell and whose wishers are being told, batch by batch. Written with the
 *   price, so that no crash loses it; the row's lock is also what keeps two processes off the same game.
 * - `catalog_prices` learns what the catalogue says of a sale, and what was worked out of it (lib/wishlist/discount-rules).
 */
export async function up(db: Kysely<never>): Promise<void> {
  await sql`
    CREATE TABLE wishlists (
      user_id uuid NOT NULL,
      game_id uuid NOT NULL,
      position integer NOT NULL,
      priority smallint NOT NULL,
      note text,
      on_sale boolean NOT NULL,
      min_discount_percent smallint CHECK (min_discount_percent BETWEEN 1 AND 100),
      target_currency text CHECK (target_currency ~ '^[A-Z]{3}$'),
      target_minor bigint CHECK (target_minor >= 0),
      currency text CHECK (currency ~ '^[A-Z]{3}$'),
      version bigint NOT NULL DEFAULT 1,
      added_at timestamptz NOT NULL,
      updated_at timestamptz NOT NULL,
      PRIMARY KEY (user_id, game_id),
      CHECK ((target_currency IS NULL) = (target_minor IS NULL))
    )`.execute(db);
  await sql`
    CREATE INDEX wishlists_wishers ON wishlists (game_id, user_id)
    WHERE on_sale OR target_minor IS NOT NULL`.execute(db);
  await sql`
    CREATE TABLE wishlist_versions (
      user_id uuid PRIMARY KEY,
      version bigint NOT NULL DEFAULT 1
    ) WITH (fillfactor = 70)`.execute(db);
  await sql`
    CREATE TABLE wishlist_notices (
      user_id uuid NOT NULL,
      game_id uuid NOT NULL,
      noticed_at timestamptz NOT NULL,
      PRIMARY KEY (user_id, game_id)
    )`.execute(db);
  await sql`
    CREATE TABLE wishlist_price_history (
      game_id uuid NOT NULL,
      currency text NOT NULL,
      change_number bigint GENERATED ALWAYS AS IDENTITY,
      changed_at timestamptz NOT NULL,
      amount_minor bigint NOT NULL,
      regular_minor bigint,
      PRIMARY KEY (game_id, currency, change_number)
    )`.execute(db);
  await sql`
    CREATE TABLE wishlist_discount_work (
      game_id uuid PRIMARY KEY,
      currencies text[] NOT NULL,
      told_up_to uuid,
      queued_at timestamptz NOT NULL
    ) WITH (fillfactor = 50)`.execute(db);
  await sql`CREATE INDEX wishlist_discount_work_age ON wishlist_discount_work (queued_at)`.execute(db);
  await sql`
    ALTER TABLE catalog_prices
      ADD COLUMN regular_minor bigint,
      ADD COLUMN sale_ends_at timestamptz,
      ADD COLUMN sale_from_minor bigint,
      ADD COLUMN offer_since timestamptz,
      ADD COLUMN lowest_minor bigint,
      ADD COLUMN lowest_at timestamptz`.execute(db);
  // The prices known so far are where each history begins.
  await sql`
    INSERT INTO wishlist_price_history (game_id, currency, changed_at, amount_minor)
    SELECT game_id, currency, g.updated_at, amount_minor
    FROM catalog_prices JOIN catalog_games g USING (game_id)`.execute(db);
  await sql`
    UPDATE catalog_prices p SET lowest_minor = p.amount_minor, lowest_at = g.updated_at
    FROM catalog_games g WHERE g.game_id = p.game_id`.execute(db);
  await sql`
    ALTER TABLE catalog_prices
      ALTER COLUMN lowest_minor SET NOT NULL,
      ALTER COLUMN lowest_at SET NOT NULL`.execute(db);
}

export async function down(db: Kysely<never>): Promise<void> {
  await sql`
    ALTER TABLE catalog_prices
      DROP COLUMN regular_minor,
      DROP COLUMN sale_ends_at,
      DROP COLUMN sale_from_minor,
      DROP COLUMN offer_since,
      DROP COLUMN lowest_minor,
      DROP COLUMN lowest_at`.execute(db);
  await sql`
    DROP TABLE wishlist_discount_work, wishlist_price_history, wishlist_notices, wishlist_versions, wishlists`.execute(
    db,
  );
}
