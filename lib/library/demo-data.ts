import type { Kysely } from 'kysely';
import { DEMO_USER_ID } from './demo-user.ts';
import { SAMPLE_GAMES } from './sample-catalog.ts';
import type { Schema } from '../db/schema.ts';
import { loadDemoSettings } from '../settings/demo-settings.ts';
import { loadSamplePrices } from '../wishlist/demo-prices.ts';
import { loadDemoWishes } from '../wishlist/demo-wishes.ts';

const DEMO_USER_GAMES = 20;

/**
 * Puts the sample catalogue and the demo user's games, wishes and settings in place. What is there already is left as it
 * is, so that nothing done by hand is undone at the next start. Safe to run in several processes at once.
 *
 * @param now ms since the Unix epoch
 */
export async function loadDemoData(db: Kysely<Schema>, now: number): Promise<void> {
  const at = new Date(now);
  await db
    .insertInto('catalog_games')
    .values(
      SAMPLE_GAMES.map((game) => ({
        game_id: game.id,
        title: game.title,
        developer: game.developer,
        publisher: game.publisher,
        description: game.description,
        cover_url: null,
        genres: [...game.genres],
        released_on: game.releasedOn,
        achievements: JSON.stringify(game.achievements),
        updated_at: at,
      })),
    )
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  await loadSamplePrices(db, now);
  await db
    .insertInto('user_libraries')
    .values(
      SAMPLE_GAMES.slice(0, DEMO_USER_GAMES).map(({ id }, number) => ({
        user_id: DEMO_USER_ID,
        game_id: id,
        source: number % 5 === 4 ? ('gift' as const) : ('purchase' as const),
        acquired_at: new Date(now - number * 86_400_000),
        notes: null,
        revoked_at: null,
        updated_at: at,
      })),
    )
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  await loadDemoWishes(db, now);
  await loadDemoSettings(db, now);
}
