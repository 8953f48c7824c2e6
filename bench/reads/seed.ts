import { sql } from 'kysely';
import type { Database } from '../../lib/db/database.ts';

export interface Seed {
  readonly users: number;
  readonly gamesEach: number;
  /** Games of the catalogue; each user has another part of them. */
  readonly catalogue: number;
  readonly achievementsPerGame: number;
}

/** The ids that the seeding statements give: readable, and spread like real ones in their last byte. */
export const userIdOf = (n: number): string => `00000000-0000-7000-9000-${n.toString(16).padStart(12, '0')}`;
export const gameIdOf = (n: number): string => `00000000-0000-7000-a000-${n.toString(16).padStart(12, '0')}`;
/** The first game that the seeding gives to a user. */
export const firstGameOf = (user: number, catalogue: number): string => gameIdOf((user * 37) % catalogue);
const idSql = (family: '9' | 'a', n: string): string =>
  `('00000000-0000-7000-${family}000-' || lpad(to_hex(${n}), 12, '0'))::uuid`;
/** The first of the categories that every user has. */
export const CATEGORY_ID = gameIdOf(1);

/** A made-up name, a word that many have, and the game's number to find it by: `Hmkcbpla Orchard 0001234`. */
const TITLE = `initcap(left(translate(md5(n::text), '0123456789', 'ghijklmnop'), 8)) || ' ' ||
  (ARRAY['Lanterns', 'Orchard', 'Meridian', 'Tidewrack'])[1 + n % 4] || ' ' || lpad(n::text, 7, '0')`;

/**
 * Fills the catalogue and the libraries of users `from` to `users`, with everything that a list reads beside them: playtime,
 * achievements, installations, categories. Safe to call again with more users.
 */
export async function seed(database: Database, size: Seed, from = 0): Promise<void> {
  await seedCatalogue(database, size);
  // Below the time that a statement may take.
  for (let at = from; at < size.users; at += USERS_AT_ONCE) {
    await seedUsers(database, { ...size, users: Math.min(size.users, at + USERS_AT_ONCE) }, at);
  }
}

const USERS_AT_ONCE = 2_000;

async function seedCatalogue({ db }: Database, { catalogue, achievementsPerGame }: Seed): Promise<void> {
  await sql
    .raw(
      `
    INSERT INTO catalog_games (game_id, title, developer, publisher, cover_url, genres, released_on, achievements, updated_at)
    SELECT ${idSql('a', 'n')}, ${TITLE}, 'Paper Boat Studio', 'Harbour Lights', 'https://cdn.example.com/covers/' || n || '.jpg',
      ARRAY['Adventure', 'Puzzle'], '2024-03-01', (
        SELECT coalesce(jsonb_agg(jsonb_build_object('achievement_id', 'a' || a, 'title', 'Achievement ' || a,
          'description', 'What it takes to have the ' || a || 'th', 'hidden', a % 5 = 0, 'target', 1 + a)), '[]')
        FROM generate_series(1, ${achievementsPerGame}) AS a), now()
    FROM generate_series(0, ${catalogue - 1}) AS n
    ON CONFLICT DO NOTHING`,
    )
    .execute(db);
}

async function seedUsers({ db }: Database, size: Seed, from: number): Promise<void> {
  const { users, gamesEach, catalogue, achievementsPerGame } = size;
  const run = (text: string) => sql.raw(text).execute(db);
  const eachUser = `FROM generate_series(${from}, ${users - 1}) AS u`;
  const owned = `${eachUser}
    CROSS JOIN LATERAL (SELECT (u * 37 + k) % ${catalogue} AS n, k FROM generate_series(0, ${gamesEach - 1}) AS k) AS g`;
  const [user, game] = [idSql('9', 'u'), idSql('a', 'n')];
  await run(`
    INSERT INTO user_libraries (user_id, game_id, source, acquired_at, favorite, notes, updated_at)
    SELECT ${user}, ${game}, 'purchase', now() - k * interval '1 hour', k % 10 = 0, 'seeded', now() ${owned}`);
  await run(`
    INSERT INTO playtime_totals (user_id, game_id, ms, last_played_at)
    SELECT ${user}, ${game}, k * 60000, now() - k * interval '1 day' ${owned} WHERE k % 3 = 0`);
  await run(`
    INSERT INTO playtime_stats_daily (user_id, day, game_id, ms)
    SELECT ${user}, current_date - k / 3, ${game}, 60000 ${owned} WHERE k % 3 = 0 AND k < 90`);
  await run(`
    INSERT INTO user_achievements (user_id, game_id, achievement_id, unlocked_at, recorded_at, offline)
    SELECT ${user}, ${game}, 'a' || a, now(), now(), false ${owned}
    CROSS JOIN generate_series(1, ${Math.min(2, achievementsPerGame)}) AS a WHERE k % 5 = 0`);
  await run(`
    INSERT INTO game_installations (user_id, game_id, device_id, status, version, updated_at)
    SELECT ${user}, ${game}, ${idSql('9', 'd')}, 'installed', '1.0', now() ${owned}
    CROSS JOIN generate_series(1, 2) AS d WHERE k % 50 = 0`);
  await run(`
    INSERT INTO user_game_categories (user_id, category_id, name, name_key, created_at, updated_at)
    SELECT ${user}, ${idSql('a', 'c')}, 'Category ' || c, 'category ' || c, now(), now() ${eachUser}
    CROSS JOIN generate_series(1, 3) AS c`);
  await run(`
    INSERT INTO user_game_category_members (user_id, category_id, game_id)
    SELECT ${user}, ${idSql('a', '1 + k % 3')}, ${game} ${owned} WHERE k % 20 < 3`);
  await run(`INSERT INTO user_revisions (user_id, revision) SELECT ${user}, 1 ${eachUser}`);
}
