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
const idSql = (family: '9' | 'a', n: string): string =>
  `('00000000-0000-7000-${family}000-' || lpad(to_hex(${n}), 12, '0'))::uuid`;

/** A title that sorts by the game's number, and says something. */
const TITLE = `'Game ' || lpad(n::text, 7, '0') || ' ' || (ARRAY['Lanterns','Orchard','Meridian','Tidewrack'])[1 + n % 4]`;

/** Fills the catalogue and the libraries of users `from` to `users`; safe to call again with more users. */
export async function seed({ db }: Database, { users, gamesEach, catalogue, achievementsPerGame }: Seed, from = 0) {
  const run = (text: string) => sql.raw(text).execute(db);
  await run(`
    INSERT INTO catalog_games (game_id, title, developer, publisher, cover_url, genres, released_on, achievements, updated_at)
    SELECT ${idSql('a', 'n')}, ${TITLE}, 'Paper Boat Studio', 'Harbour Lights', 'https://cdn.example.com/covers/' || n || '.jpg',
      ARRAY['Adventure', 'Puzzle'], '2024-03-01', (
        SELECT coalesce(jsonb_agg(jsonb_build_object('achievement_id', 'a' || a, 'title', 'Achievement ' || a,
          'description', 'What it takes to have the ' || a || 'th', 'hidden', a % 5 = 0, 'target', 1 + a)), '[]')
        FROM generate_series(1, ${achievementsPerGame}) AS a), now()
    FROM generate_series(0, ${catalogue - 1}) AS n
    ON CONFLICT DO NOTHING`);
  const owned = `
    FROM generate_series(${from}, ${users - 1}) AS u
    CROSS JOIN LATERAL (SELECT (u * 37 + k) % ${catalogue} AS n, k FROM generate_series(0, ${gamesEach - 1}) AS k) AS g`;
  await run(`
    INSERT INTO user_libraries (user_id, game_id, source, acquired_at, favorite, notes, updated_at)
    SELECT ${idSql('9', 'u')}, ${idSql('a', 'n')}, 'purchase', now() - k * interval '1 hour', k % 10 = 0, 'seeded', now() ${owned}
    ON CONFLICT DO NOTHING`);
  await run(`
    INSERT INTO playtime_totals (user_id, game_id, ms, last_played_at)
    SELECT ${idSql('9', 'u')}, ${idSql('a', 'n')}, k * 60000, now() - k * interval '1 day' ${owned} WHERE k % 3 = 0
    ON CONFLICT DO NOTHING`);
  await run(`
    INSERT INTO user_achievements (user_id, game_id, achievement_id, unlocked_at, recorded_at, offline)
    SELECT ${idSql('9', 'u')}, ${idSql('a', 'n')}, 'a' || a, now(), now(), false ${owned}
    CROSS JOIN generate_series(1, least(2, ${achievementsPerGame})) AS a WHERE k % 5 = 0
    ON CONFLICT DO NOTHING`);
}
