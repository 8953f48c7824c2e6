import type { Kysely } from 'kysely';
import { DEMO_USER_ID } from './demo-user.ts';
import { SAMPLE_GAMES } from './sample-catalog.ts';
import { countOwner } from '../achievements/counters.ts';
import { loadDemoAchievements } from '../achievements/demo-achievements.ts';
import type { Schema } from '../db/schema.ts';
import { loadDemoFamily } from '../family/demo-family.ts';
import { DAY_MS } from '../playtime/days.ts';
import { loadDemoSettings } from '../settings/demo-settings.ts';
import { loadSamplePrices } from '../wishlist/demo-prices.ts';
import { loadDemoWishes } from '../wishlist/demo-wishes.ts';

const DEMO_USER_GAMES = 20;

/**
 * Puts the sample catalogue and the demo user's games, achievements, wishes, settings and family in place. What is there already
 * is left as it is, so that nothing done by hand is undone at the next start. Safe to run in several processes at once.
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
  await grantDemoGames(db, now);
  await loadDemoWishes(db, now);
  await loadDemoSettings(db, now);
  await loadDemoFamily(db, now);
}

async function grantDemoGames(db: Kysely<Schema>, now: number): Promise<void> {
  await db.transaction().execute(async (transaction) => {
    const granted = await transaction
      .insertInto('user_libraries')
      .values(
        SAMPLE_GAMES.slice(0, DEMO_USER_GAMES).map(({ id }, number) => ({
          user_id: DEMO_USER_ID,
          game_id: id,
          source: number % 5 === 4 ? ('gift' as const) : ('purchase' as const),
          acquired_at: new Date(now - number * DAY_MS),
          notes: null,
          revoked_at: null,
          updated_at: new Date(now),
        })),
      )
      .onConflict((conflict) => conflict.doNothing())
      .returning('game_id')
      .execute();
    const gameIds = granted.map(({ game_id }) => game_id).sort();
    await loadDemoAchievements(transaction, DEMO_USER_ID, gameIds, now);
    for (const gameId of gameIds) await countOwner(transaction, { userId: DEMO_USER_ID, gameId, change: 1 });
  });
}
